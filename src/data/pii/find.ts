/** Finds personal data of fixed form in a text: patterns, each with a check that the value can be what it looks like. */
import type { CountryCode } from 'libphonenumber-js';
import { findCards } from './card.ts';
import { findEmails } from './email.ts';
import { findAddresses } from './ip.ts';
import { findPhones } from './phone.ts';

export type PiiType = 'EMAIL' | 'CARD' | 'IP' | 'PHONE';

/** Offsets in UTF-16 units. */
export type Span = { start: number; end: number };
export type PiiSpan = Span & { type: PiiType };

export type PiiOptions = {
  email: boolean;
  phone: boolean;
  card: boolean;
  ip: boolean;
  /** Country of numbers without a country code, ISO 3166-1 alpha-2. */
  country: CountryCode;
};

/**
 * Spans in order, none overlapping another. `before` is what stands before the text (the turn before, or the name of the
 * field): a bare number is a phone number only where the talk is of phones.
 */
export function findPii(text: string, options: PiiOptions, before = ''): PiiSpan[] {
  if (!/[\d@]|::/.test(text)) return [];
  const found: PiiSpan[] = [];
  const add = (type: PiiType, spans: readonly Span[]): void => {
    for (const span of spans)
      if (!found.some(({ start, end }) => span.start < end && start < span.end))
        found.push({ type, ...span });
  };
  if (options.email) add('EMAIL', findEmails(text));
  if (options.card) add('CARD', findCards(text));
  if (options.ip) add('IP', findAddresses(text));
  if (options.phone) add('PHONE', findPhones(text, options.country, before));
  return found.sort((a, b) => a.start - b.start);
}
