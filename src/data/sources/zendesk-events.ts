/**
 * Zendesk's tickets in parts: ticket events of the incremental export (with `include=comment_events`), audits, and
 * comments that name their ticket.
 * https://developer.zendesk.com/api-reference/ticketing/ticket-management/incremental_exports/#incremental-ticket-event-export
 * https://developer.zendesk.com/api-reference/ticketing/tickets/ticket_audits/
 */
import { isRecord } from '../../base/json.ts';
import { RecordError, type UnknownRecord } from './field-checks.ts';
import { recordAt, recordsAt, textFact, timeFact } from './record-values.ts';
import type { TicketParts } from './help-desk.ts';

export const zendeskParts: TicketParts = {
  mayBe: (bytes) => bytes.includes('"ticket_id"') || !bytes.includes('"comments"'),
  ticketOf: (record) => {
    const id = textFact(record['ticket_id']);
    if (id === undefined || !(isEvent(record) || isComment(record))) return undefined;
    if (eventsOf(record).some((event) => event['comment_present'] === true && !hasText(event)))
      throw new RecordError(
        'the event says that there is a comment, but not what it says: fetch the events with include=comment_events',
      );
    return id;
  },
  bareTicket: (record) => {
    const ticket = isRecord(record['ticket']) ? record['ticket'] : record;
    return Array.isArray(ticket['comments']) || 'comments' in record || 'ticket_id' in record
      ? undefined
      : textFact(ticket['id']);
  },
  assemble: (id, parts, bare) => {
    const ticket = bare === undefined ? {} : isRecord(bare['ticket']) ? bare['ticket'] : bare;
    const ordered = inOrder(parts);
    const comments = distinct(ordered.flatMap(commentsOf));
    const via = comments[0]?.['via'];
    return { ...(isRecord(via) && { via }), ...fieldsOf(ordered), ...ticket, id, comments };
  },
};

function isEvent(record: UnknownRecord): boolean {
  return Array.isArray(record['child_events']) || Array.isArray(record['events']);
}

function isComment(record: UnknownRecord): boolean {
  return (record['event_type'] ?? record['type']) === 'Comment' && hasText(record);
}

function hasText(record: UnknownRecord): boolean {
  return ['html_body', 'plain_body', 'body'].some((field) => typeof record[field] === 'string');
}

function eventsOf(part: UnknownRecord): UnknownRecord[] {
  return Array.isArray(part['child_events']) ? recordsAt(part, 'child_events') : recordsAt(part, 'events');
}

/** An event says no more than its audit where the two agree. */
function commentsOf(part: UnknownRecord): UnknownRecord[] {
  if (!isEvent(part)) return [part];
  const author = part['author_id'] ?? part['updater_id'];
  return eventsOf(part)
    .filter(
      (event) => /^(?:Voice)?Comment$/.test(String(event['type'] ?? event['event_type'])) && hasText(event),
    )
    .map((event) => ({
      ...event,
      author_id: event['author_id'] ?? author,
      created_at: event['created_at'] ?? part['created_at'] ?? part['timestamp'],
      via: event['via'] ?? part['via'],
      metadata: event['metadata'] ?? part['metadata'],
    }));
}

/** Exports that overlap have an event twice. */
function distinct(comments: readonly UnknownRecord[]): UnknownRecord[] {
  const seen = new Set<string>();
  return comments.filter((comment) => {
    const id = textFact(comment['id']);
    if (id === undefined) return true;
    if (seen.has(id)) return false;
    seen.add(id);
    return true;
  });
}

function inOrder(parts: readonly UnknownRecord[]): UnknownRecord[] {
  const times = new Map(parts.map((part) => [part, timeFact(part['created_at'] ?? part['timestamp']) ?? '']));
  return parts.toSorted((a, b) => {
    const [first, second] = [times.get(a)!, times.get(b)!];
    return first < second ? -1 : first > second ? 1 : 0;
  });
}

/** Fields of a ticket that events tell: `{"status": "solved"}` in those of the export, `field_name` and `value` in audits. */
const fields = [
  'requester_id',
  'subject',
  'status',
  'priority',
  'type',
  'tags',
  'group_id',
  'brand_id',
  'satisfaction_score',
] as const;

function fieldsOf(parts: readonly UnknownRecord[]): UnknownRecord {
  const ticket: UnknownRecord = {};
  for (const part of parts) {
    if (!isEvent(part)) continue;
    for (const event of eventsOf(part)) {
      const kind = event['event_type'] ?? event['type'];
      if (kind !== 'Create' && kind !== 'Change') continue;
      if (kind === 'Create') ticket['created_at'] ??= part['created_at'] ?? part['timestamp'];
      for (const field of fields) {
        if (event['field_name'] === field) ticket[field] = event['value'];
        // "type" is the kind of an audit's event.
        else if (field in event && (field !== 'type' || 'event_type' in event)) ticket[field] = event[field];
      }
    }
  }
  const { satisfaction_score: score, tags, ...told } = ticket;
  return {
    ...told,
    ...(score !== undefined && { satisfaction_rating: { score } }),
    ...(tags !== undefined && { tags: Array.isArray(tags) ? tags : (textFact(tags) ?? '').split(/[\s,]+/) }),
  };
}

/** The transcript of a voice mail, which the customer spoke; of a call that was answered nobody wrote anything. */
export function voiceMail(comment: UnknownRecord): string | undefined {
  const data = recordAt(comment, 'data');
  return data['answered_by_id'] === undefined || data['answered_by_id'] === null
    ? textFact(data['transcription_text'])
    : undefined;
}
