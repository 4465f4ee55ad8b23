/** Checks of fields in records from outside. Each names the field and the value that it refused. */
import { isRecord } from '../../base/json.ts';
import type { Message, Role } from '../example.ts';

/** A record that cannot become an example; the message is the reason, ready for the ledger. */
export class RecordError extends Error {}

export type UnknownRecord = Record<string, unknown>;

const longestShown = 40;

/** A value for a reason: its start, with e-mail addresses and long numbers hidden, as reasons are kept in the ledger. */
export function describeValue(value: unknown): string {
  if (value === undefined) return 'missing';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (value !== null && typeof value === 'object') return 'an object';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  const shown = text.length > longestShown ? `${text.slice(0, longestShown).toWellFormed()}…` : text;
  return shown.replace(/[^\s"]+@[^\s"]+/g, '[hidden]').replace(/\d[\d\s().-]{4,}\d/g, '[hidden]');
}

/** Throws RecordError: the field, the value found, and what was wanted there. */
export function fail(field: string, value: unknown, wanted: string): never {
  throw new RecordError(`${field} is ${describeValue(value)}; ${wanted}`);
}

export function checkRecord(value: unknown, field: string): UnknownRecord {
  return isRecord(value) ? value : fail(field, value, 'an object is needed');
}

export function checkList(value: unknown, field: string): unknown[] {
  return Array.isArray(value) ? value : fail(field, value, 'a list is needed');
}

export function checkText(value: unknown, field: string): string {
  return typeof value === 'string' ? value : fail(field, value, 'text is needed');
}

export function checkOneOf<T extends string>(value: unknown, field: string, allowed: readonly T[]): T {
  if (allowed.includes(value as T)) return value as T;
  return fail(field, value, `allowed are ${allowed.join(', ')}`);
}

/** OpenAI's `weight` on an assistant turn: 0 keeps the turn out of the loss. */
export function checkWeight(value: unknown, field: string): { trained?: false } {
  if (value === undefined || value === null || value === 1) return {};
  return value === 0 ? { trained: false } : fail(field, value, 'allowed are 0 and 1');
}

/** Facts that are kept beside what a model sees; anything but text, finite numbers and booleans has no place there. */
export function isFact(value: unknown): value is string | number | boolean {
  return (
    typeof value === 'string' ||
    typeof value === 'boolean' ||
    (typeof value === 'number' && Number.isFinite(value))
  );
}

/** Refuses what no shape may hold: no messages, or nothing that an assistant says. */
export function checkConversation(messages: readonly Message[], field: string): void {
  if (messages.length === 0) throw new RecordError(`${field} is empty; at least one message is needed`);
  if (!messages.some(({ role }) => role === 'assistant'))
    throw new RecordError(`${field} has no assistant message, so there is nothing to learn from`);
}

export function message(role: Role, content: string): Message {
  return { role, content };
}
