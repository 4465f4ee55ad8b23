/**
 * Zendesk: the full JSON export (one ticket a line, its comments and people within), and tickets as the API returns them
 * (`{"tickets": [...], "users": [...]}`) with their comments put into each ticket.
 * https://developer.zendesk.com/api-reference/ticketing/tickets/tickets/
 */
import { isRecord } from '../../base/json.ts';
import type { NoMessage, Post, Thread } from '../threads/thread.ts';
import { RecordError, type UnknownRecord } from './field-checks.ts';
import { factsOf, recordAt, recordsAt, tagsFact, textFact, timeFact } from './record-values.ts';
import { chatPosts } from './zendesk-chat.ts';
import { voiceMail, zendeskParts } from './zendesk-events.ts';
import type { Aside, HelpDesk, ThreadContext } from './help-desk.ts';

export const zendesk: HelpDesk = {
  lists: ['tickets', 'users', 'ticket_events', 'audits'],
  wholes: ['ticket', 'comments'],
  asideLists: ['users'],
  mayTellMore: (bytes) =>
    bytes.includes('"role"') || bytes.includes('merge') || bytes.includes('"ticket_id"'),
  parts: zendeskParts,
  noteAside: (record, list, aside) => {
    if (list === 'users' || isUser(record)) {
      noteUser(record, aside);
      return true;
    }
    for (const user of recordsAt(record, 'users')) noteUser(user, aside);
    const ticket = unwrap(record);
    for (const field of ['requester', 'submitter', 'assignee']) noteUser(recordAt(ticket, field), aside);
    return false;
  },
  mergeOf: (record) => {
    const ticket = unwrap(record);
    const id = textFact(ticket['id']);
    const into = mergedInto(ticket);
    return id === undefined || into === undefined ? undefined : { id, into };
  },
  toThread: (record, context) => toThread(unwrap(record), context),
};

/** The API answers the request for one ticket with `{"ticket": {...}}`; its comments may have been put beside it. */
function unwrap(record: UnknownRecord): UnknownRecord {
  if (!isRecord(record['ticket'])) return record;
  return 'comments' in record ? { comments: record['comments'], ...record['ticket'] } : record['ticket'];
}

function isUser(record: UnknownRecord): boolean {
  return (
    typeof record['role'] === 'string' &&
    'name' in record &&
    !('comments' in record) &&
    !('subject' in record)
  );
}

function noteUser(user: UnknownRecord, { agents, customers }: Aside): void {
  const id = textFact(user['id']);
  if (id === undefined) return;
  if (user['role'] === 'agent' || user['role'] === 'admin') agents.add(id);
  else if (user['role'] === 'end-user') customers.add(id);
}

const mergedText = /\b(?:closed and )?merged into (?:request|ticket) #?(\d{1,15})/i;

/** The ticket that the last comments say this one was merged into. */
function mergedInto(ticket: UnknownRecord): string | undefined {
  const tagged = Array.isArray(ticket['tags']) && ticket['tags'].includes('closed_by_merge');
  for (const comment of recordsAt(ticket, 'comments').slice(-5)) {
    if (!tagged && !isMerge(comment)) continue;
    const target = mergedText.exec((textFact(comment['body']) ?? '').slice(0, 2000))?.[1];
    if (target !== undefined) return target;
  }
  return undefined;
}

function isMerge(comment: UnknownRecord): boolean {
  return recordAt(recordAt(comment, 'via'), 'source')['rel'] === 'merge';
}

