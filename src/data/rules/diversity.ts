import type { Json } from '../../base/json.ts';
import { formatCount } from '../../base/number-text.ts';
import type { DiversityConfig, FunnelConfig } from '../config/diversity.ts';
import { placesByCell, planCells, groupingOf } from '../diversity/cells.ts';
import {
  type ChooseParameters,
  chooseRecords,
  type DiversityTally,
  type DiversityVerdicts,
} from '../diversity/choose-records.ts';
import { addComparison, compareWithRandom, emptyComparison } from '../diversity/compare-with-random.ts';
import { coverage, probeCount } from '../diversity/coverage.ts';
import { rounded } from '../diversity/describe-set.ts';
import { ranksOf } from '../diversity/difficulty.ts';
import { fitSpace, type FittedSpace } from '../diversity/fit-space.ts';
import { type DiversityFact, diversityFact, divideFacts } from '../diversity/observed-records.ts';
import {
  addPlacement,
  emptyPlacement,
  type Placement,
  type PlaceParameters,
  placeRecords,
} from '../diversity/place-records.ts';
import { moodOf } from '../diversity/sentiment.ts';
import type { SetTally } from '../diversity/set-tally.ts';
import { survey } from '../diversity/survey.ts';
import { targetOf } from '../diversity/level-target.ts';
import { drawOf, orderBy } from '../draw.ts';
import type { ConcludeTools, Reduced, Shuffle, ShuffleRule } from '../rule.ts';

export type DiversityOptions = {
  config: DiversityConfig;
  funnel: FunnelConfig;
  /** random keeps as many, drawn by the seed: what the choice has to beat. */
  selection: 'best' | 'random';
};

type Whole = {
  chosen: Reduced;
  clusterNames: string[];
  /** Clusters of which nothing is kept. */
  unkept: string[];
};

/** The verdicts about the records of one part. */
type Plan = Omit<DiversityVerdicts, 'places'> & Omit<Whole, 'chosen'> & { first: number };

/**
 * Level 3: finds topics, mood and difficulty, notes them in each record's facts, and chooses conversations that stand for
 * all of their group. diversity.json shows the distributions and a random choice of the same size.
 */
export function diversity(options: DiversityOptions): ShuffleRule<DiversityFact, Whole, Plan> {
  const { selection } = options;
  return {
    name: 'diversity',
    observe: diversityFact,
    divide: divideFacts,
    reductions: { survey, place: placeRecords, choose: chooseRecords },
    conclude: (shuffle, tools) => conclude(shuffle, tools, options),
    slice: async ({ chosen, ...clusters }, { number, first, count }) => {
      const plan: Plan = {
        first,
        ...clusters,
        clusters: new Uint16Array(count),
        difficulty: new Float32Array(count),
        sentiment: new Float32Array(count),
        kept: new Uint8Array(count),
      };
      for await (const verdicts of chosen.pieces<DiversityVerdicts>(number))
        for (const [i, at] of verdicts.places.entries())
          for (const name of ['clusters', 'difficulty', 'sentiment', 'kept'] as const)
            plan[name][at] = verdicts[name][i]!;
      return plan;
    },
    apply: (example, index, plan) => {
      const at = index - plan.first;
      const cluster = plan.clusterNames[plan.clusters[at]!]!;
      const mood = plan.sentiment[at]!;
      const scores = {
        difficulty: rounded(plan.difficulty[at]!),
        ...(!Number.isNaN(mood) && { sentiment: rounded(mood) }),
      };
      if (plan.kept[at] === 0) {
        if (selection === 'random') return { drop: 'not drawn', scores };
        if (plan.unkept.includes(cluster))
          return { drop: `there is no place for "${cluster}"`, kind: 'no place for its cluster', scores };
        return { drop: `others of "${cluster}" stand for it`, kind: 'others stand for it', scores };
      }
      const facts = {
        cluster,
        difficulty_rank: scores.difficulty,
        ...(!Number.isNaN(mood) && { sentiment: moodOf(mood) }),
      };
      return { example: { ...example, meta: { ...example.meta, ...facts } }, scores };
    },
  };
}

