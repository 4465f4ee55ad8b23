/** Who is who in Zendesk's exports, and how they rated. */
import { isRecord } from '../../base/json.ts';
import type { UnknownRecord } from './field-checks.ts';
import { recordAt, recordsAt, textFact } from './record-values.ts';
import type { Aside, ThreadContext } from './help-desk.ts';

/** The API answers the request for one ticket with `{"ticket": {...}}`; its comments may have been put beside it. */
export function unwrapTicket(record: UnknownRecord): UnknownRecord {
  if (!isRecord(record['ticket'])) return record;
  return 'comments' in record ? { comments: record['comments'], ...record['ticket'] } : record['ticket'];
}

export function isUser(record: UnknownRecord): boolean {
  return typeof record['role'] === 'string' && !('comments' in record) && !('subject' in record);
}

/** The people that stand beside a ticket and in it, as far as the export has them whole. */
export function peopleOf(record: UnknownRecord): UnknownRecord[] {
  const ticket = unwrapTicket(record);
  return [
    ...recordsAt(record, 'users'),
    ...['requester', 'submitter', 'assignee'].map((field) => recordAt(ticket, field)),
    ...['collaborator', 'collaborators', 'followers', 'email_ccs'].flatMap((field) =>
      recordsAt(ticket, field),
    ),
    ...recordsAt(ticket, 'comments').map((comment) => recordAt(comment, 'author')),
  ];
}

/** One of the answers to the survey, as GET /api/v2/satisfaction_ratings lists them. */
export function isRating(record: UnknownRecord): boolean {
  return 'score' in record && 'ticket_id' in record && !('comments' in record);
}

export function noteRating(record: UnknownRecord, { ratings }: Aside): void {
  const ticket = textFact(record['ticket_id']);
  const rating = ratingOf(record);
  if (ticket !== undefined && rating !== undefined) ratings.set(ticket, rating);
}

export function noteUser(user: UnknownRecord, { agents, customers }: Aside): void {
  const id = textFact(user['id']);
  if (id === undefined) return;
  if (user['role'] === 'agent' || user['role'] === 'admin') agents.add(id);
  else if (user['role'] === 'end-user') customers.add(id);
}

export function authorOf(comment: UnknownRecord): string {
  return textFact(comment['author_id'] ?? recordAt(comment, 'author')['id']) ?? '';
}

/** Who asked, as far as the ticket itself says. */
export type Askers = { requesterId: string | undefined; copied: ReadonlySet<string> };

/** Those who get copies of the mails, but for agents, who follow the ticket. */
export function copiedTo(ticket: UnknownRecord): Set<string> {
  const ids = (field: string): string[] =>
    Array.isArray(ticket[field]) ? ticket[field].map((one: unknown) => textFact(one) ?? '') : [];
  const agents = new Set([...ids('follower_ids'), textFact(ticket['assignee_id']) ?? '']);
  return new Set(ids('email_cc_ids').filter((id) => id !== '' && !agents.has(id)));
}

/** Who is known by role comes first; without roles the requester and who got copies are customers, everybody else an agent. */
export function isCustomer(
  comment: UnknownRecord,
  authorId: string,
  { requesterId, copied }: Askers,
  { agents, customers, isAgent }: ThreadContext,
): boolean {
  const author = recordAt(comment, 'author');
  if (isAgent({ address: textFact(author['email']), name: textFact(author['name']) })) return false;
  if (agents.has(authorId)) return false;
  return customers.has(authorId) || authorId === requesterId || copied.has(authorId);
}

/** 'good' and 'bad', with or without a comment ("goodwithcomment"), or 1 to 5; 'offered' and 'unoffered' are no ratings. */
export function ratingOf(rating: unknown): string | number | undefined {
  const score = textFact(isRecord(rating) ? rating['score'] : rating) ?? '';
  if (/^[1-5]$/.test(score)) return Number(score);
  return /^(?:good|bad)/i.exec(score)?.[0].toLowerCase();
}
