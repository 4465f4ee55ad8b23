import { formatCount } from '../../base/number-text.ts';
import type { Json } from '../../base/json.ts';
import type { FunnelConfig } from '../config/diversity.ts';
import type { QualityConfig } from '../config/quality.ts';
import { categoryBuilder, type Columns } from '../diversity/columns.ts';
import { compareSelection } from '../diversity/compare-selection.ts';
import { countMarks } from '../diversity/marks.ts';
import { rounded } from '../diversity/describe-set.ts';
import { targetOf } from '../diversity/target.ts';
import type { Example } from '../example.ts';
import { chooseAtRandom, chooseBest } from '../quality/choose-best.ts';
import { cheapComponents, measureCheap } from '../quality/components.ts';
import { describeScores } from '../quality/describe-scores.ts';
import { doubtOutcomes } from '../quality/doubt-outcomes.ts';
import { readConversation } from '../quality/reading.ts';
import {
  combinedScore,
  makeScoreTable,
  type ScoreTable,
  scoresOf,
  setScore,
  sliceScores,
} from '../quality/score-table.ts';
import { addSlowScores } from '../quality/slow-scores.ts';
import type { CorpusRule, Facts } from '../rule.ts';

export type QualityOptions = {
  config: QualityConfig;
  funnel: FunnelConfig;
  /** random keeps as many, drawn by the seed: what the choice has to beat. */
  selection: 'best' | 'random';
};

type Fact = {
  /** In the order of `cheapComponents`. */
  scores: (number | undefined)[];
  topic: string;
  outcome: string;
  language: string;
  words: number;
};

type Plan = {
  /** Index of the first record that the plan is about. */
  first: number;
  scores: ScoreTable;
  combined: Float32Array;
  kept: Uint8Array;
  /** Instruction-following difficulty, where a model measured it. */
  following: Float32Array;
};

/**
 * Level 2: scores every conversation by components in [0, 1], combines them with the weights of the project file and keeps
 * the best of every topic. Scores stand in the ledger, whatever becomes of a record; quality.json shows their
 * distributions, the records at the cut, and a random choice of the same size.
 */
export function quality({ config, funnel, selection }: QualityOptions): CorpusRule<Fact, Plan> {
  return {
    name: 'quality',
    observe: (example) => observe(example, config),
    conclude: async (facts, tools) => {
      const { columns, scores } = await readFacts(facts);
      const following = await addSlowScores(scores, facts.count, tools);
      const doubt =
        config.weights.resolution > 0 ? doubtOutcomes(scores, columns.categories['topic']!) : undefined;
      if (doubt !== undefined) tools.report({ type: 'warning', message: doubt });
      const combined = new Float32Array(facts.count).map((_, i) => combinedScore(scores, i, config.weights));
      const target = targetOf(funnel, 'quality', { count: facts.count, collected: tools.collected });
      if (facts.count > 0 && facts.count < funnel.at_least && config.min_score === 0)
        tools.report({
          type: 'note',
          message: `${facts.count === 1 ? 'the one conversation stays' : `all ${formatCount(facts.count)} conversations stay`}, whatever the score: the funnel chooses among ${formatCount(funnel.at_least)} and more (curate.funnel.at_least)`,
        });
      const best = chooseBest(combined, columns.categories['topic']!, {
        target,
        leastScore: config.min_score,
        seed: tools.seed,
      });
      const random = chooseAtRandom(facts.count, countMarks(best), tools.seed, 'quality');
      const kept = selection === 'random' ? random : best;
      const numbers = { ...columns.numbers, quality: combined };
      await tools.writeReport('quality', {
        records: facts.count,
        kept: countMarks(kept),
        target,
        at_least: funnel.at_least,
        min_score: config.min_score,
        selection,
        weights: config.weights,
        ...(await describeScores({ scores, combined, kept, columns }, config, tools)),
        comparison: await compareSelection(
          { columns: { ...columns, numbers }, count: facts.count, chosen: best, random },
          tools,
        ),
      } as Json);
      return { first: 0, scores, combined, kept, following };
    },
    slice: ({ scores, combined, kept, following }, first, end) => ({
      first,
      scores: sliceScores(scores, first, end),
      combined: combined.slice(first, end),
      kept: kept.slice(first, end),
      following: following.slice(first, end),
    }),
    apply: (example, index, plan) => {
      const at = index - plan.first;
      const value = rounded(plan.combined[at]!);
      const components = scoresOf(plan.scores, at);
      const scores = { quality: value, ...components };
      if (plan.kept[at] === 1) {
        const ratio = plan.following[at] ?? Number.NaN;
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
      return {
        drop: `quality ${value.toFixed(2)} is not among the best of its topic${because}`,
        kind: 'not among the best of its topic',
        scores,
      };
    },
  };
}

function observe(example: Example, config: QualityConfig): Fact {
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

async function readFacts(facts: Facts<Fact>): Promise<{ columns: Columns; scores: ScoreTable }> {
  const { count } = facts;
  const scores = makeScoreTable(count);
  const labels = {
    topic: categoryBuilder(count),
    outcome: categoryBuilder(count),
    language: categoryBuilder(count),
  };
  const words = new Float32Array(count);
  let record = 0;
  for await (const fact of facts) {
    fact.scores.forEach(
      (value, i) => value !== undefined && setScore(scores, record, cheapComponents[i]!, value),
    );
    labels.topic.set(record, fact.topic);
    labels.outcome.set(record, fact.outcome);
    labels.language.set(record, fact.language);
    words[record] = fact.words;
    record += 1;
  }
  const { topic, outcome, language } = labels;
  return {
    scores,
    columns: {
      categories: { topic: topic.category, outcome: outcome.category, language: language.category },
      numbers: { words },
    },
  };
}
