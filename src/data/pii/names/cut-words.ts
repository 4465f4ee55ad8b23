/**
 * Cuts a text into words with what recognisers of names ask of them: how a word is written and what stands before it.
 * One pass over the characters; in scripts without capital letters every word counts as lower case.
 */
import { characterClass, classOf, isPossessive, isWithin } from './character-classes.ts';
import { fold, hashBasis, hashOf, hashOne, hashTwo, kind, type Lexicon, secondHashOf } from './lexicon.ts';

/** How a word is written. A `number` begins with a digit; an `initial` is one capital letter. */
export const shape = { lower: 0, capital: 1, upper: 2, number: 3, initial: 4 } as const;

/** What stands between two words, as bits. */
export const gap = {
  space: 1,
  newline: 2,
  comma: 4,
  /** A full stop; after an initial or a title it ends nothing. */
  dot: 8,
  /** Ends a sentence or a clause: ! ? ; and brackets. */
  stop: 16,
  colon: 32,
  /** The word before had 's. */
  possessive: 64,
  /** Ties both words into one: an address on the web, a path, an identifier. */
  glue: 128,
  quote: 256,
  hyphen: 512,
  hash: 1024,
} as const;

export type Words = {
  readonly text: string;
  readonly count: number;
  /** Words that begin with a capital letter; those of letters alone, and how many of them are all capitals. */
  readonly capitals: number;
  readonly lettered: number;
  readonly shouted: number;
  readonly hasDigit: boolean;
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  readonly shapes: readonly number[];
  /** gaps[i] is what stands before word i; gaps[count] what stands after the last. */
  readonly gaps: readonly number[];
  /** The first hash (lexicon.ts) of keyOf(i), which most words need not be cut out for. */
  readonly hashes: readonly number[];
  /** Word i as the lexicon has it: lower case, without accents. */
  readonly keyOf: (i: number) => string;
  /** What the lexicon says of word i: bits of `kind`, 0 when it is not there. */
  readonly kindOf: (i: number) => number;
  /** The same of any word in the lexicon's form. */
  readonly kindOfKey: (key: string) => number;
};

const contraction = /'(?:m|ll|ve|re|d|t)$/;

const { other, lower, upper, digit, apostrophe } = characterClass;

const asciiGap = Uint16Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  if (character === '\n' || character === '\r') return gap.newline;
  if (character <= ' ') return gap.space;
  if (character === ',') return gap.comma;
  if (character === '.') return gap.dot;
  if (character === ':') return gap.colon;
  if (character === '#') return gap.hash;
  if (character === '-') return gap.hyphen;
  if (character === '"' || character === "'" || character === '`') return gap.quote;
  return '@\\/_=&%$+~'.includes(character) ? gap.glue : gap.stop;
});

function gapOf(code: number): number {
  if (code < 128) return asciiGap[code]!;
  if (code === 0xa0 || (code >= 0x2000 && code <= 0x200b) || code === 0x202f || code === 0x3000)
    return gap.space;
  if (code === 0x2028 || code === 0x2029) return gap.newline;
  if (code === 0x2013 || code === 0x2014) return gap.stop;
  if ((code >= 0x2018 && code <= 0x201f) || code === 0xab || code === 0xbb) return gap.quote;
  return gap.stop;
}

/** The words of `text`. Word i is `text.slice(starts[i], ends[i])`; a possessive 's belongs to the gap after it. */
export function wordsOf(text: string, lexicon: Lexicon): Words {
  const { starts, ends, shapes, gaps, hashes, seconds, keys, kinds, hasDigit } = cut(text);
  const { capitals, lettered, shouted } = countShapes(shapes);
  const keyOf = (i: number): string => {
    const known = keys[i];
    if (known !== undefined) return known;
    const written = text.slice(starts[i], ends[i]);
    return (keys[i] = shapes[i] === shape.lower ? written : written.toLowerCase());
  };
  const kindOf = (i: number): number => (kinds[i] ??= lexicon.kindOfHashes(hashes[i]!, seconds[i]!));
  return {
    text,
    count: starts.length,
    capitals,
    lettered,
    shouted,
    hasDigit,
    starts,
    ends,
    shapes,
    gaps,
    hashes,
    keyOf,
    kindOf,
    kindOfKey: lexicon.kindOf,
  };
}

/** What a pass over the characters tells of the words. */
type CutText = {
  starts: number[];
  ends: number[];
  shapes: number[];
  gaps: number[];
  hashes: number[];
  /** The second hash of each word. */
  seconds: number[];
  /** Of words that are more than their letters in lower case. */
  keys: (string | undefined)[];
  kinds: (number | undefined)[];
  hasDigit: boolean;
};

