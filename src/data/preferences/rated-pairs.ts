/** Pairs from ratings: of two replies to one prompt the better rated one is preferred. */
import { type Random, shuffled } from '../../base/random.ts';
import type { Example, Message } from '../example.ts';
import { makePair, onlyReply, type PairMaker, shortHash } from './pair.ts';

type RatedReply = { example: Example; index: number; reply: Message; ratings: number[] };

const words: Readonly<Record<string, number>> = {
  up: 1,
  good: 1,
  positive: 1,
  like: 1,
  true: 1,
  down: 0,
  bad: 0,
  negative: 0,
  dislike: 0,
  false: 0,
};

/** Thumbs as 1 and 0, points as they are; undefined for what is no rating. */
export function readRating(value: string | number | boolean): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return Number(value);
  const text = value
    .trim()
    .toLowerCase()
    .replace(/^thumbs[ _-]?/, '');
  if (Object.hasOwn(words, text)) return words[text];
  const points = Number(text);
  return text === '' || !Number.isFinite(points) ? undefined : points;
}

/**
 * Rated are turns with the fact `rating`; a rating of the whole example is one of its last reply. A reply that was rated
 * more than once counts with the mean. Holds the rated replies in memory.
 */
export function ratedMaker(
  examples: () => AsyncIterable<Example>,
  {
    minDifference,
    perTurn,
    random,
  }: { minDifference: number; perTurn: number; random: (...stream: string[]) => Random },
): PairMaker {
  return {
    origin: 'rated',
    pairs: async function* (dropped) {
      const byPrompt = new Map<string, Map<string, RatedReply>>();
      for await (const example of examples())
        for (const { index, rating } of ratingsOf(example)) {
          const value = readRating(rating);
          if (value === undefined) {
            dropped(
              example,
              `the rating ${JSON.stringify(rating)} is neither thumbs nor a number`,
              'not a rating',
            );
            continue;
          }
          const prompt = shortHash(
            example.messages
              .slice(0, index)
              .map(({ role, content, toolCalls }) => [role, content, toolCalls]),
          );
          const replies = byPrompt.get(prompt) ?? new Map<string, RatedReply>();
          byPrompt.set(prompt, replies);
          const reply = example.messages[index]!;
          const text = shortHash(onlyReply(reply));
          const rated = replies.get(text) ?? { example, index, reply, ratings: [] };
          rated.ratings.push(value);
          replies.set(text, rated);
        }
      for (const [prompt, replies] of byPrompt) {
        const found = couples([...replies.values()], minDifference);
        const drawn = shuffled(found, random('rated', prompt)).slice(0, perTurn);
        for (const [number, { better, worse }] of drawn.entries())
          yield makePair(better.example, better.index, {
            chosen: better.reply,
            rejected: worse.reply,
            origin: 'rated',
            number,
          });
        const used = new Set(found.flatMap(({ better, worse }) => [better, worse]));
        for (const rated of replies.values())
          if (!used.has(rated))
            dropped(rated.example, 'rated, but no other reply to the same prompt was rated otherwise');
        for (const { better } of found.slice(perTurn))
          dropped(better.example, `beyond the ${perTurn} of a turn`);
      }
    },
  };
}

function ratingsOf({ messages, meta }: Example): { index: number; rating: string | number | boolean }[] {
  const last = messages.findLastIndex(({ role }) => role === 'assistant');
  return messages.flatMap((one, index) => {
    const rating = one.meta?.['rating'] ?? (index === last ? meta.rating : undefined);
    return one.role === 'assistant' && rating !== undefined ? [{ index, rating }] : [];
  });
}

function couples(
  replies: readonly RatedReply[],
  minDifference: number,
): { better: RatedReply; worse: RatedReply }[] {
  const mean = ({ ratings }: RatedReply): number =>
    ratings.reduce((sum, one) => sum + one, 0) / ratings.length;
  return replies.flatMap((better) =>
    replies
      .filter((worse) => mean(better) - mean(worse) >= minDifference)
      .map((worse) => ({ better, worse })),
  );
}
