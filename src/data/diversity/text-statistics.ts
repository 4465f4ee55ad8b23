import { mixPair, type Words } from '../../text/hashed-words.ts';

/** How varied a set of texts is. Compare sets of as many words only: all the other figures depend on it. */
export type TextStatistics = {
  words: number;
  /** Distinct words. */
  vocabulary: number;
  /** Distinct n-grams over all n-grams (Li et al. 2016), within a message; 0 where there are none. */
  distinct_1: number;
  distinct_2: number;
  distinct_3: number;
};

/**
 * Counts by 32-bit hashes of words and n-grams: of a million n-grams about a hundred fall together. Stops after
 * `mostWords` words.
 */
export function textStatistics(messages: Iterable<Words>, mostWords = Infinity): TextStatistics {
  const seen = [new Set<number>(), new Set<number>(), new Set<number>()];
  const totals = [0, 0, 0];
  for (const { hashes } of messages)
    for (let i = 0; i < hashes.length && totals[0]! < mostWords; i++) {
      let key = hashes[i]!;
      for (let n = 0; n < 3 && i + n < hashes.length; n++) {
        if (n > 0) key = mixPair(key, hashes[i + n]!);
        seen[n]!.add(key);
        totals[n]! += 1;
      }
    }
  const share = (n: number): number => (totals[n] === 0 ? 0 : seen[n]!.size / totals[n]!);
  return {
    words: totals[0]!,
    vocabulary: seen[0]!.size,
    distinct_1: share(0),
    distinct_2: share(1),
    distinct_3: share(2),
  };
}
