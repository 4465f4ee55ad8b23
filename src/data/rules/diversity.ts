import type { Json } from '../../base/json.ts';
import { formatCount } from '../../base/number-text.ts';
import { seededRandom } from '../../base/random.ts';
import type { DiversityConfig, FunnelConfig } from '../config/diversity.ts';
import { chooseDiverse } from '../diversity/choose-diverse.ts';
import { clusterRecords, type RecordClusters } from '../diversity/cluster-records.ts';
import { type Category, categoryBuilder, type Columns, groupsOf } from '../diversity/columns.ts';
import { compareSelection } from '../diversity/compare-selection.ts';
import { countMarks, marked } from '../diversity/marks.ts';
import { coverage, probeCount } from '../diversity/coverage.ts';
import { rounded } from '../diversity/describe-set.ts';
import { difficulty } from '../diversity/difficulty.ts';
import { embedRecords } from '../diversity/embed-records.ts';
import { moodOf, sentiment } from '../diversity/sentiment.ts';
import { targetOf } from '../diversity/target.ts';
import { type Features, featuresOf } from '../embeddings/features.ts';
import type { Example } from '../example.ts';
import { chooseAtRandom } from '../quality/choose-best.ts';
import { readConversation } from '../quality/reading.ts';
import type { CorpusRule, Facts } from '../rule.ts';

export type DiversityOptions = {
  config: DiversityConfig;
  funnel: FunnelConfig;
  /** random keeps as many, drawn by the seed: what the choice has to beat. */
  selection: 'best' | 'random';
};

/** Topics of 35 to 187 records become 17 to 39 at a quarter of the whole (Banking77). */
const labelBalance = 0.5;

type Fact = {
  features: Features;
  topic: string;
  outcome: string;
  language: string;
  replyWords: number;
  userTurns: number;
  /** In [-1, 1]; undefined where the language is not known to the list of words. */
  sentiment: number | undefined;
  quality: number | undefined;
  following: number | undefined;
};

type Plan = {
  /** Index of the first record that the plan is about. */
  first: number;
  clusterNames: string[];
  clusters: Uint16Array;
  difficulty: Float32Array;
  /** NaN where it is not known. */
  sentiment: Float32Array;
  kept: Uint8Array;
};

/**
 * Level 3: finds topics, mood and difficulty, notes them in each record's facts, and chooses conversations that stand for
 * all of their group. diversity.json shows the distributions and a random choice of the same size.
 */
