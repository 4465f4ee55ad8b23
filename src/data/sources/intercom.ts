/**
 * Intercom: conversations as the API returns them, with their parts, and CSV files with one message a row
 * (`conversation_id`, `message_body`, `message_author_type`, ...).
 * https://developers.intercom.com/docs/references/rest-api/api.intercom.io/conversations
 */
import { AttuneError } from '../../base/errors.ts';
import { readCsv } from '../../formats/csv.ts';
import type { JsonRecord } from '../../formats/json-records.ts';
import type { TextEncoding } from '../../formats/text-chunks.ts';
import type { NoMessage, Post, Thread } from '../threads/thread.ts';
import { RecordError, type UnknownRecord } from './field-checks.ts';
import { factsOf, recordAt, recordsAt, tagsFact, textFact, timeFact } from './record-values.ts';
import type { HelpDesk, ThreadContext } from './help-desk.ts';

export const intercom: HelpDesk = {
  lists: ['conversations', 'tickets'],
  asideLists: [],
  toThread: (record, context) => toThread('ticket_parts' in record ? ofTicket(record) : record, context),
  readCsv: readMessageRows,
};

const solved = 'resolved';

/** A ticket (GET /tickets/{id}) as a conversation: its form has title and description, and `category` says whose it is. */
function ofTicket(ticket: UnknownRecord): UnknownRecord {
  const form = recordAt(ticket, 'ticket_attributes');
  const state = textFact(recordAt(ticket, 'ticket_state')['category']) ?? textFact(ticket['ticket_state']);
  return {
    ...ticket,
    type: 'ticket',
    state: state === solved ? 'closed' : state,
    internal: /^(?:back-?office|tracker)$/i.test(textFact(ticket['category']) ?? ''),
    source: {
      type: 'ticket',
      subject: form['_default_title_'],
      body: textFact(form['_default_description_']) ?? '',
      author: { type: 'user' },
    },
    conversation_parts: recordsAt(recordAt(ticket, 'ticket_parts'), 'ticket_parts'),
  };
}

function toThread(conversation: UnknownRecord, context: ThreadContext): Thread {
  const source = recordAt(conversation, 'source');
  const held = conversation['conversation_parts'];
  const parts = Array.isArray(held)
    ? recordsAt(conversation, 'conversation_parts')
    : recordsAt(recordAt(conversation, 'conversation_parts'), 'conversation_parts');
  if (held === undefined)
    throw new RecordError(
      'the conversation has no conversation_parts: lists of conversations leave them out; fetch each conversation by its id',
    );
  const state = textFact(conversation['state']);
  const opening = { ...source, created_at: conversation['created_at'], part_type: 'comment' };
  const rating = recordAt(conversation, 'conversation_rating')['rating'];
  const tags = Array.isArray(conversation['tags'])
    ? recordsAt(conversation, 'tags')
    : recordsAt(recordAt(conversation, 'tags'), 'tags');
  const subject = plainSubject(textFact(source['subject']));
  return {
    id: textFact(conversation['id']),
    subject,
    ...(conversation['internal'] === true && { leftOut: 'a ticket that agents have among themselves' }),
    posts: [...('body' in source ? [opening] : []), ...parts].map((part) => toPost(part, context)),
    meta: factsOf({
      subject: subject ?? textFact(conversation['title']),
      outcome: state === undefined ? undefined : state === 'closed' ? 'resolved' : 'open',
      status: state,
      rating: typeof rating === 'number' ? rating : undefined,
      createdAt: timeFact(conversation['created_at']),
      channel: textFact(source['type']),
      tags: tagsFact(tags.map((tag) => textFact(tag['name']))),
      group: textFact(conversation['team_assignee_id']),
      type: textFact(conversation['type']) === 'ticket' ? 'ticket' : undefined,
    }),
  };
}

/** Subjects come as a paragraph of HTML. */
function plainSubject(subject: string | undefined): string | undefined {
  return textFact(subject?.replace(/<\/?[a-z][^<>]{0,200}>/gi, ''));
}

function toPost(part: UnknownRecord, { isAgent }: ThreadContext): Post {
  const author = recordAt(part, 'author');
  const type = textFact(author['type']) ?? '';
  const address = textFact(author['email']);
  const machine = type === 'bot' || author['from_ai_agent'] === true || author['is_ai_answer'] === true;
  const agent = type === 'admin' || type === 'team' || isAgent({ address, name: textFact(author['name']) });
  const body = textFact(part['body']) ?? '';
  return {
    author: machine ? 'bot' : agent ? 'agent' : 'customer',
    body,
    html: part['plain'] !== true,
    createdAt: timeFact(part['created_at']),
    attachments: recordsAt(part, 'attachments').length,
    leftOut: whyNoMessage(textFact(part['part_type']) ?? 'comment', body, part),
  };
}

/** Parts that the customer sees, when they have a text: a conversation can be closed or opened again with a reply. */
const spoken = new Set(['comment', 'quick_reply', 'open', 'close', 'conversation_message', 'initial']);

function whyNoMessage(partType: string, body: string, part: UnknownRecord): NoMessage | undefined {
  if (partType.startsWith('note') || (partType.startsWith('assign') && body !== '')) return 'internal notes';
  if (!spoken.has(partType) || part['redacted'] === true) return 'system events';
  const silent = body === '' && recordsAt(part, 'attachments').length === 0;
  return silent && partType !== 'comment' ? 'system events' : undefined;
}

/** The conversations of a file with one message a row, which stand together. */
async function* readMessageRows(
  file: string,
  encoding: TextEncoding | undefined,
): AsyncGenerator<JsonRecord> {
  let current: { id: string; line: number; record: UnknownRecord; parts: UnknownRecord[] } | undefined;
  const finish = (): JsonRecord[] =>
    current
      ? [{ line: current.line, list: '', value: { ...current.record, conversation_parts: current.parts } }]
      : [];
  for await (const { line, value, error } of readCsv(file, { encoding })) {
    if (error !== undefined) {
      yield { line, list: '', error };
      continue;
    }
    const { conversation_id: id, message_body: body } = value;
    if (id === undefined || body === undefined)
      throw new AttuneError('data', `${file} has no columns conversation_id and message_body`, {
        fix: 'Export the messages, or the conversations as JSON; a table of conversations alone holds no replies.',
      });
    if (current?.id !== id) {
      yield* finish();
      current = { id, line, record: rowConversation(value), parts: [] };
    }
    current.parts.push(rowPart(value));
  }
  yield* finish();
}

function rowConversation(row: Readonly<Record<string, string>>): UnknownRecord {
  return {
    id: row['conversation_id'],
    state: row['conversation_state'],
    created_at: row['conversation_created_at'],
    tags: (row['conversation_tags'] ?? '').split(',').map((name) => ({ name })),
    conversation_rating: { rating: Number(row['conversation_rating'] || Number.NaN) || undefined },
  };
}

function rowPart(row: Readonly<Record<string, string>>): UnknownRecord {
  return {
    part_type: row['message_type'],
    body: row['message_body'],
    plain: true,
    created_at: row['message_created_at'],
    author: {
      type: row['message_author_type'],
      name: row['message_author_name'],
      email: row['message_author_email'],
    },
  };
}
