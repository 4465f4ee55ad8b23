/**
 * Words as 32-bit numbers, for counting and comparing texts without a string for each word. Signed, as a Map takes
 * these faster.
 *
 * A word is a run of letters, digits and combining marks, in lower case; an apostrophe within it is left out (`don't`
 * is `dont`). Each Chinese, Japanese, Thai, Lao, Khmer or Burmese character, with the marks on it, is a word of its own,
 * as these scripts put no space between words. Linear in the length of the text.
 */
export type Words = {
  /** FNV-1a over the UTF-16 units of the word, mixed so that all bits are usable. */
  hashes: Int32Array;
  /** The same of the word's first six letters: `refund`, `refunds` and `refunded` have one stem. */
  stems: Int32Array;
  /** In UTF-16 units, 255 for longer ones; 0 marks a character of a script without spaces. */
  lengths: Uint8Array;
};

const stemLetters = 6;
const separator = 1;
const letter = 2;
const alone = 3;
/** A mark that belongs to the character before it. */
const markOfAlone = 4;

const ideographic = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;
/** Marks that are part of emoji and of no word. */
const ofEmoji = /[\p{Variation_Selector}\p{Me}]/u;
const southEastAsian = /[\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/** What each UTF-16 unit is, and its lower case; looked up at its first use. */
const kinds = new Uint8Array(65536);
const lowerUnits = new Uint16Array(65536);

function classify(unit: number): number {
  const char = String.fromCharCode(unit);
  const lower = char.toLowerCase();
  lowerUnits[unit] = lower.length === 1 ? lower.charCodeAt(0) : unit;
  if (ideographic.test(char)) kinds[unit] = alone;
  else if (!/[\p{L}\p{N}\p{M}]/u.test(char) || ofEmoji.test(char)) kinds[unit] = separator;
  else if (!southEastAsian.test(char) || /\p{N}/u.test(char)) kinds[unit] = letter;
  else kinds[unit] = /\p{M}/u.test(char) ? markOfAlone : alone;
  return kinds[unit]!;
}

/** Filled by one call at a time and copied out of; grows to the longest text seen. */
let scratch = makeScratch(1024);

function makeScratch(size: number): Words {
  return {
    hashes: new Int32Array(size),
    stems: new Int32Array(size),
    lengths: new Uint8Array(size),
  };
}

/** The words of a text in their order. */
export function hashWords(text: string): Words {
  if (scratch.hashes.length < text.length) scratch = makeScratch(2 * text.length);
  const { hashes, stems, lengths } = scratch;
  let count = 0;
  let hash = offsetBasis;
  let stem = 0;
  let length = 0;
  let isAlone = false;
  const end = (): void => {
    if (length === 0) return;
    hashes[count] = mix(hash);
    stems[count] = mix(length <= stemLetters ? hash : stem);
    lengths[count] = Math.min(length, 255);
    count += 1;
    hash = offsetBasis;
    length = 0;
  };
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    const kind = kinds[unit] || classify(unit);
    if (kind === letter) {
      hash = Math.imul(hash ^ lowerUnits[unit]!, prime);
      length += 1;
      if (length === stemLetters) stem = hash;
    } else if (kind === alone) {
      end();
      hashes[count] = stems[count] = mix(Math.imul(offsetBasis ^ unit, prime));
      lengths[count] = 0;
      count += 1;
      isAlone = true;
      continue;
    } else if (kind === markOfAlone && isAlone) {
      hashes[count - 1] = stems[count - 1] = mix(Math.imul(hashes[count - 1]! ^ unit, prime));
      continue;
    } else if (!isInnerApostrophe(text, i, unit, length)) end();
    isAlone = false;
  }
  end();
  return { hashes: hashes.slice(0, count), stems: stems.slice(0, count), lengths: lengths.slice(0, count) };
}

function isInnerApostrophe(text: string, i: number, unit: number, length: number): boolean {
  if ((unit !== 0x27 && unit !== 0x2019) || length === 0 || i + 1 >= text.length) return false;
  const next = text.charCodeAt(i + 1);
  return (kinds[next] || classify(next)) === letter;
}

const offsetBasis = 0x811c9dc5;
const prime = 0x01000193;

/** The finaliser of MurmurHash3: every bit of the input changes half of the bits of the result. */
export function mix(hash: number): number {
  let h = hash ^ (hash >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** One number of two in their order. */
export function mixPair(first: number, second: number): number {
  return mix(Math.imul(first, 0x9e3779b1) ^ (second + 0x7f4a7c15));
}

/** Whether a word by its length carries what a text is about: four letters and more, or a character of a script without spaces. */
export function isContentLength(length: number): boolean {
  return length === 0 || length >= 4;
}

/** Splits a text into the same words as strings, for what people read. */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  let word = '';
  let isAlone = false;
  const end = (): void => {
    if (word !== '') words.push(word);
    word = '';
  };
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    const kind = kinds[unit] || classify(unit);
    if (kind === letter) word += String.fromCharCode(lowerUnits[unit]!);
    else if (kind === alone) {
      end();
      words.push(text[i]!);
      isAlone = true;
      continue;
    } else if (kind === markOfAlone && isAlone) {
      words[words.length - 1] += text[i]!;
      continue;
    } else if (!isInnerApostrophe(text, i, unit, word.length)) end();
    isAlone = false;
  }
  end();
  return words;
}
