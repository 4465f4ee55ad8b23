import { hashWords, type Words } from '../../text/hashed-words.ts';
import { intensifiers, moodByWord, negations } from './sentiment-words.ts';

/** Words before a word of mood that may turn it round. */
const negationReach = 3;
/** A negated word is weaker than its opposite: "not good" is milder than "bad" (Hutto and Gilbert 2014 measured 0.74). */
const negatedShare = -0.74;
/** Sum of moods at which the scale is at 0.5: two mild words, or one strong one. */
const half = 3;

const hashOf = (word: string): number => hashWords(word).hashes[0]!;
const moods = new Map([...moodByWord].map(([word, mood]) => [hashOf(word), mood]));
const negationHashes = new Set(negations.map(hashOf));
const strengths = new Map(Object.entries(intensifiers).map(([word, strength]) => [hashOf(word), strength]));

/**
 * The customer's mood by a list of English words, from -1 to 1, 0 where no word of mood is said; the sum of the moods s
 * becomes s / (|s| + 3). Unknown for other languages: nothing here can tell them.
 */
export function sentiment(texts: readonly Words[], language: string | undefined): number | undefined {
  if (language !== undefined && !/^en\b/i.test(language)) return undefined;
  let sum = 0;
  let ideographs = 0;
  let count = 0;
  for (const { hashes, lengths } of texts) {
    count += hashes.length;
    for (let i = 0; i < hashes.length; i++) {
      if (lengths[i] === 0) ideographs += 1;
      const mood = moods.get(hashes[i]!);
      if (mood !== undefined) sum += mood * strengthAt(hashes, i);
    }
  }
  if (count === 0 || ideographs > count / 2) return undefined;
  return sum / (Math.abs(sum) + half);
}

function strengthAt(hashes: Int32Array, at: number): number {
  let strength = strengths.get(hashes[at - 1] ?? 0) ?? 1;
  for (let i = Math.max(0, at - negationReach); i < at; i++)
    if (negationHashes.has(hashes[i]!)) {
      strength *= negatedShare;
      break;
    }
  return strength;
}

export type Mood = 'negative' | 'neutral' | 'positive';

/** Within a quarter of the middle a text is neutral: one mild word. */
export function moodOf(value: number): Mood {
  if (value < -0.25) return 'negative';
  return value > 0.25 ? 'positive' : 'neutral';
}
