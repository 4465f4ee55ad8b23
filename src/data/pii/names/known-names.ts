/** Names that were found once in a conversation, found again wherever they stand in it: whole, or a part alone. */
import type { PiiSpan } from '../recogniser.ts';
import { nameSuffixes, particles } from './cues.ts';
import { kind, lexicon } from './lexicon.ts';
import { gap, shape, type Words, wordsOf } from './cut-words.ts';

export type KnownNames = {
  /** By first word: the words of a name, and the name in full as it was first written. */
  readonly byFirstWord: Map<string, { words: readonly string[]; name: string }[]>;
};

/** A name found again: `name` is the full name that it belongs to, so that "Anna" gets the pseudonym of "Anna Smith". */
export type KnownSpan = PiiSpan & { name: string };

const leastLetters = 3;

export const noKnownNames = (): KnownNames => ({ byFirstWord: new Map() });

/** Remembers a name: in full, and each of its parts that says by itself who is meant. */
export function rememberName(known: KnownNames, name: string): void {
  const words = wordsOf(name, lexicon());
  const keys = Array.from({ length: words.count }, (_, i) => words.keyOf(i));
  if (keys.length === 0) return;
  remember(known, keys, name);
  if (keys.length < 2) return;
  for (const key of keys)
    if (key.length >= leastLetters && !particles.has(key) && !nameSuffixes.has(key))
      remember(known, [key], name);
}

function remember({ byFirstWord }: KnownNames, words: readonly string[], name: string): void {
  const first = words[0]!;
  const others = byFirstWord.get(first) ?? [];
  if (others.some((one) => one.words.join(' ') === words.join(' '))) return;
  // Longest first, so that the full name is found before a part of it.
  byFirstWord.set(
    first,
    [...others, { words, name }].sort((a, b) => b.words.length - a.words.length),
  );
}

/** Where known names stand in `text`. A name that is an ordinary word as well counts only where it is capitalised within a sentence. */
export function findKnownNames(text: string, { byFirstWord }: KnownNames): KnownSpan[] {
  if (!mayHold(text, byFirstWord.keys())) return [];
  const words = wordsOf(text, lexicon());
  const spans: KnownSpan[] = [];
  for (let i = 0; i < words.count; i++) {
    const match = byFirstWord.get(words.keyOf(i))?.find((one) => standsAt(words, i, one.words));
    if (!match) continue;
    const last = i + match.words.length - 1;
    spans.push({
      type: 'NAME',
      start: words.starts[i]!,
      end: words.ends[last]!,
      confidence: 0.6,
      name: match.name,
    });
    i = last;
  }
  return spans;
}

/** Most texts hold none of the words, which costs less to see than to split them. */
function mayHold(text: string, keys: Iterable<string>): boolean {
  // What a key looks like in other letters, `fold` decides.
  if (/[\u0080-\uffff]/.test(text)) return true;
  const low = text.toLowerCase();
  for (const key of keys) if (low.includes(key)) return true;
  return false;
}

function standsAt(words: Words, first: number, keys: readonly string[]): boolean {
  for (let k = 0; k < keys.length; k++) {
    const i = first + k;
    if (i >= words.count || words.keyOf(i) !== keys[k]) return false;
    if (k > 0 && (words.gaps[i]! & ~(gap.space | gap.dot | gap.hyphen | gap.comma)) !== 0) return false;
  }
  if (keys.length > 1 || (words.kindOf(first) & kind.word) === 0) return true;
  const isCapital = words.shapes[first] === shape.capital || words.shapes[first] === shape.upper;
  return isCapital && first > 0 && (words.gaps[first]! & ~gap.space) === 0;
}
