/** Values of foreign records as facts of an example. */
import { isRecord } from '../../base/json.ts';
import type { topicFacts } from '../config/sources.ts';
import type { UnknownRecord } from './field-checks.ts';

/** Text or a number as text, without blanks at its ends; undefined when there is none. */
export function textFact(value: unknown): string | undefined {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  return text === '' ? undefined : text;
}

/** The record at a field, empty when there is none. */
export function recordAt(record: UnknownRecord, field: string): UnknownRecord {
  const value = record[field];
  return isRecord(value) ? value : {};
}

/** The records of the list at a field; what is no record is passed over. */
export function recordsAt(record: UnknownRecord, field: string): UnknownRecord[] {
  const value = record[field];
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

/** The facts that there are. */
export function factsOf(
  facts: Readonly<Record<string, string | number | boolean | undefined>>,
): Record<string, string | number | boolean> {
  return Object.fromEntries(
    Object.entries(facts).filter(
      (entry): entry is [string, string | number | boolean] => entry[1] !== undefined,
    ),
  );
}

/** Tags on one line, in their order. */
export function tagsFact(tags: readonly (string | undefined)[]): string | undefined {
  const named = tags.filter((tag) => tag !== undefined);
  return named.length === 0 ? undefined : named.join(', ');
}

/** What `topic_from` makes the topic of a conversation with these facts. */
export function topicOf(
  meta: Readonly<Record<string, string | number | boolean>>,
  fact: (typeof topicFacts)[number],
): string | undefined {
  const value = fact === 'tag' ? String(meta['tags'] ?? '').split(', ')[0] : meta[fact];
  return value === undefined || value === '' ? undefined : String(value);
}

const clock =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?)(?:\.\d{1,9})?)?\s?(Z|UTC|[+-]\d{2}:?\d{2})?$/;
/** Unix times beyond this are milliseconds: as seconds they would lie after the year 5000. */
const largestSeconds = 1e11;

/** A time as ISO 8601 in UTC, to the second: from Unix seconds or milliseconds, or from text, which is UTC unless it says otherwise. */
export function timeFact(value: unknown): string | undefined {
  if (typeof value === 'number') {
    const milliseconds = Math.abs(value) > largestSeconds ? value : value * 1000;
    return Math.abs(milliseconds) <= 8.64e15 ? isoSeconds(milliseconds) : undefined;
  }
  const parts = typeof value === 'string' ? clock.exec(value.trim()) : null;
  if (!parts) return undefined;
  const [, date, time = '00:00', zone = 'Z'] = parts;
  const milliseconds = Date.parse(
    `${date}T${time}${zone === 'UTC' ? 'Z' : zone.replace(/^([+-]\d{2})(\d{2})$/, '$1:$2')}`,
  );
  return Number.isNaN(milliseconds) ? undefined : isoSeconds(milliseconds);
}

function isoSeconds(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d{3}Z$/, 'Z');
}