function toThread(ticket: UnknownRecord, context: ThreadContext): Thread {
  if (!Array.isArray(ticket['comments']))
    throw new RecordError(
      'the ticket has no comments: the CSV export and the list of tickets leave them out; use the JSON export, or put the comments of each ticket into it',
    );
  if (!['id', 'requester_id', 'requester'].some((field) => field in ticket))
    throw new RecordError(
      'the comments do not say which ticket they belong to; put those of each ticket into it as comments',
    );
  const requester = recordAt(ticket, 'requester');
  const requesterId = textFact(ticket['requester_id'] ?? requester['id']);
  const channel = textFact(recordAt(ticket, 'via')['channel']);
  const tags = Array.isArray(ticket['tags']) ? ticket['tags'].map(textFact) : [];
  const status = textFact(ticket['status']);
  const spoken = channel !== undefined && /chat|messaging|whatsapp|facebook|twitter|sms|voice/.test(channel);
  return {
    id: textFact(ticket['id']),
    subject: spoken ? undefined : textFact(ticket['subject'] ?? ticket['raw_subject']),
    posts: recordsAt(ticket, 'comments').flatMap((comment) => {
      const post = toPost(comment, requesterId, context);
      const by = textFact(recordAt(comment, 'via')['channel']) ?? '';
      const chat = spoken || /chat|messaging/.test(by);
      const transcript = textFact(comment['plain_body']) ?? textFact(comment['body']) ?? '';
      return (chat ? chatPosts(transcript, post, textFact(requester['name'])) : undefined) ?? [post];
    }),
    leftOut: status === 'deleted' ? 'deleted' : whoAsked(ticket, requesterId, context),
    meta: factsOf({
      subject: textFact(ticket['subject'] ?? ticket['raw_subject']),
      outcome:
        status === 'solved' || status === 'closed' ? 'resolved' : status === undefined ? undefined : 'open',
      status,
      rating: ratingOf(ticket['satisfaction_rating']),
      createdAt: timeFact(ticket['created_at']),
      channel,
      tags: tagsFact(tags),
      type: textFact(ticket['type']),
      priority: textFact(ticket['priority']),
      group: nameOf(ticket['group']) ?? textFact(ticket['group_id']),
      brand: nameOf(ticket['brand']) ?? textFact(ticket['brand_id']),
      locale: textFact(requester['locale']),
    }),
  };
}

function whoAsked(
  ticket: UnknownRecord,
  requesterId: string | undefined,
  { customers }: ThreadContext,
): string | undefined {
  const known = recordsAt(ticket, 'comments').some((comment) => customers.has(authorOf(comment)));
  return requesterId !== undefined || known
    ? undefined
    : 'nothing tells who asked: put the ticket itself, or the users, beside it';
}

function authorOf(comment: UnknownRecord): string {
  return textFact(comment['author_id'] ?? recordAt(comment, 'author')['id']) ?? '';
}

function toPost(comment: UnknownRecord, requesterId: string | undefined, context: ThreadContext): Post {
  const authorId = authorOf(comment);
  const createdAt = timeFact(comment['created_at']);
  const spoken = comment['type'] === 'VoiceComment' ? voiceMail(comment) : undefined;
  if (spoken !== undefined) return { author: 'customer', body: spoken, createdAt, attachments: 0 };
  const html = textFact(comment['html_body']);
  return {
    author: isCustomer(comment, authorId, requesterId, context) ? 'customer' : 'agent',
    body: html ?? textFact(comment['plain_body']) ?? textFact(comment['body']) ?? '',
    html: html !== undefined,
    createdAt,
    attachments: recordsAt(comment, 'attachments').length,
    leftOut: whyNoMessage(comment),
  };
}

/** Who is known by role comes first; without roles the requester is the customer and everybody else an agent. */
function isCustomer(
  comment: UnknownRecord,
  authorId: string,
  requesterId: string | undefined,
  { agents, customers, isAgent }: ThreadContext,
): boolean {
  const author = recordAt(comment, 'author');
  if (isAgent({ address: textFact(author['email']), name: textFact(author['name']) })) return false;
  if (agents.has(authorId)) return false;
  return customers.has(authorId) || authorId === requesterId;
}

function whyNoMessage(comment: UnknownRecord): NoMessage | undefined {
  if (isMerge(comment)) return 'system events';
  if (comment['public'] === false) return 'internal notes';
  if (comment['type'] === 'VoiceComment') return 'system events';
  if (recordAt(comment, 'via')['channel'] === 'rule') return 'automatic messages';
  // Flag 4: the comment was automatically generated.
  const flags = recordAt(comment, 'metadata')['flags'];
  return Array.isArray(flags) && flags.includes(4) ? 'automatic messages' : undefined;
}

/** 'good' and 'bad', with or without a comment; 'offered' and 'unoffered' are no ratings. */
function ratingOf(rating: unknown): string | undefined {
  const score = isRecord(rating) ? textFact(rating['score']) : textFact(rating);
  return /^(good|bad)\b/i.exec(score?.replaceAll('_', ' ') ?? '')?.[1]?.toLowerCase();
}

function nameOf(value: unknown): string | undefined {
  return isRecord(value) ? textFact(value['name']) : textFact(value);
}
