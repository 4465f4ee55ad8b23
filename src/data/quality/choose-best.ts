/** The reductions of quality: count how the scores lie, look at the records that a cut goes through, and choose. */
import type { QualityConfig } from '../config/quality.ts';
import { labelOf } from '../diversity/category-column.ts';
import {
  addToComparison,
  type ComparisonDraws,
  type ComparisonTally,
  emptyComparison,
} from '../diversity/compare-with-random.ts';
import { isDrawn, type Order } from '../draw.ts';
import type { Reduction } from '../rule.ts';
import { type Borders, countLevels, type CountsByTopic, type Cuts, placesAtBorders, stays } from './cuts.ts';
import { addScore, emptyScores, type ScoresTally } from './describe-scores.ts';
import { type ScoredRecords, scoredRecords } from './scored-records.ts';
import { makeScoreTable, recordBytes, type ScoreTable } from './score-table.ts';

/** `isSlow`: rows hold what services told of the records. */
export type CountParameters = { isSlow: boolean };
/** `ties` tells equally good records apart. */
export type BorderParameters = CountParameters & { borders: Borders; ties: Order };
export type ChooseParameters = CountParameters & {
  cuts: Cuts;
  ties: Order;
  draws: ComparisonDraws;
  /** Which of both stays. */
  selection: 'best' | 'random';
};

/** What is decided about records in a row, column by column. */
export type QualityVerdicts = {
  scores: ScoreTable;
  combined: Float32Array;
  kept: Uint8Array;
  /** Instruction-following difficulty, where a model measured it. */
  following: Float32Array;
};
export function emptyVerdicts(count: number): QualityVerdicts {
  return {
    scores: makeScoreTable(count),
    combined: new Float32Array(count),
    kept: new Uint8Array(count),
    following: new Float32Array(count),
  };
}

/** Writes verdicts from record `at` on, and returns where the next ones go. */
export function addVerdicts(all: QualityVerdicts, some: QualityVerdicts, at: number): number {
  all.scores.set(some.scores, at * recordBytes);
  all.combined.set(some.combined, at);
  all.kept.set(some.kept, at);
  all.following.set(some.following, at);
  return at + some.kept.length;
}

export type QualityTally = { scores: ScoresTally; comparison: ComparisonTally };

type Settings = Pick<QualityConfig, 'weights' | 'good_enough' | 'min_score'>;

/** The three reductions, in the order in which they run. Each reads the scored records of its partition. */
export function qualityReductions({
  min_score: leastScore,
  ...scoring
}: Settings): Record<'count' | 'border' | 'choose', Reduction> {
  return {
    count: async (pieces, context) => {
      const { isSlow } = context.parameters as CountParameters;
      const sums: CountsByTopic = new Map();
      for await (const records of scoredRecords(pieces, context, { ...scoring, isSlow }))
        countLevels(sums, records, leastScore);
      return [sums];
    },
    border: async (pieces, context) => {
      const { isSlow, borders, ties } = context.parameters as BorderParameters;
      const stretches = scoredRecords(pieces, context, { ...scoring, isSlow });
      return [await placesAtBorders(stretches, { borders, ties, leastScore })];
    },
    /** The verdicts about the records of each part and, last, what a report tells. */
    choose: async (pieces, context) => {
      const parameters = context.parameters as ChooseParameters;
      const { isSlow } = parameters;
      const verdicts: (QualityVerdicts | undefined)[] = context.parts.map(() => undefined);
      const tally: QualityTally = { scores: emptyScores(), comparison: emptyComparison() };
      for await (const records of scoredRecords(pieces, context, { ...scoring, isSlow })) {
        const { scores, combined, following, part } = records;
        const kept = choose(records, leastScore, { parameters, tally });
        verdicts[part] = { scores, combined, kept, following };
      }
      return [...verdicts, tally];
    },
  };
}

function choose(
  records: ScoredRecords,
  leastScore: number,
  { parameters, tally }: { parameters: ChooseParameters; tally: QualityTally },
): Uint8Array {
  const { cuts, ties, draws, selection } = parameters;
  const { first, count, combined, merits, topic, outcome, language, words } = records;
  const kept = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const index = first + i;
    const score = combined[i]!;
    const labels = {
      topic: labelOf(topic, i),
      outcome: labelOf(outcome, i),
      language: labelOf(language, i),
    };
    const isChosen = score >= leastScore && stays(merits[i]!, index, cuts.get(labels.topic)!, ties);
    const isKept = selection === 'random' ? isDrawn(draws.random, index) : isChosen;
    kept[i] = Number(isKept);
    const numbers = { words: words[i]!, quality: score };
    addToComparison(tally.comparison, { index, isChosen, labels, numbers }, draws);
    addScore(tally.scores, records, i, isKept);
  }
  return kept;
}
