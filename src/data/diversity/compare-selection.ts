import type { Json } from '../../base/json.ts';
import { seededRandom, shuffledIndexes } from '../../base/random.ts';
import { hashWords, type Words } from '../../text/words.ts';
import type { Example } from '../example.ts';
import type { ConcludeTools } from '../rule.ts';
import { isSpoken } from '../spoken.ts';
import type { Columns } from './columns.ts';
import { describeSet, rounded } from './describe-set.ts';
import { countMarks, marked } from './marks.ts';
import { textStatistics } from './text-statistics.ts';

/** Conversations of each set whose texts are counted; of the set with more words only as many as the other has. */
const mostCounted = 2000;

export type Selection = {
  columns: Columns;
  count: number;
  /** 1 for each record that was chosen. */
  chosen: Uint8Array;
  /** As many, drawn at random. */
  random: Uint8Array;
  /** A figure about a set of records that the rule adds, such as its coverage. */
  measure?: (records: Int32Array) => Record<string, number>;
};

/** All records, the chosen and as many at random, side by side: distributions, and how varied the texts are. */
export async function compareSelection(
  { columns, count, chosen, random, measure }: Selection,
  tools: Pick<ConcludeTools, 'seed' | 'readExamples'>,
): Promise<{ all: Json; chosen: Json; random: Json }> {
  const texts = await countTexts(chosen, random, tools);
  const wordCount = Math.min(...Object.values(texts).map(countWords));
  const side = (marks: Uint8Array, words: Words[]): Json => ({
    ...describeSet(columns, count, marks),
    texts: {
      conversations: Math.min(mostCounted, countMarks(marks)),
      ...mapRounded(textStatistics(words, wordCount)),
    },
    ...(measure && mapRounded(measure(marked(marks)))),
  });
  return {
    all: describeSet(columns, count) as Json,
    chosen: side(chosen, texts.chosen),
    random: side(random, texts.random),
  };
}

function countWords(messages: readonly Words[]): number {
  return messages.reduce((sum, { hashes }) => sum + hashes.length, 0);
}

function mapRounded(values: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, rounded(value)]));
}

async function countTexts(
  chosen: Uint8Array,
  random: Uint8Array,
  { seed, readExamples }: Pick<ConcludeTools, 'seed' | 'readExamples'>,
): Promise<{ chosen: Words[]; random: Words[] }> {
  const draw = (marks: Uint8Array): Set<number> => {
    const records = marked(marks);
    const order = shuffledIndexes(records.length, seededRandom(seed, 'texts')).subarray(0, mostCounted);
    return new Set(Array.from(order, (i) => records[i]!));
  };
  const [ofChosen, ofRandom] = [draw(chosen), draw(random)];
  const indexes = [...new Set([...ofChosen, ...ofRandom])].sort((a, b) => a - b);
  const texts: { chosen: Words[]; random: Words[] } = { chosen: [], random: [] };
  for await (const { index, example } of readExamples(indexes)) {
    const words = wordsOf(example);
    if (ofChosen.has(index)) texts.chosen.push(...words);
    if (ofRandom.has(index)) texts.random.push(...words);
  }
  return texts;
}

function wordsOf({ messages }: Example): Words[] {
  return messages.filter(isSpoken).map(({ content }) => hashWords(content));
}
