import type { Json } from '../../base/json.ts';
import { hashWords, type Words } from '../../text/hashed-words.ts';
import { type Draw, isDrawn, type Order, placeOf } from '../draw.ts';
import type { Example } from '../example.ts';
import type { ConcludeTools } from '../rule.ts';
import { isSpoken } from '../spoken-text.ts';
import { describeSet, rounded } from './describe-set.ts';
import { addRecord, addSet, type Described, emptySet, type SetTally } from './set-tally.ts';
import { textStatistics } from './text-statistics.ts';

/** Conversations of each set whose texts are counted; of the set with more words only as many as the other has. */
const mostCounted = 2000;

const sides = ['chosen', 'random'] as const;
type Side = (typeof sides)[number];

/** All records, those that were chosen and as many drawn at random, counted; each process counts what it has. */
export type ComparisonTally = Record<'all' | Side, SetTally> & {
  /** The records of each side whose texts are counted. */
  texts: Record<Side, number[]>;
};

/** `random` are the records that the choice has to beat, `texts` says whose texts are counted. */
export type ComparisonDraws = { random: Draw; texts: Order };

export function emptyComparison(): ComparisonTally {
  return {
    all: emptySet(),
    chosen: emptySet(),
    random: emptySet(),
    texts: { chosen: [], random: [] },
  };
}

export function addToComparison(
  tally: ComparisonTally,
  record: Described & { index: number; isChosen: boolean },
  draws: ComparisonDraws,
): void {
  addRecord(tally.all, record);
  const isOf = { chosen: record.isChosen, random: isDrawn(draws.random, record.index) };
  for (const side of sides) {
    if (!isOf[side]) continue;
    addRecord(tally[side], record);
    const texts = tally.texts[side];
    // Now and then, so that adding one costs little.
    if (texts.push(record.index) > 4 * mostCounted) tally.texts[side] = firstOf(texts, draws.texts);
  }
}

export function addComparison(sum: ComparisonTally, other: ComparisonTally, draws: ComparisonDraws): void {
  for (const set of ['all', ...sides] as const) addSet(sum[set], other[set]);
  for (const side of sides)
    sum.texts[side] = firstOf([...sum.texts[side], ...other.texts[side]], draws.texts);
}

function firstOf(records: readonly number[], order: Order): number[] {
  return records.toSorted((a, b) => placeOf(order, a) - placeOf(order, b)).slice(0, mostCounted);
}

/** All records, the chosen and as many at random, side by side: distributions, how varied the texts are, and `measured`. */
export async function compareWithRandom(
  tally: ComparisonTally,
  { readExamples }: Pick<ConcludeTools, 'readExamples'>,
  measured: Partial<Record<Side, Record<string, number>>> = {},
): Promise<{ all: Json; chosen: Json; random: Json }> {
  const texts = await countTexts(tally.texts, readExamples);
  const wordCount = Math.min(...Object.values(texts).map(countWords));
  const describe = (side: Side): Json => ({
    ...describeSet(tally[side], tally.all),
    texts: {
      conversations: Math.min(mostCounted, tally[side].records),
      ...mapRounded(textStatistics(texts[side], wordCount)),
    },
    ...mapRounded(measured[side] ?? {}),
  });
  return {
    all: describeSet(tally.all) as Json,
    chosen: describe('chosen'),
    random: describe('random'),
  };
}

function countWords(messages: readonly Words[]): number {
  return messages.reduce((sum, { hashes }) => sum + hashes.length, 0);
}

function mapRounded(values: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, rounded(value)]));
}

async function countTexts(
  records: ComparisonTally['texts'],
  readExamples: ConcludeTools['readExamples'],
): Promise<Record<Side, Words[]>> {
  const wanted = { chosen: new Set(records.chosen), random: new Set(records.random) };
  const texts: Record<Side, Words[]> = { chosen: [], random: [] };
  for await (const { index, example } of readExamples([...wanted.chosen, ...wanted.random])) {
    const words = wordsOf(example);
    for (const side of sides) if (wanted[side].has(index)) texts[side].push(...words);
  }
  return texts;
}

function wordsOf({ messages }: Example): Words[] {
  return messages.filter(isSpoken).map(({ content }) => hashWords(content));
}
