/**
 * Finds what is similar to a text with nothing missed, by prefix filtering (Chaudhuri, Ganti, Kaushik 2006; Bayardo, Ma,
 * Srikant 2007): with the elements of all sets in one order, two sets of Jaccard similarity t or more share one of the
 * first |x| - ceil(t |x|) + 1 elements of each. The rarest come first, so few others share them.
 */
import { combine32, mix32 } from '../../base/mix-hash.ts';
import { type Comparable, similarity } from './similarity.ts';

export class SimilarityIndex {
  readonly #texts: readonly Comparable[];
  readonly #threshold: number;
  readonly #byShingles: Postings;
  readonly #byWords: Postings;

  constructor(texts: readonly Comparable[], threshold: number) {
    this.#texts = texts;
    this.#threshold = threshold;
    this.#byShingles = makePostings(
      texts.map(({ shingles }) => shingles),
      threshold,
    );
    this.#byWords = makePostings(
      texts.map(({ shortText }) => (shortText ? countedWords(shortText) : noElements)),
      threshold,
    );
  }

  /** The texts that `accept` takes and whose similarity to `query` reaches the threshold. */
  *find(
    query: Comparable,
    accept: (text: number) => boolean = () => true,
  ): Generator<{ text: number; similarity: number }> {
    for (const text of this.#candidates(query)) {
      if (!accept(text)) continue;
      const value = similarity(query, this.#texts[text]!);
      if (value >= this.#threshold) yield { text, similarity: value };
    }
  }

  *#candidates({ shingles, shortText }: Comparable): Generator<number> {
    for (const text of candidatesIn(this.#byShingles, shingles, this.#threshold))
      if (!shortText || !this.#texts[text]!.shortText) yield text;
    if (shortText) yield* candidatesIn(this.#byWords, countedWords(shortText), this.#threshold);
  }
}

/**
 * The words of a short text as a set, a word's second occurrence as an element of its own. Two texts share at least as
 * many of these as words in the same order, so this similarity is never below `orderedJaccard`.
 */
function countedWords(words: Uint32Array): Uint32Array {
  const counts = new Map<number, number>();
  return words.map((word) => {
    const count = (counts.get(word) ?? 0) + 1;
    counts.set(word, count);
    return mix32(combine32(word, count));
  });
}

/** The prefixes of sets by a hash of their elements: `owners` from `starts[slot]` to `starts[slot + 1]`. */
type Postings = {
  shift: number;
  frequency: Uint32Array;
  starts: Uint32Array;
  owners: Uint32Array;
  seen: Int32Array;
};

function makePostings(sets: readonly Uint32Array[], threshold: number): Postings {
  const elements = sets.reduce((sum, set) => sum + set.length, 0);
  const bits = Math.min(22, Math.max(10, Math.ceil(Math.log2(elements + 1))));
  const shift = 32 - bits;
  const frequency = new Uint32Array(2 ** bits);
  for (const set of sets) for (const element of set) frequency[element >>> shift]! += 1;
  const starts = new Uint32Array(2 ** bits + 1);
  const prefixOf = (set: Uint32Array): Float64Array =>
    rarestFirst(set, { frequency, shift }).subarray(0, prefixLength(set.length, threshold));
  for (const set of sets) for (const entry of prefixOf(set)) starts[slotOf(entry, shift) + 1]! += 1;
  for (let slot = 1; slot < starts.length; slot++) starts[slot]! += starts[slot - 1]!;
  const owners = new Uint32Array(starts.at(-1)!);
  const next = starts.slice();
  sets.forEach((set, owner) => {
    for (const entry of prefixOf(set)) owners[next[slotOf(entry, shift)]!++] = owner;
  });
  return { shift, frequency, starts, owners, seen: new Int32Array(sets.length).fill(-1) };
}

let queries = 0;

function* candidatesIn(postings: Postings, set: Uint32Array, threshold: number): Generator<number> {
  const { shift, frequency, starts, owners, seen } = postings;
  const length = prefixLength(set.length, threshold);
  // Elements that no set has come first in the order, and lead nowhere.
  let unknown = 0;
  for (const element of set) if (frequency[element >>> shift] === 0) unknown += 1;
  if (unknown >= length) return;
  queries = (queries + 1) | 0;
  const order = rarestFirst(set, postings);
  for (let i = unknown; i < length; i++) {
    const slot = slotOf(order[i]!, shift);
    for (let at = starts[slot]!; at < starts[slot + 1]!; at++) {
      const owner = owners[at]!;
      if (seen[owner] === queries) continue;
      seen[owner] = queries;
      yield owner;
    }
  }
}

/** The elements by (frequency of their slot, hash), both in one number. */
function rarestFirst(
  set: Uint32Array,
  { frequency, shift }: Pick<Postings, 'frequency' | 'shift'>,
): Float64Array {
  return Float64Array.from(set, (element) => frequency[element >>> shift]! * 2 ** 32 + element).sort();
}

function slotOf(entry: number, shift: number): number {
  return (entry % 2 ** 32) >>> shift;
}

function prefixLength(size: number, threshold: number): number {
  // 0.8 * 15 is a little over 12: a rounding error must not shorten the prefix.
  return size === 0 ? 0 : size - Math.ceil(threshold * size - 1e-9) + 1;
}

const noElements = new Uint32Array(0);