export function diversity({ config, funnel, selection }: DiversityOptions): CorpusRule<Fact, Plan> {
  return {
    name: 'diversity',
    observe,
    conclude: async (facts, tools) => {
      const { count } = facts;
      const { table, rarity, embedder } = await embedRecords(facts, tools);
      const clusters = await clusterRecords(table, config.clusters, tools);
      const columns = await readColumns(facts, clusters.category, rarity);
      const target = targetOf(funnel, 'diversity', { count, collected: tools.collected });
      const by = groupingOf(config.quota.by, columns);
      const balance = config.quota.balance ?? (by === 'cluster' ? 0 : labelBalance);
      const groups =
        by === 'none' ? [Int32Array.from({ length: count }, (_, i) => i)] : groupsOf(columns.categories[by]!);
      const best = chooseDiverse(table, groups, {
        target,
        method: config.method,
        balance,
        random: seededRandom(tools.seed, 'buckets'),
      });
      const random = chooseAtRandom(count, target, tools.seed, 'diversity');
      const kept = selection === 'random' ? random : best;
      if (target < count)
        tools.report({
          type: 'note',
          message: `${formatCount(target)} of ${formatCount(count)} conversations are kept (curate.funnel): attune data compare-selection measures whether as many at random would do as well`,
        });
      const probes = chooseProbes(count, target, tools.seed);
      await tools.writeReport('diversity', {
        records: count,
        kept: countMarks(kept),
        target,
        at_least: funnel.at_least,
        selection,
        method: config.method,
        embedder,
        quota: { by: config.quota.by, used: by, balance },
        clusters: { count: clusters.category.names.length, mean_cosine: rounded(clusters.mean_cosine) },
        map: mapOf(clusters, kept),
        comparison: await compareSelection(
          {
            columns,
            count,
            chosen: best,
            random,
            // Cosine similarity, in [-1, 1].
            measure: (records) => ({ coverage: coverage(table, probes, records) }),
          },
          tools,
        ),
        probes: probes.length,
      } as Json);
      return {
        first: 0,
        clusterNames: clusters.category.names,
        clusters: Uint16Array.from(clusters.category.ids),
        difficulty: columns.numbers['difficulty']!,
        sentiment: columns.numbers['sentiment']!,
        kept,
      };
    },
    slice: (plan, first, end) => ({
      first,
      clusterNames: plan.clusterNames,
      clusters: plan.clusters.slice(first, end),
      difficulty: plan.difficulty.slice(first, end),
      sentiment: plan.sentiment.slice(first, end),
      kept: plan.kept.slice(first, end),
    }),
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

function observe(example: Example): Fact {
  const { turns } = readConversation(example);
  const { topic = '', outcome = '', language = '', quality, following_difficulty: following } = example.meta;
  const ofUser = turns.filter(({ role }) => role === 'user').map(({ words }) => words);
  return {
    features: featuresOf(turns.map(({ words }) => words)),
    topic,
    outcome: String(outcome),
    language,
    replyWords: turns.reduce(
      (sum, { role, words }) => sum + (role === 'assistant' ? words.hashes.length : 0),
      0,
    ),
    userTurns: ofUser.length,
    sentiment: sentiment(ofUser, language === '' ? undefined : language),
    quality: typeof quality === 'number' ? quality : undefined,
    following: typeof following === 'number' ? following : undefined,
  };
}

async function readColumns(facts: Facts<Fact>, cluster: Category, rarity: Float32Array): Promise<Columns> {
  const { count } = facts;
  const labels = {
    topic: categoryBuilder(count),
    outcome: categoryBuilder(count),
    language: categoryBuilder(count),
    mood: categoryBuilder(count),
  };
  const numbers = {
    words: new Float32Array(count),
    turns: new Float32Array(count),
    sentiment: new Float32Array(count),
    quality: new Float32Array(count),
  };
  const following = new Float32Array(count);
  let record = 0;
  for await (const fact of facts) {
    labels.topic.set(record, fact.topic);
    labels.outcome.set(record, fact.outcome);
    labels.language.set(record, fact.language);
    labels.mood.set(record, fact.sentiment === undefined ? 'unknown' : moodOf(fact.sentiment));
    numbers.words[record] = fact.replyWords;
    numbers.turns[record] = fact.userTurns;
    numbers.sentiment[record] = fact.sentiment ?? Number.NaN;
    numbers.quality[record] = fact.quality ?? Number.NaN;
    following[record] = fact.following ?? Number.NaN;
    record += 1;
  }
  const { topic, outcome, language, mood } = labels;
  return {
    categories: {
      topic: topic.category,
      cluster,
      outcome: outcome.category,
      language: language.category,
      sentiment: mood.category,
    },
    numbers: {
      ...numbers,
      difficulty: difficulty({ replyWords: numbers.words, userTurns: numbers.turns, rarity, following }),
    },
  };
}

/** The clusters for the report's picture: the area of one is its records. */
function mapOf({ category: { names, ids }, positions }: RecordClusters, kept: Uint8Array): Json {
  const counts = names.map(() => ({ records: 0, kept: 0 }));
  ids.forEach((cluster, record) => {
    counts[cluster]!.records += 1;
    counts[cluster]!.kept += kept[record]!;
  });
  return names.map((name, i) => ({
    name,
    x: rounded(positions[i * 2]!),
    y: rounded(positions[i * 2 + 1]!),
    ...counts[i]!,
  }));
}

/** What the quota goes by: topics where at least half of the records have one, else the clusters. */
function groupingOf(
  by: DiversityConfig['quota']['by'],
  { categories }: Columns,
): DiversityConfig['quota']['by'] {
  if (by !== 'topic') return by;
  const { names, ids } = categories['topic']!;
  const none = names.indexOf('');
  let unlabelled = 0;
  for (const id of ids) unlabelled += Number(id === none);
  return unlabelled > ids.length / 2 ? 'cluster' : 'topic';
}

/** The records whose nearest chosen one is looked for: a seeded sample of all. */
function chooseProbes(count: number, target: number, seed: number): Int32Array {
  return marked(chooseAtRandom(count, Math.min(count, probeCount(target)), seed, 'probes'));
}
