/**
 * Zendesk: the full JSON export (one ticket a line, its comments and people within), the XML export, and tickets as the
 * API returns them (`{"tickets": [...], "users": [...]}`) with their comments put into each ticket.
 * https://developer.zendesk.com/api-reference/ticketing/tickets/tickets/
 */
import { isRecord } from '../../base/json.ts';
import type { NoMessage, Post, Thread } from '../threads/thread.ts';
import { RecordError, type UnknownRecord } from './field-checks.ts';
import { factsOf, recordAt, recordsAt, tagsFact, textFact, timeFact } from './record-values.ts';
import {
  type Askers,
  authorOf,
  copiedTo,
  isCustomer,
  isRating,
  isUser,
  noteRating,
  noteUser,
  peopleOf,
  ratingOf,
  unwrapTicket,
} from './zendesk-people.ts';
import { chatPosts } from './zendesk-chat.ts';
import { voiceMail, zendeskParts } from './zendesk-events.ts';
import { zendeskXml } from './zendesk-xml.ts';
import type { HelpDesk, ThreadContext } from './help-desk.ts';

export const zendesk: HelpDesk = {
  lists: ['tickets', 'results', 'users', 'ticket_events', 'audits', 'satisfaction_ratings'],
  wholes: ['ticket', 'comments'],
  asideLists: ['users', 'satisfaction_ratings'],
  mayTellMore: (bytes) =>
    bytes.includes('"role"') || bytes.includes('merge') || bytes.includes('"ticket_id"'),
  parts: zendeskParts,
  xml: zendeskXml,
  noteAside: (record, list, aside) => {
    if (list === 'satisfaction_ratings' || isRating(record)) {
      noteRating(record, aside);
      return true;
    }
    const alone = isRecord(record['user']) ? record['user'] : record;
    if (list === 'users' || isUser(alone)) {
      noteUser(alone, aside);
      return true;
    }
    for (const user of peopleOf(record)) noteUser(user, aside);
    return false;
  },
  mergeOf: (record) => {
    const ticket = unwrapTicket(record);
    const id = textFact(ticket['id']);
    const into = mergedInto(ticket);
    return id === undefined || into === undefined ? undefined : { id, into };
  },
  toThread: (record, context) => toThread(unwrapTicket(record), context),
};

const mergedText = /\b(?:closed and )?merged into (?:request|ticket) #?(\d{1,15})/i;

/** The ticket that the last comments say this one was merged into. */
function mergedInto(ticket: UnknownRecord): string | undefined {
  const tagged = Array.isArray(ticket['tags']) && ticket['tags'].includes('closed_by_merge');
  for (const comment of recordsAt(ticket, 'comments').slice(-5)) {
    if (!tagged && !isMerge(comment)) continue;
    const target = mergedText.exec((textFact(comment['body']) ?? '').slice(0, 2000))?.[1];
    if (target !== undefined) return target;
  }
  return tagged ? numberOfMerge(ticket) : undefined;
}

/** In whatever language the note is written, it names the other ticket: "... mit der Anfrage #35 zusammengeführt". */
function numberOfMerge(ticket: UnknownRecord): string | undefined {
  const note = recordsAt(ticket, 'comments').findLast(isMerge);
  return /#(\d{1,15})/.exec((textFact(note?.['body'] ?? note?.['plain_body']) ?? '').slice(0, 2000))?.[1];
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
  const copied = copiedTo(ticket);
  const id = textFact(ticket['id']);
  const channel = textFact(recordAt(ticket, 'via')['channel']);
  const tags = Array.isArray(ticket['tags']) ? ticket['tags'].map(textFact) : [];
  const status = textFact(ticket['status']);
  const spoken = channel !== undefined && /chat|messaging|whatsapp|facebook|twitter|sms|voice/.test(channel);
  return {
    id,
    subject: spoken ? undefined : textFact(ticket['subject'] ?? ticket['raw_subject']),
    posts: recordsAt(ticket, 'comments').flatMap((comment) => {
      const post = toPost(comment, { requesterId, copied }, context);
      const by = textFact(recordAt(comment, 'via')['channel']) ?? '';
      const chat = spoken || /chat|messaging/.test(by);
      const transcript = textFact(comment['plain_body']) ?? textFact(comment['body']) ?? '';
      return (chat ? chatPosts(transcript, post, textFact(requester['name'])) : undefined) ?? [post];
    }),
    leftOut: whyLeftOut(ticket, requesterId, context),
    meta: factsOf({
      subject: textFact(ticket['subject'] ?? ticket['raw_subject']),
      outcome:
        status === 'solved' || status === 'closed' ? 'resolved' : status === undefined ? undefined : 'open',
      status,
      rating: ratingOf(ticket['satisfaction_rating']) ?? context.ratings.get(id ?? ''),
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

function whyLeftOut(
  ticket: UnknownRecord,
  requesterId: string | undefined,
  { customers }: ThreadContext,
): string | undefined {
  if (ticket['status'] === 'deleted') return 'deleted';
  if (recordAt(ticket, 'via')['channel'] === 'side_conversation')
    return 'a side conversation, which agents have among themselves';
  const known = recordsAt(ticket, 'comments').some((comment) => customers.has(authorOf(comment)));
  return requesterId !== undefined || known
    ? undefined
    : 'nothing tells who asked: put the ticket itself, or the users, beside it';
}

function toPost(comment: UnknownRecord, askers: Askers, context: ThreadContext): Post {
  const authorId = authorOf(comment);
  const createdAt = timeFact(comment['created_at']);
  const spoken = comment['type'] === 'VoiceComment' ? voiceMail(comment) : undefined;
  if (spoken !== undefined) return { author: 'customer', body: spoken, createdAt, attachments: 0 };
  const html = textFact(comment['html_body']);
  return {
    author: isCustomer(comment, authorId, askers, context) ? 'customer' : 'agent',
    body: html ?? textFact(comment['plain_body']) ?? textFact(comment['body']) ?? '',
    html: html !== undefined,
    createdAt,
    attachments: recordsAt(comment, 'attachments').length,
    leftOut: whyNoMessage(comment),
  };
}

function whyNoMessage(comment: UnknownRecord): NoMessage | undefined {
  if (isMerge(comment)) return 'system events';
  if (comment['public'] === false) return 'internal notes';
  if (comment['type'] === 'VoiceComment') return 'system events';
  // -1 is the system itself.
  if (recordAt(comment, 'via')['channel'] === 'rule' || authorOf(comment) === '-1')
    return 'automatic messages';
  // Flag 4: the comment was automatically generated.
  const flags = recordAt(comment, 'metadata')['flags'];
  return Array.isArray(flags) && flags.includes(4) ? 'automatic messages' : undefined;
}

function nameOf(value: unknown): string | undefined {
  return isRecord(value) ? textFact(value['name']) : textFact(value);
}
