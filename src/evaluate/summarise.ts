import { conversationOf } from '../data/example.ts';
import { baselineResults } from './baseline-results.ts';
import { compareAll, headlineItems, type MeasuredTurn } from './measure-turns.ts';
import type { Measurements } from './measurements.ts';
import { type MetricName, metricNames } from './metrics/metric.ts';
import { partResults, subsetResults } from './part-results.ts';
import type { LoggedReply, SystemName } from './reply-log.ts';
import type { Answer, EvaluationResults, SideBySide } from './results.ts';
import { type Comparison, holm } from './statistics/compare.ts';
import type { BootstrapSettings } from './statistics/interval.ts';
import { failureWarnings, warnings } from './warnings.ts';

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