async function conclude(shuffle: Shuffle, tools: ConcludeTools, options: DiversityOptions): Promise<Whole> {
  const { config, funnel, selection } = options;
  const { count, partitions } = shuffle;
  const { seed } = tools;
  const target = targetOf(funnel, 'diversity', { count, collected: tools.collected });
  const space = await fitSpace(shuffle, config.clusters, tools);
  const by = groupingOf(config.quota.by, space.survey, count);
  const { idf, model, rows, clusters } = space;
  const placing: PlaceParameters = {
    partitions,
    idf,
    model,
    clustering: clusters.clustering,
    cells: planCells(by, { ...space, count, seed }),
    probes: drawOf(count, probeCount(target), seed, 'probes'),
  };
  const placed = await shuffle.reduce('place', { parameters: placing, rows });
  const placement = emptyPlacement();
  for await (const some of placed.pieces<Placement>(partitions)) addPlacement(placement, some);
  const parameters: ChooseParameters = {
    dimensions: clusters.clustering.dimensions,
    places: placesByCell(placement.cells, target, config.quota.balance),
    ranks: ranksOf(placement.difficulty),
    clusterNames: clusters.names,
    method: config.method,
    seed,
    draws: {
      random: drawOf(count, target, seed, 'random', 'diversity'),
      texts: orderBy(seed, 'texts'),
    },
    selection,
    probes: placement.probes.sort((a, b) => a.index - b.index).map(({ values }) => values),
  };
  const chosen = await shuffle.reduce('choose', { parameters, pieces: placed });
  if (target < count)
    tools.report({
      type: 'note',
      message: `${formatCount(target)} of ${formatCount(count)} conversations are kept (curate.funnel): attune data compare-selection measures whether as many at random would do as well`,
    });
  const kept = await writeChoice({ shuffle, chosen, space, by, target, parameters }, tools, options);
  const { cluster: ofKept } = kept.categories;
  const unkept = clusters.names.filter((name) => !ofKept?.has(name));
  return { chosen, clusterNames: clusters.names, unkept };
}

/** What was chosen, among what and by which settings. */
type Choice = {
  shuffle: Shuffle;
  chosen: Reduced;
  space: FittedSpace;
  by: string;
  target: number;
  parameters: ChooseParameters;
};

/** Writes diversity.json: both sets beside all records, and how the choice was made. Returns the counts of what is kept. */
async function writeChoice(
  { shuffle, chosen, space, by, target, parameters }: Choice,
  tools: ConcludeTools,
  { config, funnel, selection }: DiversityOptions,
): Promise<SetTally> {
  const { clusters } = space;
  const tallies: DiversityTally[] = [];
  const comparison = emptyComparison();
  for await (const tally of chosen.pieces<DiversityTally>(shuffle.parts.length)) {
    addComparison(comparison, tally.comparison, parameters.draws);
    tallies.push(tally);
  }
  const covered = (side: 'chosen' | 'random'): { coverage: number } => ({
    coverage: coverage(tallies.map(({ nearest }) => nearest[side])),
  });
  const kept = comparison[selection === 'random' ? 'random' : 'chosen'];
  await tools.writeReport('diversity', {
    records: shuffle.count,
    kept: kept.records,
    target,
    at_least: funnel.at_least,
    selection,
    method: config.method,
    embedder: space.embedder,
    quota: { by: config.quota.by, used: by, balance: config.quota.balance },
    clusters: { count: clusters.names.length, mean_cosine: rounded(clusters.meanCosine) },
    map: mapOf(clusters, comparison.all, kept),
    comparison: await compareWithRandom(comparison, tools, {
      chosen: covered('chosen'),
      random: covered('random'),
    }),
    probes: parameters.probes.length,
  } as Json);
  return kept;
}

/** The clusters for the report's picture: the area of one is its records. */
function mapOf({ names, positions }: FittedSpace['clusters'], all: SetTally, kept: SetTally): Json {
  const countIn = ({ categories }: SetTally, name: string): number => categories['cluster']?.get(name) ?? 0;
  return names.map((name, i) => ({
    name,
    x: rounded(positions[i * 2]!),
    y: rounded(positions[i * 2 + 1]!),
    records: countIn(all, name),
    kept: countIn(kept, name),
  }));
}
