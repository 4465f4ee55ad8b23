import { mixPair, type Words } from '../../text/hashed-words.ts';

/** A text as a bag of hashed words: which of the `featureCount` buckets, and how often (at most 255). */
export type Features = { ids: Uint16Array; counts: Uint8Array };

export const featureCount = 65536;
/** Of longer texts this many distinct words are kept, those with the least hash: the same choice in every text. */
const mostFeatures = 160;

/**
 * The stems of words of three letters and more; of Chinese and Japanese, where a character alone says little, the pairs
 * of neighbouring characters.
 */
export function featuresOf(texts: readonly Words[]): Features {
  const counts = new Map<number, number>();
  const add = (hash: number): void => {
    const id = hash & (featureCount - 1);
    counts.set(id, (counts.get(id) ?? 0) + 1);
  };
  for (const { stems, lengths } of texts)
    for (let i = 0; i < stems.length; i++) {
      const length = lengths[i]!;
      if (length >= 3) add(stems[i]!);
      else if (length === 0 && lengths[i + 1] === 0) add(mixPair(stems[i]!, stems[i + 1]!));
    }
  // The id is a hash: the lowest are a random choice, and one that texts with the same words agree on.
  const ids = Uint16Array.from(counts.keys()).sort().subarray(0, mostFeatures);
  return { ids: ids.slice(), counts: Uint8Array.from(ids, (id) => Math.min(255, counts.get(id)!)) };
}
