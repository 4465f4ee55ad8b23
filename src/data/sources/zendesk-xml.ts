/**
 * Zendesk's XML export: tickets and users in the shape of version 1 of the API, made into that of version 2.
 * https://web.archive.org/web/20110709142507/https://www.zendesk.com/api/tickets
 */
import type { UnknownRecord } from './field-checks.ts';
import { recordsAt, textFact } from './record-values.ts';

const statuses: Readonly<Record<string, string>> = {
  0: 'new',
  1: 'open',
  2: 'pending',
  3: 'solved',
  4: 'closed',
};
const types: Readonly<Record<string, string>> = { 1: 'question', 2: 'incident', 3: 'problem', 4: 'task' };
const priorities: Readonly<Record<string, string>> = { 1: 'low', 2: 'normal', 3: 'high', 4: 'urgent' };
const channels: Readonly<Record<string, string>> = { 0: 'web', 4: 'email', 5: 'api' };
const roles: Readonly<Record<string, string>> = { 0: 'end-user', 2: 'admin', 4: 'agent' };

export const zendeskXml = {
  elements: { ticket: 'tickets', user: 'users' },
  toRecord: (record: UnknownRecord, list: string): UnknownRecord =>
    list === 'users' ? userOf(record) : ticketOf(record),
};

function userOf(user: UnknownRecord): UnknownRecord {
  return { ...user, role: roles[String(user['roles'])] };
}

function ticketOf(ticket: UnknownRecord): UnknownRecord {
  return {
    ...ticket,
    // `id` is that of the database; people know the other, and notes about merges name it.
    id: ticket['nice_id'] ?? ticket['id'],
    status: statuses[String(ticket['status_id'])],
    type: types[String(ticket['ticket_type_id'])],
    priority: priorities[String(ticket['priority_id'])],
    via: { channel: channels[String(ticket['via_id'])] },
    tags: (textFact(ticket['current_tags']) ?? '').split(/\s+/).filter((tag) => tag !== ''),
    ...(Array.isArray(ticket['comments']) && { comments: recordsAt(ticket, 'comments').map(commentOf) }),
  };
}

function commentOf(comment: UnknownRecord): UnknownRecord {
  return { ...comment, body: comment['value'], public: String(comment['is_public']) === 'true' };
}
