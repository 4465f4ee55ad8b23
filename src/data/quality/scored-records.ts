/** What jobs hand on to the reductions of quality: scores and labels of records in a row, column by column. */
import { evenRanges } from '../partition.ts';
import type { QualityConfig } from '../config/quality.ts';
import { type Category, categoryBuilder } from '../diversity/category-column.ts';
import type { Example } from '../example.ts';
import type { Piece, ReductionContext } from '../rule.ts';
import { cheapComponents, measureCheap } from './components.ts';
import { readConversation } from './reading.ts';
import { combinedScore, makeScoreTable, readScoreRow, type ScoreTable, setScore } from './score-table.ts';

export type ScoreFact = {
  /** In the order of `cheapComponents`. */
  scores: (number | undefined)[];
  topic: string;
  outcome: string;
  language: string;
  words: number;
};

type ScorePiece = {
  /** Place of the first record among its job's. */
  from: number;
  count: number;
  scores: ScoreTable;
  topic: Category;
  outcome: Category;
  language: Category;
  words: Float32Array;
};

/** A piece with all that is known of its records. */
export type ScoredRecords = ScorePiece & {
  part: number;
  /** Index of the first record. */
  first: number;
  combined: Float32Array;
  /** What is chosen by: the combined score where components count in full from `good_enough` on. */
  merits: Float32Array;
  /** Instruction-following difficulty, where a model measured it; NaN where not. */
  following: Float32Array;
};

export function scoreFact(example: Example, config: QualityConfig): ScoreFact {
  const reading = readConversation(example);
  const { topic = '', outcome = '', language = '' } = example.meta;
  return {
    scores: cheapComponents.map((name) => measureCheap[name](reading, config)),
    topic,
    outcome: String(outcome),
    language,
    words: reading.turns.reduce((sum, { words }) => sum + words.hashes.length, 0),
  };
}

/** Every partition gets a stretch of a job's records. */
export function divideScores(facts: readonly ScoreFact[], partitions: number): ScorePiece[] {
  return evenRanges(facts.length, partitions).map(({ start, end }) => encode(facts.slice(start, end), start));
}

function encode(facts: readonly ScoreFact[], from: number): ScorePiece {
  const count = facts.length;
  const scores = makeScoreTable(count);
  const labels = {
    topic: categoryBuilder(count),
    outcome: categoryBuilder(count),
    language: categoryBuilder(count),
  };
  for (const [i, fact] of facts.entries()) {
    for (const [k, value] of fact.scores.entries())
      if (value !== undefined) setScore(scores, i, cheapComponents[k]!, value);
    for (const name of ['topic', 'outcome', 'language'] as const) labels[name].set(i, fact[name]);
  }
  return {
    from,
    count,
    scores,
    topic: labels.topic.category,
    outcome: labels.outcome.category,
    language: labels.language.category,
    words: Float32Array.from(facts, ({ words }) => words),
  };
}

/** How records are scored; `isSlow` says that rows hold what services told of them. */
export type Scoring = Pick<QualityConfig, 'weights' | 'good_enough'> & { isSlow: boolean };

/** The records of a partition with their combined scores. */
export async function* scoredRecords(
  pieces: AsyncIterable<Piece>,
  { parts, row }: Pick<ReductionContext, 'parts' | 'row'>,
  { weights, good_enough: enough, isSlow }: Scoring,
): AsyncGenerator<ScoredRecords> {
  for await (const { part, value } of pieces) {
    const piece = value as ScorePiece;
    const { from, count, scores } = piece;
    const first = parts[part]!.first + from;
    const following = new Float32Array(count).fill(Number.NaN);
    const combined = new Float32Array(count);
    const merits = new Float32Array(count);
    for (let i = 0; i < count; i++) {
      if (isSlow) following[i] = readScoreRow(scores, i, row(first + i));
      combined[i] = combinedScore(scores, i, weights);
      merits[i] = combinedScore(scores, i, weights, enough);
    }
    yield { ...piece, part, first, combined, merits, following };
  }
}
