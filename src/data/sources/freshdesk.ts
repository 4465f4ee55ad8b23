/**
 * Freshdesk: tickets as version 2 of the API returns them, each with its `conversations` (`?include=conversations`), or
 * with `notes` as version 1 and the account export have them.
 * https://developers.freshdesk.com/api/#tickets
 */
import type { NoMessage, Post, Thread } from '../threads/thread.ts';
import { RecordError, type UnknownRecord } from './field-checks.ts';
import { factsOf, recordAt, recordsAt, tagsFact, textFact, timeFact } from './record-values.ts';
import type { HelpDesk, ThreadContext } from './help-desk.ts';

const channels: Readonly<Record<string, string>> = {
  1: 'email',
  2: 'portal',
  3: 'phone',
  5: 'twitter',
  6: 'facebook',
  7: 'chat',
  8: 'mobile',
  9: 'feedback_widget',
  10: 'outbound_email',
  11: 'ecommerce',
  13: 'whatsapp',
};
/** Statuses of an account's own have other numbers, and none of them is an end. */
const statuses: Readonly<Record<string, string>> = { 2: 'open', 3: 'pending', 4: 'resolved', 5: 'closed' };
const priorities: Readonly<Record<string, string>> = { 1: 'low', 2: 'medium', 3: 'high', 4: 'urgent' };
/** Kinds of contributions. */
const survey = 6;
const forwarded = 8;

export const freshdesk: HelpDesk = {
  lists: ['tickets', 'results'],
  asideLists: [],
  mayTellMore: (bytes) =>
    bytes.includes('"survey_id"') || bytes.includes('merged into') || bytes.includes('"incoming"'),
  noteAside: (record, _list, { ratings }) => {
    const ticket = textFact(record['ticket_id']);
    if (ticket === undefined || !('survey_id' in record)) return false;
    const rating = ratingOf(record);
    if (rating !== undefined) ratings.set(ticket, rating);
    return true;
  },
  mergeOf: (record) => {
    const ticket = unwrap(record);
    const id = idOf(ticket);
    const into = mergedInto(ticket);
    return id === undefined || into === undefined ? undefined : { id, into };
  },
  // Conversations as GET /api/v2/tickets/{id}/conversations lists them, beside the list of tickets.
  parts: {
    mayBe: (bytes) => bytes.includes('"incoming"') || !bytes.includes('"conversations"'),
    ticketOf: (record) =>
      typeof record['incoming'] === 'boolean' && 'body' in record ? textFact(record['ticket_id']) : undefined,
    bareTicket: (record) =>
      repliesField(unwrap(record)) === undefined && !('ticket_id' in record)
        ? idOf(unwrap(record))
        : undefined,
    assemble: (id, parts, bare) => ({
      id,
      ...(bare === undefined ? {} : unwrap(bare)),
      conversations: distinct(parts),
    }),
  },
  // The account export: Tickets0.xml and so on, in the shape of version 1 of the API.
  xml: { elements: { 'helpdesk-ticket': 'tickets' }, toRecord: (record) => record },
  toThread,
};

/** Pages that were fetched twice have a conversation twice. */
function distinct(parts: readonly UnknownRecord[]): UnknownRecord[] {
  const byId = new Map(parts.map((part) => [textFact(part['id']) ?? part, part]));
  return [...byId.values()];
}

function repliesField(ticket: UnknownRecord): string | undefined {
  return ['conversations', 'notes', 'helpdesk_notes'].find((name) => Array.isArray(ticket[name]));
}

function unwrap(record: UnknownRecord): UnknownRecord {
  return 'helpdesk_ticket' in record ? recordAt(record, 'helpdesk_ticket') : record;
}

function idOf(ticket: UnknownRecord): string | undefined {
  return textFact(ticket['display_id'] ?? ticket['id']);
}

function contributions(ticket: UnknownRecord): UnknownRecord[] {
  const field = repliesField(ticket);
  if (field === undefined)
    throw new RecordError(
      'the ticket has no conversations: fetch it with ?include=conversations, or put its conversations into it',
    );
  return recordsAt(ticket, field).map((one) =>
    'note' in one ? recordAt(one, 'note') : 'helpdesk_note' in one ? recordAt(one, 'helpdesk_note') : one,
  );
}

