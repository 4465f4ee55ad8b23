/**
 * Values that were found once in a conversation by the words around them, found again where those words are missing: the
 * number a customer gives after "my phone is" comes back bare in a tool call.
 */
import { findKnownNames, noKnownNames, rememberName } from './names/known-names.ts';
import { findUnspacedNames, isEastAsian, partsOfName } from './names/unspaced-names.ts';
import { isSame, keyOf } from './same-person.ts';
import type { FoundSpan } from './settle-overlaps.ts';

/** Found by their form alone wherever they stand, or too general to look for. */
const foundAnyway = new Set(['EMAIL', 'IBAN', 'IP', 'MAC', 'URL', 'PLACE', 'ORGANISATION', 'POSTCODE']);
const number = /(?<![\w.])\+?\(?\d(?:[ ().-]{0,2}\d){3,18}(?!\w)/g;
const leastDigits = 5;
const leastCharacters = 3;

export type Repeats = { readonly isEmpty: boolean; find: (text: string) => FoundSpan[] };

/** Learns from what was found: `values` are the texts of the spans. */
export function repeatsOf(values: Iterable<{ type: string; value: string }>): Repeats {
  const numbers = new Map<string, string>();
  const words = new Map<string, string>();
  const names = noKnownNames();
  const unspaced = new Set<string>();
  for (const { type, value } of values) {
    if (foundAnyway.has(type)) continue;
    if (type === 'NAME') {
      if (isEastAsian(value)) for (const part of partsOfName(value)) unspaced.add(part);
      else rememberName(names, value);
      continue;
    }
    if (/^[\d\s()./+-]+$/.test(value)) {
      const key = keyOf(type, value);
      if (key.length >= leastDigits && type !== 'DATE_OF_BIRTH') numbers.set(key, type);
    } else if (value.length >= leastCharacters) words.set(value, type);
  }
  return {
    isEmpty: numbers.size === 0 && words.size === 0 && names.byFirstWord.size + unspaced.size === 0,
    find: (text) => [
      ...findKnownNames(text, names),
      ...findUnspacedNames(text, unspaced),
      ...(numbers.size > 0 ? findNumbers(text, numbers) : []),
      ...[...words].flatMap(([value, type]) => findWord(text, value, type)),
    ],
  };
}

function findNumbers(text: string, known: ReadonlyMap<string, string>): FoundSpan[] {
  return [...text.matchAll(number)].flatMap(({ 0: found, index }) => {
    const type = typeOf(found, known);
    return type === undefined ? [] : [{ type, start: index, end: index + found.length, confidence: 0.5 }];
  });
}

function typeOf(found: string, known: ReadonlyMap<string, string>): string | undefined {
  const digits = found.replace(/\D/g, '');
  const exact = known.get(digits);
  if (exact !== undefined) return exact;
  for (const [key, type] of known) if (isSame(type, key, keyOf(type, found))) return type;
  return undefined;
}

/** As it was written, as a whole word: in lower case "will" and "may" are no names. */
function findWord(text: string, value: string, type: string): FoundSpan[] {
  const spans: FoundSpan[] = [];
  for (let at = text.indexOf(value); at >= 0; at = text.indexOf(value, at + value.length)) {
    const end = at + value.length;
    const isWhole = !/[\p{L}\p{N}_]/u.test(text[at - 1] ?? '') && !/[\p{L}\p{N}_]/u.test(text[end] ?? '');
    if (isWhole) spans.push({ type, start: at, end, confidence: 0.5 });
  }
  return spans;
}
