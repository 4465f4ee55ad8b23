/** Which columns of a CSV file hold the conversations, told by their names and by the first rows. */
import { AttuneError } from '../../base/errors.ts';
import { readCsv } from '../../formats/csv.ts';
import type { CsvColumns } from '../config/sources.ts';
import { speakers } from './csv.ts';

const looked = 200;

const names: Readonly<Record<keyof CsvColumns, readonly string[]>> = {
  user: 'user question customer prompt query request instruction input issue problem customer_message user_message inquiry enquiry'.split(
    ' ',
  ),
  assistant:
    'assistant answer reply response agent output completion solution agent_message assistant_message agent_reply'.split(
      ' ',
    ),
  system: ['system', 'system_prompt'],
  conversation:
    'conversation conversation_id ticket ticket_id thread thread_id dialog_id dialogue_id chat_id session_id case_id'.split(
      ' ',
    ),
  role: 'role speaker author sender author_type sender_type message_author_type from'.split(' '),
  content: 'content text message body utterance message_body message_text'.split(' '),
  id: ['id'],
  topic: 'topic category intent queue label'.split(' '),
  outcome: ['outcome'],
  language: ['language', 'lang', 'locale'],
  created_at: 'created_at created timestamp date time'.split(' '),
};

/**
 * The columns as a csv source needs them. Throws AttuneError 'data' that lists the columns there are when their names do
 * not tell, or when the column of speakers holds other words than a csv source knows.
 */
export async function guessColumns(path: string): Promise<CsvColumns> {
  const header: string[] = [];
  const roles = new Set<string>();
  let rows = 0;
  let columns: CsvColumns | undefined;
  for await (const { value, error } of readCsv(path)) {
    rows += 1;
    if (error === undefined) {
      if (header.length === 0) {
        header.push(...Object.keys(value));
        columns = columnsOf(header);
      }
      if (columns?.role !== undefined) roles.add(value[columns.role]!.trim().toLowerCase());
    }
    if (rows === looked) break;
  }
  if (header.length === 0)
    throw new AttuneError('data', `${path} has no row that can be read below its header`, {
      fix: 'A CSV file needs a header and rows; name its encoding and delimiter in a source of your own when it is not UTF-8.',
    });
  if (columns === undefined)
    throw new AttuneError(
      'data',
      `which columns of ${path} hold the conversations is not told by their names: ${list(header)}`,
      { fix: example(path, header) },
    );
  const unknown = [...roles].filter((role) => !(role in speakers));
  if (unknown.length > 0)
    throw new AttuneError('data', `the column "${columns.role}" of ${path} holds ${list(unknown)}`, {
      fix: `A csv source knows the speakers ${Object.keys(speakers).join(', ')}: replace the others, or name other columns under collect.sources.`,
    });
  return columns;
}

function columnsOf(header: readonly string[]): CsvColumns | undefined {
  const plain = header.map((name) =>
    name
      .trim()
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, '_'),
  );
  const find = (column: keyof CsvColumns): string | undefined => {
    const index = names[column].map((name) => plain.indexOf(name)).find((at) => at >= 0);
    return index === undefined ? undefined : header[index];
  };
  const found = (wanted: readonly (keyof CsvColumns)[]): CsvColumns =>
    Object.fromEntries(
      wanted.map((column) => [column, find(column)]).filter(([, name]) => name !== undefined),
    );
  const facts = ['topic', 'outcome', 'language', 'created_at'] as const;
  const exchange = found(['user', 'assistant', 'system', 'id', ...facts]);
  if (exchange.user !== undefined && exchange.assistant !== undefined) return exchange;
  const messages = found(['conversation', 'role', 'content', ...facts]);
  return Object.keys(messages).filter((column) => ['conversation', 'role', 'content'].includes(column))
    .length === 3
    ? messages
    : undefined;
}

function list(words: readonly string[]): string {
  return words
    .slice(0, 20)
    .map((word) => JSON.stringify(word.slice(0, 60)))
    .join(', ');
}

function example(path: string, [first = 'question', second = 'answer']: readonly string[]): string {
  const columns = `columns: { user: ${JSON.stringify(first)}, assistant: ${JSON.stringify(second)} }`;
  return `Run \`attune init\` without --data and name them under collect.sources: "- csv: ${path}" and below it "${columns}", or conversation, role and content where a row is one message.`;
}
