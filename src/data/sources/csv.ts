/** CSV with a column map: one row is one exchange, or one row is one message of a conversation. */
import { AttuneError } from '../../base/errors.ts';
import { type CsvRow, readCsv } from '../../formats/csv.ts';
import { type CsvColumns, type SourceConfig, sourceName } from '../config/sources.ts';
import type { ExampleMeta, Message } from '../example.ts';
import { checkConversation, checkOneOf, message, RecordError } from './field-checks.ts';
import { finishExample } from './finish-example.ts';
import { sourceFile } from './source-files.ts';
import type { SourceContext, SourceItem } from './source.ts';

/** Who speaks, as models and help desks call them. */
export const speakers = {
  user: 'user',
  customer: 'user',
  assistant: 'assistant',
  agent: 'assistant',
  system: 'system',
} as const;

type Fields = Record<string, string>;

export async function* readCsvSource(
  file: string,
  config: SourceConfig,
  context: SourceContext,
): AsyncGenerator<SourceItem> {
  const columns = config.columns ?? {};
  const path = await sourceFile(file, context.projectFolder, 'csv');
  const rows = checkedRows(
    readCsv(path, { delimiter: config.delimiter, encoding: config.encoding }),
    columns,
    file,
  );
  const source = sourceName(config);
  yield* columns.conversation === undefined
    ? readExchanges(rows, columns, file, source)
    : readConversations(rows, columns, file, source);
}

/** Throws AttuneError 'data' when the header lacks a column of the map. */
async function* checkedRows(
  rows: AsyncIterable<CsvRow>,
  columns: CsvColumns,
  file: string,
): AsyncGenerator<CsvRow> {
  let checked = false;
  for await (const row of rows) {
    if (!checked && row.error === undefined) {
      checked = true;
      const names = Object.keys(row.value);
      const missing = Object.values(columns).filter((name) => !names.includes(name));
      if (missing.length > 0)
        throw new AttuneError(
          'data',
          `${file} has no column ${missing.map((name) => `"${name}"`).join(', ')}`,
          {
            fix: `Its columns are ${names.map((name) => `"${name}"`).join(', ')}; correct columns in the project file.`,
          },
        );
    }
    yield row;
  }
}

async function* readExchanges(
  rows: AsyncIterable<CsvRow>,
  columns: CsvColumns,
  file: string,
  source: string,
): AsyncGenerator<SourceItem> {
  for await (const { line, value, error } of rows) {
    const place = { file, line };
    if (error !== undefined) {
      yield { place, rejected: error };
      continue;
    }
    try {
      const messages = [
        ...systemMessage(value, columns),
        message('user', filled(value, columns.user)),
        message('assistant', filled(value, columns.assistant)),
      ];
      yield { place, example: finishExample({ messages, meta: readFacts(value, columns) }, source, place) };
    } catch (cause) {
      yield { place, rejected: reasonOf(cause) };
    }
  }
}

type Conversation = {
  id: string;
  line: number;
  messages: Message[];
  meta: Partial<ExampleMeta>;
  fault?: string;
};

/** Gathers the rows that follow each other with one conversation id; a fault in a row costs the whole conversation. */
async function* readConversations(
  rows: AsyncIterable<CsvRow>,
  columns: CsvColumns,
  file: string,
  source: string,
): AsyncGenerator<SourceItem> {
  const seen = new Set<string>();
  let current: Conversation | undefined;
  for await (const { line, value, error } of rows) {
    if (error !== undefined) {
      if (current) current.fault ??= `line ${line}, in its midst, is bad: ${error}`;
      else yield { place: { file, line }, rejected: error };
      continue;
    }
    try {
      const id = filled(value, columns.conversation);
      if (current?.id !== id) {
        if (current) yield finishConversation(current, file, source);
        const again = seen.has(id) ? 'rows of this conversation also stand apart, further up' : undefined;
        seen.add(id);
        current = { id, line, messages: [], meta: { id, ...readFacts(value, columns) } };
        if (again) current.fault = again;
        current.messages.push(...systemMessage(value, columns));
      }
      const speaker = checkOneOf(
        filled(value, columns.role).toLowerCase(),
        `column ${columns.role}`,
        Object.keys(speakers) as (keyof typeof speakers)[],
      );
      current.messages.push(message(speakers[speaker], value[columns.content!] ?? ''));
    } catch (cause) {
      if (current) current.fault ??= `line ${line}: ${reasonOf(cause)}`;
      else yield { place: { file, line }, rejected: reasonOf(cause) };
    }
  }
  if (current) yield finishConversation(current, file, source);
}

function finishConversation(current: Conversation, file: string, source: string): SourceItem {
  const place = { file, line: current.line };
  if (current.fault !== undefined) return { place, rejected: current.fault };
  try {
    checkConversation(current.messages, 'the conversation');
    return { place, example: finishExample(current, source, place) };
  } catch (cause) {
    return { place, rejected: reasonOf(cause) };
  }
}

function readFacts(row: Fields, columns: CsvColumns): Partial<ExampleMeta> {
  const { id, topic, outcome, language, created_at: createdAt } = columns;
  const named = Object.entries({ id, topic, outcome, language, createdAt });
  const facts = named.map(([fact, column]) => [fact, column === undefined ? '' : (row[column] ?? '').trim()]);
  return Object.fromEntries(facts.filter(([, value]) => value !== ''));
}

function systemMessage(row: Fields, { system }: CsvColumns): Message[] {
  const text = system === undefined ? '' : (row[system] ?? '');
  return text.trim() === '' ? [] : [message('system', text)];
}

function filled(row: Fields, column: string | undefined): string {
  const value = column === undefined ? '' : (row[column] ?? '');
  if (value.trim() === '') throw new RecordError(`column ${column} is empty`);
  return value;
}

function reasonOf(cause: unknown): string {
  if (cause instanceof RecordError) return cause.message;
  throw cause;
}
