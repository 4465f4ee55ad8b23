/**
 * The word list behind the recognisers of names: given and family names, places, nationalities and ordinary words.
 * models/names/README.md says what it was made from; scripts/names/build.ts makes it.
 */
import { readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';

/** What a word can be, as bits; a word can be several things ("paris", "rose"). */
export const kind = {
  given: 1,
  family: 2,
  city: 4,
  region: 8,
  country: 16,
  nationality: 32,
  /** Also an ordinary word: in lower case it means nothing, and a capital letter at the start of a sentence neither. */
  word: 64,
  /** Among the most frequent ordinary words. */
  frequent: 128,
  /** A city that most people have heard of. */
  major: 256,
  /** In more lists of given names than of family names. */
  mainlyGiven: 512,
} as const;

export const anyName: number = kind.given | kind.family;
export const anyPlace: number = kind.city | kind.region | kind.country;

export type Lexicon = {
  /** Bits of `kind` for a folded word, or for several joined by single spaces ("new york"). */
  readonly kindOf: (key: string) => number;
  /** The same by the two hashes of the key. */
  readonly kindOfHashes: (one: number, two: number) => number;
  /** The most words of an entry that begins with this word; 1 when there is none of several words. */
  readonly longest: (key: string) => number;
};

/** Two 32-bit hashes (FNV-1a with two primes), continued over one more character; both begin at `hashBasis`. */
export const hashBasis = 0x811c9dc5 | 0;
export const hashOne = (hash: number, code: number): number => Math.imul(hash ^ code, 0x01000193);
export const hashTwo = (hash: number, code: number): number => Math.imul(hash ^ code, 0x27220a95);

/** The first of the two hashes of a whole key. */
export function hashOf(key: string): number {
  let hash = hashBasis;
  for (let i = 0; i < key.length; i++) hash = hashOne(hash, key.charCodeAt(i));
  return hash;
}

/** The second of them. */
export function secondHashOf(key: string): number {
  let hash = hashBasis;
  for (let i = 0; i < key.length; i++) hash = hashTwo(hash, key.charCodeAt(i));
  return hash;
}

const url = new URL('../../../../models/names/lexicon.br', import.meta.url);
let loaded: Lexicon | undefined;

/** The list that comes with the package, read at the first call (once in each thread). */
export function lexicon(): Lexicon {
  return (loaded ??= parseLexicon(brotliDecompressSync(readFileSync(url)).toString('utf8')));
}

/** Above the bits of `kind` in the table: how many words the longest entry has that begins with this one. */
const lengthShift = 10;
const kindMask = (1 << lengthShift) - 1;
const blank = 32;

/**
 * Lines of `<bits>:<entry>,<entry>…`, the bits in decimal. Entries are known by 64 bits of hash: a table of 5 MB, where
 * the words themselves would take 60 MB in every thread; that two words of a text meet in it by chance does not happen.
 */
function parseLexicon(text: string): Lexicon {
  const capacity = 1 << 19;
  const ones = new Int32Array(capacity);
  const twos = new Int32Array(capacity);
  const values = new Uint16Array(capacity);
  const slotOf = (one: number, two: number): number => {
    let slot = (one ^ (one >>> 13)) & (capacity - 1);
    while (values[slot] !== 0 && (ones[slot] !== one || twos[slot] !== two))
      slot = (slot + 1) & (capacity - 1);
    return slot;
  };
  const add = (one: number, two: number, bits: number, words: number): void => {
    const slot = slotOf(one, two);
    const value = values[slot]!;
    ones[slot] = one;
    twos[slot] = two;
    values[slot] = ((value | bits) & kindMask) | (Math.max(value >> lengthShift, words) << lengthShift);
  };
  // Hashed where it stands: 200,000 strings take longer than all the rest, in every thread.
  const addEntry = (line: string, start: number, end: number, bits: number): void => {
    let one = hashBasis;
    let two = hashBasis;
    let firstOne = 0;
    let firstTwo = 0;
    let words = 1;
    for (let i = start; i < end; i++) {
      const code = line.charCodeAt(i);
      if (code === blank && words++ === 1) {
        firstOne = one;
        firstTwo = two;
      }
      one = hashOne(one, code);
      two = hashTwo(two, code);
    }
    add(one, two, bits, 1);
    if (words > 1) add(firstOne, firstTwo, 0, words);
  };
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    const bits = Number(line.slice(0, colon));
    for (let start = colon + 1, end = 0; end < line.length; start = end + 1) {
      end = line.indexOf(',', start);
      if (end < 0) end = line.length;
      addEntry(line, start, end, bits);
    }
  }
  const valueOf = (key: string): number => values[slotOf(hashOf(key), secondHashOf(key))]!;
  return {
    kindOf: (key) => valueOf(key) & kindMask,
    kindOfHashes: (one, two) => values[slotOf(one, two)]! & kindMask,
    longest: (key) => Math.max(1, valueOf(key) >> lengthShift),
  };
}

const letters: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
  ħ: 'h',
  '’': "'",
  '‐': '-',
  '‑': '-',
};

/** The lexicon's form of a word: lower case, without accents, typographic apostrophes made plain. */
export function fold(word: string): string {
  const low = word.toLowerCase();
  // oxlint-disable-next-line no-control-regex
  if (/^[\x00-\x7f]*$/.test(low)) return low;
  return low
    .normalize('NFD')
    .replace(/\p{Mn}+/gu, '')
    .replace(/[ßæœøłđðþıħ’‐‑]/g, (letter) => letters[letter]!);
}
