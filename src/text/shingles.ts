/**
 * A text as a set of shingles: runs of neighbouring words, or of characters where a script puts no spaces between words.
 * Before that the text is normalised: NFKC, lower case, invisible characters removed; punctuation and symbols part words as white
 * space does.
 */

import { combine32, mix32 } from '../base/mix-hash.ts';

/** What shingles are made of: words, or the characters of Chinese, Japanese and other scripts without spaces. */
export type UnitKind = 'word' | 'character';

export type TextUnits = {
  kind: UnitKind;
  /** A 32-bit hash of each word or character, in the order of the text. */
  hashes: Uint32Array;
  /** Length of the normalised text without its white space, in UTF-16 units. */
  length: number;
};

/** Neighbouring units in a shingle. */
export const shingleSize: Readonly<Record<UnitKind, number>> = { word: 3, character: 5 };

const removed = 0;
const space = 1;
const letter = 2;
const spaceless = 3;
const surrogate = 4;

const letterPattern = /[\p{L}\p{N}\p{M}_]/u;
/** Format characters, such as soft hyphens and zero-width joiners, and what asks for another drawing of an emoji. */
const invisiblePattern = /[\p{Cf}\p{Variation_Selector}]/u;
const spacelessPattern =
  /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}]/u;

/** The words of a text, or its characters when more of it is written in scripts without spaces than in words. */
export function textUnits(text: string): TextUnits {
  const clean = (/[\u0080-\uffff]/.test(text) ? text.normalize('NFKC') : text).toLowerCase();
  const { count, spacedWords, spacelessCharacters, length } = wordUnits(clean);
  if (spacelessCharacters <= spacedWords) return { kind: 'word', hashes: units.slice(0, count), length };
  const characters = characterUnits(clean);
  return { kind: 'character', hashes: units.slice(0, characters), length };
}

/**
 * The distinct shingles as ascending 32-bit hashes. A text shorter than a shingle is one shingle of its own, and a text
 * without words has none.
 */
export function shinglesOf({ kind, hashes }: Pick<TextUnits, 'kind' | 'hashes'>): Uint32Array {
  const size = Math.min(shingleSize[kind], hashes.length);
  if (size === 0) return new Uint32Array(0);
  const shingles = new Uint32Array(hashes.length - size + 1);
  // Words and characters, and short texts and whole shingles, never share a hash but by chance.
  const seed = (kind === 'word' ? 0x3c6ef372 : 0x1b873593) + size;
  for (let i = 0; i < shingles.length; i++) {
    let hash = seed;
    for (let k = 0; k < size; k++) hash = combine32(hash, hashes[i + k]!);
    shingles[i] = mix32(hash);
  }
  return sortedDistinct(shingles);
}

/**
 * Each run of `size` neighbouring units as a 52-bit hash, in order: so wide that a corpus has no two runs alike by
 * chance. None when the text is shorter.
 */
export function wideShingles(hashes: Uint32Array, size: number): Float64Array {
  const result = new Float64Array(Math.max(0, hashes.length - size + 1));
  for (let i = 0; i < result.length; i++) {
    let low = size;
    let high = ~size;
    for (let k = 0; k < size; k++) {
      low = combine32(low, hashes[i + k]!);
      high = combine32(high, hashes[i + k]! ^ 0x5bd1e995);
    }
    result[i] = mix32(high) * 2 ** 20 + (mix32(low) >>> 12);
  }
  return result;
}

/** Sorts in place and leaves out repeats. */
export function sortedDistinct(values: Uint32Array): Uint32Array {
  values.sort();
  let count = 0;
  for (let i = 0; i < values.length; i++)
    if (i === 0 || values[i] !== values[i - 1]) values[count++] = values[i]!;
  return values.slice(0, count);
}

/** Units of the text in work; grown to the longest text and used again, as most texts are short. */
let units = new Uint32Array(1024);

function pushUnit(at: number, hash: number): void {
  if (at === units.length) {
    const grown = new Uint32Array(units.length * 2);
    grown.set(units);
    units = grown;
  }
  units[at] = hash;
}

type Words = { count: number; spacedWords: number; spacelessCharacters: number; length: number };

/** Fills `units` with words: runs of letters and digits. */
function wordUnits(clean: string): Words {
  const kinds = unitKinds();
  let count = 0;
  let spacedWords = 0;
  let spacelessCharacters = 0;
  let length = 0;
  let hash = wordSeed;
  let wordLength = 0;
  let hasLetter = false;
  // One step past the end closes the last word.
  for (let i = 0; i <= clean.length; i++) {
    const code = i < clean.length ? clean.charCodeAt(i) : 32;
    let kind = kinds[code]!;
    if (kind === surrogate) {
      kind = pairKind(clean, i);
      if (kind === letter || kind === spaceless) {
        hash = Math.imul(hash ^ code, prime);
        wordLength += 1;
      }
      if (isPair(clean, i)) i += 1;
    }
    if (kind === letter || kind === spaceless) {
      hash = Math.imul(hash ^ clean.charCodeAt(i), prime);
      wordLength += 1;
      if (kind === letter) hasLetter = true;
      else spacelessCharacters += 1;
    } else if (kind === space && wordLength > 0) {
      pushUnit(count++, mix32(hash ^ wordLength));
      length += wordLength;
      if (hasLetter) spacedWords += 1;
      hash = wordSeed;
      wordLength = 0;
      hasLetter = false;
    }
  }
  return { count, spacedWords, spacelessCharacters, length };
}

/** Fills `units` with the characters (code points) that are letters or digits, and returns their number. */
function characterUnits(clean: string): number {
  const kinds = unitKinds();
  let count = 0;
  for (let i = 0; i < clean.length; i++) {
    const code = clean.charCodeAt(i);
    let kind = kinds[code]!;
    let point = code;
    if (kind === surrogate) {
      kind = pairKind(clean, i);
      point = clean.codePointAt(i)!;
      if (isPair(clean, i)) i += 1;
    }
    if (kind === letter || kind === spaceless) pushUnit(count++, mix32(point ^ characterSeed));
  }
  return count;
}

/** The kind of the character beyond the BMP at `at`; a surrogate without its partner parts words. */
function pairKind(text: string, at: number): number {
  return isPair(text, at) ? kindOf(String.fromCodePoint(text.codePointAt(at)!)) : space;
}

function isPair(text: string, at: number): boolean {
  return text.codePointAt(at)! > 0xffff;
}

function kindOf(character: string): number {
  if (invisiblePattern.test(character)) return removed;
  if (!letterPattern.test(character)) return space;
  return spacelessPattern.test(character) ? spaceless : letter;
}

let kindTable: Uint8Array | undefined;

/** The kind of each UTF-16 unit, made at first use: a look-up where a pattern would cost ten times as much. */
function unitKinds(): Uint8Array {
  if (kindTable) return kindTable;
  kindTable = new Uint8Array(65_536);
  for (let code = 0; code < kindTable.length; code++)
    kindTable[code] = code >= 0xd800 && code <= 0xdfff ? surrogate : kindOf(String.fromCharCode(code));
  return kindTable;
}

/** FNV-1a's offset and prime, 32 bits. */
const wordSeed = 0x811c9dc5;
const prime = 0x01000193;
const characterSeed = 0x2545f491;
