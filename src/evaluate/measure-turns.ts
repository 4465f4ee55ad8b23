import { exactMatch, queryMatch } from './metrics/exact-match.ts';
import type { MetricName } from './metrics/metric.ts';
import { metricInfo } from './metrics/metric.ts';
import { rougeL } from './metrics/rouge.ts';
import type { Templates } from './action-templates.ts';
import { actionsOf } from './next-action.ts';
import type { LoggedReply } from './reply-log.ts';
import { comparePaired } from './statistics/compare.ts';
import type { Comparison, PairedItem } from './statistics/compare.ts';
import type { BootstrapSettings } from './statistics/interval.ts';
import type { Turn } from './assistant-turns.ts';

/** Metrics that need a generated reply. */
export const replyMetrics = ['rouge_l', 'exact_match', 'next_action_accuracy', 'query_match'] as const;
export type ReplyMetric = (typeof replyMetrics)[number];

type Pair = { base: number; tuned: number };

/** A turn, what both systems answered, and their scores on the metrics that apply to such a turn. */
export type MeasuredTurn = {
  turn: Turn;
  base: LoggedReply;
  tuned: LoggedReply;
  /** Macros the replies follow; null without templates. */
  actions: { base: string[]; tuned: string[] } | null;
  scores: Partial<Record<ReplyMetric, Pair>>;
};

/**
 * Scores both systems' replies. ROUGE-L and exact match apply to replies, query match to queries, next action to
 * every turn whose action is known. `replies` are in the order of `turns`.
 */
export function measureTurns(
  turns: readonly Turn[],
  replies: { base: readonly LoggedReply[]; tuned: readonly LoggedReply[] },
  metrics: ReadonlySet<MetricName>,
  templates: Templates | null,
): MeasuredTurn[] {
  return turns.map((turn, i) => {
    const base = replies.base[i]!;
    const tuned = replies.tuned[i]!;
    const both = (score: (reply: LoggedReply) => number): Pair => ({
      base: score(base),
      tuned: score(tuned),
    });
    const text = turn.gold.content;
    const scores: MeasuredTurn['scores'] = {};
    if (turn.kind === 'query') {
      if (metrics.has('query_match')) {
        scores.query_match = both(({ reply }) => queryMatch(reply.toolCalls, turn.gold.toolCalls ?? []));
      }
    } else {
      if (metrics.has('rouge_l')) scores.rouge_l = both(({ reply }) => rougeL(reply.content, text).f1);
      if (metrics.has('exact_match'))
        scores.exact_match = both(({ reply }) => exactMatch(reply.content, text));
    }
    const follows = ({ reply: { content, toolCalls } }: LoggedReply, among: Templates): string[] =>
      actionsOf({ topic: turn.topic, reply: content, toolCalls }, among);
    const actions = templates && { base: follows(base, templates), tuned: follows(tuned, templates) };
    const { action } = turn;
    if (actions && action !== undefined && metrics.has('next_action_accuracy'))
      scores.next_action_accuracy = {
        base: Number(actions.base.includes(action)),
        tuned: Number(actions.tuned.includes(action)),
      };
    return { turn, base, tuned, actions, scores };
  });
}

/** One metric's scores as items of a paired comparison, over the turns that have it. */
export function replyItems(measured: readonly MeasuredTurn[], metric: ReplyMetric): PairedItem[] {
  return measured.flatMap(({ turn, scores }) => {
    const pair = scores[metric];
    return pair ? [{ cluster: turn.cluster, ...pair, weight: 1 }] : [];
  });
}

export type MetricItems = Partial<Record<MetricName, PairedItem[]>>;

/** Compares the systems on every metric that has items. */
export function compareAll(
  items: MetricItems,
  settings: BootstrapSettings,
): Partial<Record<MetricName, Comparison>> {
  const entries = Object.entries(items) as [MetricName, PairedItem[]][];
  return Object.fromEntries(
    entries.flatMap(([metric, list]) => {
      const comparison = comparePaired(list, metricInfo[metric].scale, settings);
      return comparison ? [[metric, comparison]] : [];
    }),
  );
}

/** Items of every reply metric over `measured`. */
export function allReplyItems(measured: readonly MeasuredTurn[]): MetricItems {
  return Object.fromEntries(replyMetrics.map((metric) => [metric, replyItems(measured, metric)]));
}

/** The headline's rule: free-typed replies follow no macro, so their next action is reported apart. */
export function headlineItems(measured: readonly MeasuredTurn[]): MetricItems {
  const scripted = measured.filter(({ turn }) => !turn.typed);
  return { ...allReplyItems(measured), next_action_accuracy: replyItems(scripted, 'next_action_accuracy') };
}
