/**
 * Whether an unknown word is spelled like a name of a person, like a place, or like an ordinary word: a softmax
 * regression on its character n-grams, trained on the lexicon by scripts/names/train-spelling.ts.
 */
import { readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';

export const spellingClasses = ['person', 'place', 'word'] as const;
export type SpellingClass = (typeof spellingClasses)[number];

/** Buckets that n-grams are hashed into. */
export const spellingBuckets = 1 << 14;
const longestNgram = 4;
const longestWord = 24;

/** `scale · weights[class · spellingBuckets + bucket]`, summed over the n-grams of a word, is the class's score. */
export type SpellingWeights = { scale: number; weights: Int8Array };

/** Calls `visit` with the bucket of every n-gram (1 to 4 characters, FNV-1a) of `^key$`. */
export function forEachNgram(key: string, visit: (bucket: number) => void): void {
  const text = `^${key.slice(0, longestWord)}$`;
  for (let start = 0; start < text.length; start++) {
    let hash = 0x811c9dc5;
    for (let end = start; end < Math.min(text.length, start + longestNgram); end++) {
      hash = Math.imul(hash ^ text.charCodeAt(end), 0x01000193);
      visit((hash ^ (hash >>> 15)) & (spellingBuckets - 1));
    }
  }
}

/** Natural logarithm of the odds that a word of this spelling is a person's name, a place's, or either, in [-6, 6]. */
export function spellingOdds(
  key: string,
  { scale, weights } = spelling(),
): { person: number; place: number; proper: number } {
  let person = 0;
  let place = 0;
  let word = 0;
  forEachNgram(key, (bucket) => {
    person += weights[bucket]!;
    place += weights[spellingBuckets + bucket]!;
    word += weights[2 * spellingBuckets + bucket]!;
  });
  const odds = (one: number, two: number, three: number): number =>
    Math.max(-6, Math.min(6, scale * one - logSumExp(scale * two, scale * three)));
  return {
    person: odds(person, place, word),
    place: odds(place, person, word),
    proper: -odds(word, person, place),
  };
}

function logSumExp(a: number, b: number): number {
  const most = Math.max(a, b);
  return most + Math.log(Math.exp(a - most) + Math.exp(b - most));
}

const url = new URL('../../../../models/names/spelling.br', import.meta.url);
let loaded: SpellingWeights | undefined;

/** The weights that come with the package: a float32 scale, then the weights; read at the first call. */
function spelling(): SpellingWeights {
  if (loaded) return loaded;
  const bytes = brotliDecompressSync(readFileSync(url));
  const weights = new Int8Array(bytes.buffer, bytes.byteOffset + 4, 3 * spellingBuckets);
  return (loaded = { scale: bytes.readFloatLE(0), weights });
}