const mergedText = /\bmerged into ticket\s{0,3}(?:\[?#|id\s)?\s?(\d{1,15})/i;

function mergedInto(ticket: UnknownRecord): string | undefined {
  const field = repliesField(ticket);
  for (const one of field === undefined ? [] : recordsAt(ticket, field).slice(-5)) {
    const note = 'note' in one ? recordAt(one, 'note') : one;
    const target = mergedText.exec((textFact(note['body_text'] ?? note['body']) ?? '').slice(0, 2000))?.[1];
    if (target !== undefined) return target;
  }
  return undefined;
}

function toThread(record: UnknownRecord, context: ThreadContext): Thread {
  const ticket = unwrap(record);
  const id = idOf(ticket);
  const replies = contributions(ticket);
  const channel = channels[String(ticket['source'])];
  const status =
    statuses[String(ticket['status'])] ?? textFact(ticket['status_name']) ?? textFact(ticket['status']);
  const requester = recordAt(ticket, 'requester');
  const tags = Array.isArray(ticket['tags'])
    ? ticket['tags'].map((tag: unknown) => textFact(tag) ?? textFact((tag as UnknownRecord | null)?.['name']))
    : [];
  const opening: Post = {
    author: channel === 'outbound_email' ? 'agent' : 'customer',
    ...bodyOf(ticket, 'description', 'description_html', 'description_text'),
    createdAt: timeFact(ticket['created_at']),
    attachments: recordsAt(ticket, 'attachments').length,
  };
  return {
    id,
    subject: channel === 'chat' || channel === 'whatsapp' ? undefined : textFact(ticket['subject']),
    posts: [opening, ...replies.map((reply) => toPost(reply, context))],
    leftOut: whyLeftOut(ticket),
    meta: factsOf({
      subject: textFact(ticket['subject']),
      outcome: status === undefined ? undefined : /^(?:resolved|closed)$/i.test(status) ? 'resolved' : 'open',
      status,
      rating: rated(ticket) ?? (id === undefined ? undefined : context.ratings.get(id)),
      createdAt: timeFact(ticket['created_at']),
      channel: channel ?? textFact(ticket['source_name']),
      tags: tagsFact(tags),
      type: textFact(ticket['type'] ?? ticket['ticket_type']),
      priority: priorities[String(ticket['priority'])] ?? textFact(ticket['priority_name']),
      group: textFact(ticket['group_name'] ?? ticket['group_id']),
      brand: textFact(ticket['product_name'] ?? ticket['product_id']),
      locale: textFact(requester['language']),
    }),
  };
}

function whyLeftOut(ticket: UnknownRecord): string | undefined {
  if (isTrue(ticket['spam'])) return 'marked as spam';
  if (isTrue(ticket['deleted'])) return 'deleted';
  return 'subject' in ticket ||
    bodyOf(ticket, 'description', 'description_html', 'description_text').body !== ''
    ? undefined
    : 'the ticket itself, with what was asked, is not in the export';
}

/** The HTML of a text, or the text: in version 2 `description` and `body` are HTML, in version 1 they are not. */
function bodyOf(
  record: UnknownRecord,
  plainOrHtml: string,
  html: string,
  plain: string,
): Pick<Post, 'body' | 'html'> {
  const marked = textFact(record[html]) ?? (plain in record ? textFact(record[plainOrHtml]) : undefined);
  if (marked !== undefined) return { body: marked, html: true };
  const body = textFact(record[plain]) ?? textFact(record[plainOrHtml]) ?? '';
  return { body, html: blockTag.test(body.slice(0, 2000)) };
}

const blockTag = /<(?:div|p|br)[\s/>]/i;

function toPost(reply: UnknownRecord, { isAgent }: ThreadContext): Post {
  const customer = isTrue(reply['incoming']) && !isAgent({ address: textFact(reply['from_email']) });
  return {
    author: customer ? 'customer' : 'agent',
    ...bodyOf(reply, 'body', 'body_html', 'body_text'),
    createdAt: timeFact(reply['created_at']),
    attachments: recordsAt(reply, 'attachments').length,
    leftOut: whyNoMessage(reply),
  };
}

/** XML does not always tell a truth from a word. */
function isTrue(value: unknown): boolean {
  return value === true || value === 'true';
}

function whyNoMessage(reply: UnknownRecord): NoMessage | undefined {
  if (isTrue(reply['private'])) return 'internal notes';
  if (Number(reply['source']) === forwarded) return 'forwards to somebody else';
  // Written by a rule: notices of receipt, escalations, reminders.
  if (reply['auto_response'] === true || typeof reply['automation_id'] === 'number')
    return 'automatic messages';
  return Number(reply['source']) === survey || isTrue(reply['deleted']) ? 'system events' : undefined;
}

function rated(ticket: UnknownRecord): number | undefined {
  const embedded =
    recordsAt(ticket, 'satisfaction_ratings').at(-1) ?? recordAt(ticket, 'satisfaction_rating');
  return ratingOf(embedded);
}

/** 103 (extremely happy) to 100 (neutral) and -101 to -103 (extremely unhappy), as points from 1 to 5. */
function ratingOf(record: UnknownRecord): number | undefined {
  const value = recordAt(record, 'ratings')['default_question'];
  if (typeof value !== 'number' || Math.abs(value) < 100 || Math.abs(value) > 103) return undefined;
  const points = 3 + (Math.sign(value) * (Math.abs(value) - 100) * 2) / 3;
  return Math.round(points * 100) / 100;
}
