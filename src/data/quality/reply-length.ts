import type { Turn } from './reading.ts';

/** A reply of this many words has full marks: more words add nothing. */
const fullWords = 40;

/**
 * How much the replies say: the mean over the replies of log(1 + words) / log(1 + 40), at most 1. One word gives 0.19,
 * ten 0.65, a mere "..." 0. Unknown without a reply; a turn that only calls a tool is none. Two characters of a script
 * without spaces count as a word.
 */
export function lengthOfReplies(turns: readonly Turn[]): number | undefined {
  const replies = turns.filter(
    ({ role, words, calls }) => role === 'assistant' && (words.hashes.length > 0 || !calls),
  );
  if (replies.length === 0) return undefined;
  const sum = replies.reduce((total, { words }) => {
    let count = 0;
    for (const length of words.lengths) count += length === 0 ? 0.5 : 1;
    return total + Math.min(1, Math.log1p(count) / Math.log1p(fullWords));
  }, 0);
  return sum / replies.length;
}
