import { splitSentences } from '../../text/sentences.ts';
import { mixPair } from '../../text/hashed-words.ts';
import { repliesOf, type Turn } from './reading.ts';

/** Two Chinese or Japanese characters count as a word, so phrases have twice as many of them. */
const charactersOfWord = 2;
/** In fewer words a phrase that comes twice is chance. */
const leastWords = 50;
/**
 * Shares beyond which Gopher's authors remove a document (arXiv 2112.11446, table A1): lines that were there before, and
 * the characters in the commonest phrase of 2 to 4 words and in phrases of 5 words that came before.
 */
const lineLimit = 0.3;
const commonestLimits: readonly (readonly [length: number, limit: number])[] = [
  [2, 0.2],
  [3, 0.18],
  [4, 0.16],
];
const repeatedLength = 5;
const repeatedLimit = 0.15;

/**
 * How free of repetition the replies are: 1 without any, 0 from Gopher's limits on, whichever is nearest to its limit:
 * lines over all replies, as an agent may say the same again, sentences and phrases within a reply, as the same facts
 * about another day are no fault. Unknown without a reply in words.
 */
export function repetition(turns: readonly Turn[]): number | undefined {
  const replies = repliesOf(turns);
  if (replies.length === 0) return undefined;
  const lines = replies.flatMap(({ text }) => text.split('\n'));
  const worst = Math.max(repeatedPart(lines) / lineLimit, ...replies.map(repeatedWithin));
  return 1 - Math.min(1, worst);
}

/** Share of the characters that stand in parts that were there before. */
function repeatedPart(parts: readonly string[]): number {
  const seen = new Set<string>();
  let repeated = 0;
  let total = 0;
  for (const one of parts) {
    const part = one.trim();
    total += part.length;
    if (part === '') continue;
    if (seen.has(part)) repeated += part.length;
    else seen.add(part);
  }
  return total === 0 ? 0 : repeated / total;
}

function repeatedWithin(reply: Turn): number {
  return Math.max(repeatedPart(splitSentences(reply.text)) / lineLimit, repeatedPhrases(reply));
}

/** How near a reply is to the limit for phrases that is nearest, 1 at the limit. */
function repeatedPhrases({ words: { hashes, lengths } }: Turn): number {
  let unspaced = 0;
  for (const length of lengths) unspaced += Number(length === 0);
  const size = unspaced * 2 > hashes.length ? charactersOfWord : 1;
  if (hashes.length < leastWords * size) return 0;
  const total = lengths.reduce((sum, length) => sum + Math.max(1, length), 0);
  let worst = repeatedShare(hashes, lengths, repeatedLength * size) / total / repeatedLimit;
  for (const [length, limit] of commonestLimits)
    worst = Math.max(worst, commonestShare(hashes, lengths, length * size) / total / limit);
  return worst;
}

/** Characters that the phrase of `size` words with the most characters in all its occurrences takes, if it comes more than once. */
function commonestShare(hashes: Int32Array, lengths: Uint8Array, size: number): number {
  const counts = new Map<number, number>();
  let most = 0;
  for (let i = 0; i + size <= hashes.length; i++) {
    let key = hashes[i]!;
    let characters = Math.max(1, lengths[i]!);
    for (let k = 1; k < size; k++) {
      key = mixPair(key, hashes[i + k]!);
      characters += Math.max(1, lengths[i + k]!);
    }
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    if (count > 1) most = Math.max(most, count * characters);
  }
  return most;
}

/** Characters in phrases of `size` words that came before; each phrase is counted once past its first. */
function repeatedShare(hashes: Int32Array, lengths: Uint8Array, size: number): number {
  const seen = new Set<number>();
  let repeated = 0;
  for (let i = 0; i + size <= hashes.length;) {
    let key = hashes[i]!;
    let characters = Math.max(1, lengths[i]!);
    for (let k = 1; k < size; k++) {
      key = mixPair(key, hashes[i + k]!);
      characters += Math.max(1, lengths[i + k]!);
    }
    if (seen.has(key)) {
      repeated += characters;
      i += size;
    } else {
      seen.add(key);
      i += 1;
    }
  }
  return repeated;
}
