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
  /** The most words of an entry that begins with this word; 1 when there is none of several words. */
  readonly longest: (key: string) => number;
};

const url = new URL('../../../../models/names/lexicon.br', import.meta.url);
let loaded: Lexicon | undefined;

/** The list that comes with the package, read at the first call (once in each thread). */
export function lexicon(): Lexicon {
  return (loaded ??= parseLexicon(brotliDecompressSync(readFileSync(url)).toString('utf8')));
}

/** Lines of `<bits>:<entry>,<entry>…`, the bits in decimal. */
export function parseLexicon(text: string): Lexicon {
  const kinds = new Map<string, number>();
  const longest = new Map<string, number>();
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    const bits = Number(line.slice(0, colon));
    for (const entry of line.slice(colon + 1).split(',')) {
      kinds.set(entry, bits);
      const space = entry.indexOf(' ');
      if (space < 0) continue;
      const first = entry.slice(0, space);
      longest.set(first, Math.max(longest.get(first) ?? 1, entry.split(' ').length));
    }
  }
  return { kindOf: (key) => kinds.get(key) ?? 0, longest: (key) => longest.get(key) ?? 1 };
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
