/** What jobs hand on to the reductions of diversity: words and facts of records in a row, column by column. */
import { type Features, featuresOf } from '../embeddings/features.ts';
import type { Example } from '../example.ts';
import { evenRanges } from '../partition.ts';
import { readConversation } from '../quality/reading.ts';
import type { ObservedPart, Piece } from '../rule.ts';
import { type Category, categoryBuilder } from './category-column.ts';
import { sentiment } from './sentiment.ts';

/** By name; NaN is not known. */
export const numberNames = ['words', 'turns', 'sentiment', 'quality', 'following'] as const;
export const labelNames = ['topic', 'outcome', 'language'] as const;
type Numbers<T> = Record<(typeof numberNames)[number], T>;
type Labels<T> = Record<(typeof labelNames)[number], T>;

/**
 * `words` are those of the replies, `turns` those of the customer, `sentiment` is in [-1, 1] where the list of words knows
 * the language, `following` is instruction-following difficulty.
 */
export type DiversityFact = { features: Features; labels: Labels<string>; numbers: Numbers<number> };

/** Labels and numbers of records, one column each. */
export type FactColumns = { labels: Labels<Category>; numbers: Numbers<Float32Array> };

type ObservedPiece = FactColumns & {
  /** Place of the first record among its job's. */
  from: number;
  count: number;
  /** Where each record's features begin in `ids` and `counts` and, last, where they end. */
  starts: Uint32Array;
  ids: Uint16Array;
  counts: Uint8Array;
};

export type ObservedRecords = FactColumns & {
  /** Index of the first record. */
  first: number;
  count: number;
  featuresAt: (at: number) => Features;
};

export function diversityFact(example: Example): DiversityFact {
  const { turns } = readConversation(example);
  const { topic = '', outcome = '', language = '', quality, following_difficulty: following } = example.meta;
  const ofUser = turns.filter(({ role }) => role === 'user').map(({ words }) => words);
  const words = turns.reduce(
    (sum, { role, words: { hashes } }) => sum + (role === 'assistant' ? hashes.length : 0),
    0,
  );
  return {
    features: featuresOf(turns.map((turn) => turn.words)),
    labels: { topic, outcome: String(outcome), language },
    numbers: {
      words,
      turns: ofUser.length,
      sentiment: sentiment(ofUser, language === '' ? undefined : language) ?? Number.NaN,
      quality: typeof quality === 'number' ? quality : Number.NaN,
      following: typeof following === 'number' ? following : Number.NaN,
    },
  };
}

/** Every partition gets a stretch of a job's records. */
export function divideFacts(facts: readonly DiversityFact[], partitions: number): ObservedPiece[] {
  return evenRanges(facts.length, partitions).map(({ start, end }) => encode(facts.slice(start, end), start));
}

function encode(facts: readonly DiversityFact[], from: number): ObservedPiece {
  const starts = new Uint32Array(facts.length + 1);
  for (const [i, { features }] of facts.entries()) starts[i + 1] = starts[i]! + features.ids.length;
  const [ids, counts] = [new Uint16Array(starts.at(-1)!), new Uint8Array(starts.at(-1)!)];
  for (const [i, { features }] of facts.entries()) {
    ids.set(features.ids, starts[i]!);
    counts.set(features.counts, starts[i]!);
  }
  const label = (name: keyof Labels<string>): Category => {
    const builder = categoryBuilder(facts.length);
    for (const [i, { labels }] of facts.entries()) builder.set(i, labels[name]);
    return builder.category;
  };
  const number = (name: keyof Numbers<number>): Float32Array =>
    Float32Array.from(facts, ({ numbers }) => numbers[name]);
  return { from, count: facts.length, starts, ids, counts, ...columnsBy(label, number) };
}

/** Columns made one by one. */
export function columnsBy(
  label: (name: keyof Labels<string>) => Category,
  number: (name: keyof Numbers<number>) => Float32Array,
): FactColumns {
  return {
    labels: Object.fromEntries(labelNames.map((name) => [name, label(name)])) as Labels<Category>,
    numbers: Object.fromEntries(numberNames.map((name) => [name, number(name)])) as Numbers<Float32Array>,
  };
}

/** The records of a partition, in order. */
export async function* observedRecords(
  pieces: AsyncIterable<Piece>,
  parts: readonly ObservedPart[],
): AsyncGenerator<ObservedRecords> {
  for await (const { part, value } of pieces) {
    const { from, count, starts, ids, counts, labels, numbers } = value as ObservedPiece;
    yield {
      first: parts[part]!.first + from,
      count,
      labels,
      numbers,
      featuresAt: (at) => ({
        ids: ids.subarray(starts[at], starts[at + 1]),
        counts: counts.subarray(starts[at], starts[at + 1]),
      }),
    };
  }
}
