/** Names in scripts that put no space between words, found again wherever their characters stand. */
import type { PiiSpan } from '../recogniser.ts';

const eastAsian = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}]/u;
/** One character is part of too many words. */
const leastCharacters = 2;
/** What is longer is no name that comes again. */
const mostCharacters = 20;

export const isEastAsian = (text: string): boolean => eastAsian.test(text);

/** What of a name says by itself who is meant: all of it, with and without its blank, and each part. */
export function partsOfName(name: string): string[] {
  const parts = name.split(/[\s　・·]+/u);
  return [...new Set([name, parts.join(''), ...parts])].filter(
    ({ length }) => length >= leastCharacters && length <= mostCharacters,
  );
}

/** Where one of `names` stands in `text`, the longest at each place. */
export function findUnspacedNames(text: string, names: ReadonlySet<string>): PiiSpan[] {
  if (names.size === 0 || !isEastAsian(text)) return [];
  const starts = new Set([...names].map((name) => name[0]!));
  const lengths = [...new Set([...names].map(({ length }) => length))].sort((a, b) => b - a);
  const spans: PiiSpan[] = [];
  for (let at = 0; at < text.length; at++) {
    if (!starts.has(text[at]!)) continue;
    const length = lengths.find((one) => names.has(text.slice(at, at + one)));
    if (length === undefined) continue;
    spans.push({ type: 'NAME', start: at, end: at + length, confidence: 0.6 });
    at += length - 1;
  }
  return spans;
}
