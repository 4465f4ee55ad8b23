/** What is known of a record that bears on how hard it is; NaN for what is not. Of equal length, one value a record. */
export type DifficultyFacts = {
  /** Words of the replies. */
  replyWords: Float32Array;
  /** Turns of the customer. */
  userTurns: Float32Array;
  /** Mean idf of the words. */
  rarity: Float32Array;
  /** Instruction-following difficulty (quality/perplexity.ts), where a model measured it. */
  following: Float32Array;
};

/**
 * How hard each record is among the others, in [0, 1]: the mean of its ranks by length of the replies, turns, rarity of
 * words and, where known, instruction-following difficulty. A rank is the share of the records that have less, equals
 * counted half; so 0.5 is the middle of this set of data and nothing more.
 */
export function difficulty(facts: DifficultyFacts): Float32Array {
  const count = facts.replyWords.length;
  const sums = new Float32Array(count);
  const known = new Uint8Array(count);
  for (const values of Object.values(facts)) {
    const ranks = rankShares(values);
    for (let i = 0; i < count; i++) {
      if (Number.isNaN(ranks[i]!)) continue;
      sums[i] = sums[i]! + ranks[i]!;
      known[i]! += 1;
    }
  }
  return sums.map((sum, i) => (known[i] === 0 ? 0.5 : sum / known[i]!));
}

/** Of each value the share of the others below it, equals counted half; NaN stays. */
export function rankShares(values: Float32Array): Float32Array {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  return values.map((value) => {
    if (Number.isNaN(value)) return value;
    return (lowerBound(sorted, value, false) + lowerBound(sorted, value, true)) / 2 / sorted.length;
  });
}

/** How many of the sorted values are below `value`, or at most it when `inclusive`. */
function lowerBound(sorted: Float32Array, value: number, inclusive: boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value || (inclusive && sorted[middle]! === value)) low = middle + 1;
    else high = middle;
  }
  return low;
}
