import { conversationOf, type Example } from '../data/example.ts';
import type { EvaluateJob, Likelihood } from './job.ts';
import { allReplyItems, compareAll, headlineItems, replyItems } from './measure.ts';
import type { MeasuredTurn, MetricItems } from './measure.ts';
import { metricNames } from './metrics/metric.ts';
import type { MetricName } from './metrics/metric.ts';
import { actionBaseline, templateCoverage } from './next-action.ts';
import type { Templates } from './next-action.ts';
import type { LoggedReply, SystemName } from './reply-log.ts';
import type {
  ActionBaselineResult,
  Answer,
  EvaluationResults,
  SideBySide,
  PartResult,
  SubsetResult,
} from './results.ts';
import { comparePaired, holm } from './statistics/compare.ts';
import type { Comparison } from './statistics/compare.ts';
import type { BootstrapSettings } from './statistics/interval.ts';
import type { Turn } from './turns.ts';

/** Everything measured, before it is put into numbers. */
export type Measurements = {
  job: EvaluateJob;
  examples: readonly Example[];
  /** All assistant turns of the test split; replies were asked for at those in `measured`. */
  turns: readonly Turn[];
  measured: readonly MeasuredTurn[];
  shown: ReadonlySet<Turn>;
  likelihood: Likelihood;
  templates: Templates | null;
  trainTurns: readonly Turn[];
  scoringSeconds: number;
  /** Both models together; they generate at the same time. */
  generationSeconds: number;
};

/** Turns measurements into the results file: comparisons, subsets, topics, baselines, counts and warnings. */
export function summarise(measurements: Measurements): EvaluationResults {
  const started = performance.now();
  const { job, measured, likelihood, scoringSeconds, generationSeconds } = measurements;
  const { config, seed, names = { base: 'base', tuned: 'tuned' } } = job;
  const settings: BootstrapSettings = { ...config.bootstrap, seed };
  const comparisons = compareAll({ ...likelihood.items, ...headlineItems(measured) }, settings);
  const compared = metricNames.filter((name) => comparisons[name]);
  const corrected = holm(compared.map((name) => comparisons[name]!.difference.p_value));
  const metrics = Object.fromEntries(
    compared.map((name, i) => [name, { ...comparisons[name]!, p_value_holm: corrected[i]! }]),
  );
  const subsets = subsetResults(measured, settings);
  const topics = partResults('topic', measurements, settings).map(({ value, ...part }) => ({
    topic: value,
    ...part,
  }));
  const groups = config.groups.flatMap((fact) =>
    partResults(fact, measurements, settings).map((part) => ({ fact, ...part })),
  );
  const baselines = baselineResults(measurements, settings);
  const statisticsSeconds = (performance.now() - started) / 1000;
  const generation = { base: seconds(measured, 'base'), tuned: seconds(measured, 'tuned') };
  const counts = countTurns(measurements);
  return {
    format: 'attune.evaluation',
    version: 1,
    comparison: job.comparison ?? 'Tuned model against its base',
    names,
    base: perMetric((name) => comparisons[name]?.base.value ?? null),
    tuned: perMetric((name) => comparisons[name]?.tuned.value ?? null),
    difference: perMetric((name) => {
      const difference = comparisons[name]?.difference;
      return difference ? { value: difference.value, interval: difference.interval } : null;
    }),
    skipped: skippedMetrics(measurements, comparisons),
    metrics,
    baselines,
    subsets,
    topics,
    groups,
    counts,
    seconds: {
      scoring: scoringSeconds,
      generation,
      statistics: statisticsSeconds,
      total: scoringSeconds + generationSeconds + statisticsSeconds,
    },
    settings: {
      seed,
      resamples: settings.resamples,
      confidence: settings.confidence,
      max_reply_tokens: config.max_reply_tokens,
      max_examples: config.max_examples ?? null,
      actions: config.actions ?? null,
      backends: { base: job.base.backend.name, tuned: job.tuned.backend.name },
    },
    warnings: [
      ...(job.warnings ?? []),
      ...warnings(counts, config.max_reply_tokens, names),
      ...failureWarnings(measured, counts, names),
    ],
    side_by_side: measured.filter(({ turn }) => measurements.shown.has(turn)).map(sideBySide),
  };
}