/** One loop for gaps and words: as two functions it took 7 % longer. */
function cut(text: string): CutText {
  const starts: number[] = [];
  const ends: number[] = [];
  const shapes: number[] = [];
  const gaps: number[] = [];
  const hashes: number[] = [];
  const seconds: number[] = [];
  const keys: (string | undefined)[] = [];
  const kinds: (number | undefined)[] = [];
  let between = 0;
  let spaced = false;
  let hasDigit = false;
  for (let at = 0; at < text.length;) {
    const code = text.charCodeAt(at);
    const first = classOf(code, text, at);
    if (first !== lower && first !== upper && first !== digit) {
      const kindOfGap = gapOf(code);
      if (kindOfGap <= gap.newline) spaced = true;
      between |= kindOfGap;
      at++;
      continue;
    }
    const start = at;
    let one = hashBasis;
    let two = hashBasis;
    let hasLower = false;
    /** Whether the key is no more than the letters in lower case: no accents, no apostrophe. */
    let isPlain = true;
    let before: number = other;
    for (; at < text.length; at++) {
      const character = text.charCodeAt(at);
      const here = classOf(character, text, at);
      if (here === other) break;
      if (here >= apostrophe) {
        if (!isWithin(text, at, before)) break;
        if (here === apostrophe) isPlain = false;
        one = hashOne(one, here === apostrophe ? 39 : 45);
        two = hashTwo(two, here === apostrophe ? 39 : 45);
      } else {
        if (here === lower) hasLower = true;
        else if (here === digit) hasDigit = true;
        if (character >= 128) isPlain = false;
        const folded = here === upper ? character | 32 : character;
        one = hashOne(one, folded);
        two = hashTwo(two, folded);
      }
      before = here;
    }
    // Anna.Smith, example.com; but J.Smith and St.Gallen.
    const isDotted = between === gap.dot && starts.length > 0 && start - 1 - starts.at(-1)! > 3;
    const length = starts.length;
    if (!isPlain) {
      const key = fold(text.slice(start, at));
      keys[length] = key;
      one = hashOf(key);
      two = secondHashOf(key);
      if (contraction.test(key)) kinds[length] = kind.word | kind.frequent;
    }
    gaps.push(spaced ? between & ~gap.glue : isDotted ? between | gap.glue : between);
    starts.push(start);
    ends.push(at);
    hashes.push(one);
    seconds.push(two);
    shapes.push(shapeOf(first, at - start, hasLower));
    between = 0;
    spaced = false;
    if (isPossessive(text, at)) {
      between = gap.possessive;
      at += 2;
    }
  }
  gaps.push(between);
  return { starts, ends, shapes, gaps, hashes, seconds, keys, kinds, hasDigit };
}

function countShapes(shapes: readonly number[]): Pick<Words, 'capitals' | 'lettered' | 'shouted'> {
  let capitals = 0;
  let lettered = 0;
  let shouted = 0;
  for (const one of shapes) {
    if (one === shape.capital || one === shape.upper || one === shape.initial) capitals++;
    if (one <= shape.upper) lettered++;
    if (one === shape.upper) shouted++;
  }
  return { capitals, lettered, shouted };
}

function shapeOf(first: number, length: number, hasLower: boolean): number {
  if (first === digit) return shape.number;
  if (first === lower) return shape.lower;
  if (length === 1) return shape.initial;
  return hasLower ? shape.capital : shape.upper;
}

/** The first word that begins at `offset` or behind it; `count` when there is none. */
export function firstWordFrom({ starts, count }: Words, offset: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (starts[middle]! < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Words to compare with those of a text, in the lexicon's form. */
export type WordSet = {
  /** Whether word i of a text is one of them. */
  readonly at: (words: Words, i: number) => boolean;
  readonly has: (key: string) => boolean;
};

const filterSize = 1 << 11;
const slotOf = (hash: number): number => (hash ^ (hash >>> 16)) & (filterSize - 1);

/** The words of a text, separated by blanks. */
export function wordSet(text: string): WordSet {
  const keys = new Set(text.trim().split(/\s+/));
  // Most words are in no set: one byte tells that of nearly all of them.
  const filter = new Uint8Array(filterSize);
  for (const key of keys) filter[slotOf(hashOf(key))] = 1;
  return {
    at: ({ hashes, keyOf }, i) => {
      const hash = hashes[i];
      return hash !== undefined && filter[slotOf(hash)] === 1 && keys.has(keyOf(i));
    },
    has: (key) => keys.has(key),
  };
}
