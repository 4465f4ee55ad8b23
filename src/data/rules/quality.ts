import { formatCount } from '../../base/number-text.ts';
import type { Json } from '../../base/json.ts';
import type { FunnelConfig } from '../config/diversity.ts';
import type { QualityConfig } from '../config/quality.ts';
import { addComparison, compareWithRandom, emptyComparison } from '../diversity/compare-with-random.ts';
import { rounded } from '../diversity/describe-set.ts';
import { targetOf } from '../diversity/level-target.ts';
import { drawOf, type Order, orderBy } from '../draw.ts';
import {
  addVerdicts,
  type BorderParameters,
  type ChooseParameters,
  type CountParameters,
  emptyVerdicts,
  qualityReductions,
  type QualityTally,
  type QualityVerdicts,
} from '../quality/choose-best.ts';
import {
  addTopicCounts,
  type BorderPlaces,
  type CountsByTopic,
  type Cuts,
  findBorders,
  findCuts,
  placesByTopic,
} from '../quality/cuts.ts';
import { addScores, describeScores, emptyScores } from '../quality/describe-scores.ts';
import { doubtOutcomes } from '../quality/doubt-outcomes.ts';
import { divideScores, scoreFact, type ScoreFact } from '../quality/scored-records.ts';
import { combinedScore, scoresOf } from '../quality/score-table.ts';
import { slowScores } from '../quality/slow-scores.ts';
import type { ConcludeTools, Reduced, ReduceOptions, Shuffle, ShuffleRule } from '../rule.ts';

export type QualityOptions = {
  config: QualityConfig;
  funnel: FunnelConfig;
  /** random keeps as many, drawn by the seed: what the choice has to beat. */
  selection: 'best' | 'random';
};

/** The verdicts about the records of one part. */
type Plan = QualityVerdicts & { first: number };

/**
 * Level 2: scores every conversation by components in [0, 1], combines them with the weights of the project file and leaves
 * out the worst of every topic; among those without a clear fault it is drawn. Scores stand in the ledger, whatever becomes
 * of a record; quality.json shows their distributions, the records at the cut, and a random choice of the same size.
 */
export function quality(options: QualityOptions): ShuffleRule<ScoreFact, Reduced, Plan> {
  const { config, selection } = options;
  return {
    name: 'quality',
    observe: (example) => scoreFact(example, config),
    divide: divideScores,
    reductions: qualityReductions(config),
    conclude: (shuffle, tools) => conclude(shuffle, tools, options),
    slice: async (chosen, { number, first, count }) => {
      const plan = { first, ...emptyVerdicts(count) };
      let at = 0;
      for await (const some of chosen.pieces<QualityVerdicts | undefined>(number))
        if (some) at = addVerdicts(plan, some, at);
      return plan;
    },
    apply: (example, index, plan) => {
      const at = index - plan.first;
      const value = rounded(plan.combined[at]!);
      const components = scoresOf(plan.scores, at);
      const scores = { quality: value, ...components };
      if (plan.kept[at] === 1) {
        const ratio = plan.following[at]!;
        const facts = {
          quality: value,
          ...(!Number.isNaN(ratio) && { following_difficulty: rounded(ratio) }),
        };
        return { example: { ...example, meta: { ...example.meta, ...facts } }, scores };
      }
      if (selection === 'random') return { drop: 'not drawn', scores };
      const weakest = Object.entries(components).sort(([, a], [, b]) => a - b)[0];
      const because = weakest === undefined ? '' : `; weakest is ${weakest[0]} with ${weakest[1].toFixed(2)}`;
      if (value < config.min_score)
        return {
          drop: `quality ${value.toFixed(2)} is below min_score ${config.min_score}${because}`,
          kind: 'below min_score',
          scores,
        };
      if (combinedScore(plan.scores, at, config.weights, config.good_enough) === 1)
        return {
          drop: `quality ${value.toFixed(2)}, without a clear fault; others of its topic were drawn`,
          kind: 'without a clear fault, not drawn',
          scores,
        };
      return {
        drop: `quality ${value.toFixed(2)} is not among the best of its topic${because}`,
        kind: 'not among the best of its topic',
        scores,
      };
    },
  };
}

async function conclude(
  shuffle: Shuffle,
  tools: ConcludeTools,
  { config, funnel, selection }: QualityOptions,
): Promise<Reduced> {
  const { count } = shuffle;
  const { seed, report } = tools;
  const slow = await slowScores(count, tools);
  const rows = slow && (await shuffle.keepRows(slow));
  const known: CountParameters = { isSlow: rows !== undefined };
  const sums: CountsByTopic = new Map();
  const counted = await shuffle.reduce('count', { rows, parameters: known });
  for await (const some of counted.pieces<CountsByTopic>(0)) addTopicCounts(sums, some);
  const doubt = config.weights.resolution > 0 ? doubtOutcomes(sums) : undefined;
  if (doubt !== undefined) report({ type: 'warning', message: doubt });
  if (count > 0 && count < funnel.at_least && config.min_score === 0)
    report({
      type: 'note',
      message: `${count === 1 ? 'the one conversation stays' : `all ${formatCount(count)} conversations stay`}, whatever the score: the funnel chooses among ${formatCount(funnel.at_least)} and more (curate.funnel.at_least)`,
    });
  const target = targetOf(funnel, 'quality', { count, collected: tools.collected });
  const places = placesByTopic(sums, target);
  const kept = [...places.values()].reduce((sum, some) => sum + some, 0);
  const ties = orderBy(seed, 'quality');
  const parameters: ChooseParameters = {
    ...known,
    cuts: await locateCuts(shuffle, { rows, sums, places, ties, known }),
    ties,
    draws: {
      random: drawOf(count, kept, seed, 'random', 'quality'),
      texts: orderBy(seed, 'texts'),
    },
    selection,
  };
  const chosen = await shuffle.reduce('choose', { rows, parameters });
  const tally: QualityTally = { scores: emptyScores(), comparison: emptyComparison() };
  for await (const some of chosen.pieces<QualityTally>(shuffle.parts.length)) {
    addScores(tally.scores, some.scores);
    addComparison(tally.comparison, some.comparison, parameters.draws);
  }
  await tools.writeReport('quality', {
    records: count,
    kept,
    target,
    at_least: funnel.at_least,
    min_score: config.min_score,
    good_enough: config.good_enough,
    selection,
    weights: config.weights,
    ...(await describeScores(tally.scores, config, tools)),
    comparison: await compareWithRandom(tally.comparison, tools),
  } as Json);
  return chosen;
}

/** Where every topic is cut; the records at the borders are looked at only where something is left out. */
async function locateCuts(
  shuffle: Shuffle,
  {
    rows,
    sums,
    places,
    ties,
    known,
  }: {
    rows: ReduceOptions['rows'];
    sums: CountsByTopic;
    places: ReadonlyMap<string, number>;
    ties: Order;
    known: CountParameters;
  },
): Promise<Cuts> {
  const borders = findBorders(sums, places);
  const found: BorderPlaces[] = [];
  if (borders.size > 0) {
    const parameters: BorderParameters = { ...known, borders, ties };
    const border = await shuffle.reduce('border', { rows, parameters });
    for await (const some of border.pieces<BorderPlaces>(0)) found.push(some);
  }
  return findCuts(places, borders, found);
}