function perMetric<Value>(value: (name: MetricName) => Value): Record<MetricName, Value> {
  return Object.fromEntries(metricNames.map((name) => [name, value(name)])) as Record<MetricName, Value>;
}

function skippedMetrics(
  { job, likelihood, templates, measured }: Measurements,
  comparisons: Partial<Record<MetricName, Comparison>>,
): EvaluationResults['skipped'] {
  const reason = (name: MetricName): string => {
    if (!job.config.metrics.includes(name)) return 'not asked for in evaluate.metrics';
    if (name === 'perplexity' || name === 'token_accuracy')
      return likelihood.skipped ?? 'no conversation was scored';
    if (name === 'query_match') return 'no assistant turn in these conversations calls a tool';
    if (name === 'next_action_accuracy' && !templates) return 'no templates file: set evaluate.actions';
    if (name === 'next_action_accuracy') return 'no turn in these conversations has a known action';
    return measured.length === 0
      ? 'no reply was generated'
      : 'no assistant turn in these conversations is a reply';
  };
  const missing = metricNames.filter((name) => !comparisons[name]);
  return Object.fromEntries(missing.map((name) => [name, reason(name)]));
}

function subsetResults(measured: readonly MeasuredTurn[], settings: BootstrapSettings): SubsetResult[] {
  const parts: Record<SubsetResult['name'], (turn: Turn) => boolean> = {
    macro_replies: ({ kind, typed }) => kind === 'reply' && !typed,
    free_typed_replies: ({ kind, typed }) => kind === 'reply' && typed,
    queries: ({ kind }) => kind === 'query',
  };
  return (Object.keys(parts) as SubsetResult['name'][]).flatMap((name) => {
    const part = measured.filter(({ turn }) => parts[name](turn));
    return part.length === 0
      ? []
      : [{ name, turns: part.length, metrics: compareAll(allReplyItems(part), settings) }];
  });
}

/** The parts of the test split by one fact, in falling order of their turns; conversations without it are left out. */
function partResults(
  fact: string,
  { examples, measured, likelihood }: Measurements,
  settings: BootstrapSettings,
): ({ value: string } & PartResult)[] {
  const results = [...Map.groupBy(examples, ({ meta }) => meta[fact])].flatMap(([value, list]) => {
    if (value === undefined) return [];
    const ids = new Set(list.map(({ meta }) => meta.id));
    const part = measured.filter(({ turn }) => ids.has(turn.conversation));
    const items: MetricItems = { ...headlineItems(part) };
    for (const name of ['perplexity', 'token_accuracy'] as const) {
      items[name] = likelihood.items[name]?.filter(({ id }) => ids.has(id)) ?? [];
    }
    const metrics = compareAll(items, settings);
    return [{ value: String(value), conversations: list.length, turns: part.length, metrics }];
  });
  return results.sort((a, b) => b.turns - a.turns || (a.value < b.value ? -1 : 1));
}

/** The most-frequent-action baselines, on the turns of the headline's next-action accuracy. */
function baselineResults(
  { measured, trainTurns, templates }: Measurements,
  settings: BootstrapSettings,
): EvaluationResults['baselines'] {
  const scored = measured.filter(({ turn, scores }) => scores.next_action_accuracy && !turn.typed);
  const labelled = trainTurns.filter(({ action }) => action !== undefined);
  if (!templates || scored.length === 0 || labelled.length === 0) {
    return { most_frequent_action: null, most_frequent_action_per_topic: null, template_coverage: null };
  }
  const label = ({
    topic,
    action,
    typed,
  }: Turn): { topic: string | undefined; gold: string; typed: boolean } => ({
    topic,
    gold: action!,
    typed,
  });
  const { global, perTopic } = actionBaseline(
    labelled.map(label),
    scored.map(({ turn }) => label(turn)),
  );
  const result = (
    action: ActionBaselineResult['action'],
    choose: (topic: string | undefined) => string,
  ): ActionBaselineResult => {
    const items = replyItems(scored, 'next_action_accuracy').map((item, i) => {
      const { topic, action: gold } = scored[i]!.turn;
      return { ...item, base: Number(choose(topic) === gold) };
    });
    const { base, difference } = comparePaired(items, 'rate', settings)!;
    const { value, interval, p_value } = difference;
    return {
      action,
      accuracy: base.value,
      interval: base.interval,
      tuned_difference: { value, interval, p_value },
    };
  };
  const texts = scored.map(({ turn }) => ({ ...label(turn), text: turn.gold.content }));
  return {
    template_coverage: templateCoverage(texts, templates).accuracy,
    most_frequent_action: result(global.action, () => global.action),
    most_frequent_action_per_topic: result(
      perTopic.actions,
      (topic) => perTopic.actions[topic ?? '*'] ?? global.action,
    ),
  };
}

function countTurns({
  examples,
  measured,
  likelihood,
  templates,
}: Measurements): EvaluationResults['counts'] {
  const count = (wanted: (item: MeasuredTurn) => boolean): number => measured.filter(wanted).length;
  return {
    test_conversations: examples.length,
    test_clusters: new Set(examples.map(({ meta }) => conversationOf(meta))).size,
    generated_conversations: new Set(measured.map(({ turn }) => turn.conversation)).size,
    generated_clusters: new Set(measured.map(({ turn }) => turn.cluster)).size,
    turns: measured.length,
    replies: count(({ turn }) => turn.kind === 'reply'),
    free_typed_replies: count(({ turn }) => turn.kind === 'reply' && turn.typed),
    queries: count(({ turn }) => turn.kind === 'query'),
    supervised_tokens: likelihood.tokens,
    turns_without_action: templates ? count(({ turn }) => turn.action === undefined) : 0,
    cut_replies: {
      base: count(({ base }) => base.reply.finishReason === 'length'),
      tuned: count(({ tuned }) => tuned.reply.finishReason === 'length'),
    },
    failed_replies: {
      base: count(({ base }) => base.failure !== undefined),
      tuned: count(({ tuned }) => tuned.failure !== undefined),
    },
  };
}

const fewConversations = 30; // Below it a bootstrap interval is too narrow.

function warnings(
  counts: EvaluationResults['counts'],
  maxReplyTokens: number,
  names: EvaluationResults['names'],
): string[] {
  const list: string[] = [];
  const smallest = Math.min(counts.test_clusters, counts.generated_clusters || Infinity);
  if (smallest < fewConversations) {
    list.push(
      `Only ${smallest} independent test conversations: intervals from fewer than ${fewConversations} are too narrow.`,
    );
  }
  if (counts.cut_replies.tuned > 0.05 * counts.turns) {
    list.push(
      `${counts.cut_replies.tuned} of ${counts.turns} replies of the ${names.tuned} model were cut at ${maxReplyTokens} tokens: raise evaluate.max_reply_tokens.`,
    );
  }
  if (counts.turns_without_action > 0) {
    list.push(
      `${counts.turns_without_action} of ${counts.turns} turns have no known action and are left out of next-action accuracy.`,
    );
  }
  return list;
}

function failureWarnings(
  measured: readonly MeasuredTurn[],
  counts: EvaluationResults['counts'],
  names: EvaluationResults['names'],
): string[] {
  return (['base', 'tuned'] as const).flatMap((system) => {
    const first = measured.find((item) => item[system].failure !== undefined)?.[system].failure;
    if (first === undefined) return [];
    const count = counts.failed_replies[system];
    return [
      `The ${names[system]} model failed on ${count} of ${counts.turns} turns, counted as wrong; the first: ${first}`,
    ];
  });
}

function seconds(measured: readonly MeasuredTurn[], system: SystemName): number {
  return measured.reduce((sum, item) => sum + item[system].seconds, 0);
}

function sideBySide({ turn, base, tuned, actions }: MeasuredTurn): SideBySide {
  const answer = ({ reply }: LoggedReply, followed: string[] | undefined): Answer => ({
    text: reply.content,
    tool_calls: reply.toolCalls,
    actions: followed ?? null,
  });
  return {
    conversation: turn.conversation,
    topic: turn.topic ?? null,
    turn: turn.index,
    free_typed: turn.typed,
    context: turn.history.map(({ role, content, toolCalls, name }) => ({
      role,
      content,
      ...(toolCalls && { tool_calls: toolCalls }),
      ...(name !== undefined && { name }),
    })),
    gold: {
      text: turn.gold.content,
      tool_calls: turn.gold.toolCalls ?? [],
      actions: turn.action === undefined ? null : [turn.action],
    },
    base: answer(base, actions?.base),
    tuned: answer(tuned, actions?.tuned),
  };
}
