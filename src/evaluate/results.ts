import type { Role, ToolCall } from '../data/example.ts';
import type { MetricName } from './metrics/metric.ts';
import type { SystemName } from './reply-log.ts';
import type { Comparison } from './statistics/compare.ts';
import type { Interval } from './statistics/interval.ts';

/**
 * The shape of evaluation_results.json. Names are snake_case: other programs read it. `version` rises when a field
 * changes its meaning or goes; new fields may come without that.
 */
export type EvaluationResults = {
  format: 'attune.evaluation';
  version: 1;
  /** What was compared, as a sentence without its end, and what the report calls the two. */
  comparison: string;
  names: Record<SystemName, string>;
  /** The headline: each metric of each system over the whole test split; null where it was skipped. */
  base: Record<MetricName, number | null>;
  tuned: Record<MetricName, number | null>;
  /** tuned − base, with its paired bootstrap interval over clusters (null with a single one). */
  difference: Record<MetricName, { value: number; interval: Interval | null } | null>;
  /** Why a metric is null. */
  skipped: Partial<Record<MetricName, string>>;
  /** The same numbers with all that is known of them. */
  metrics: Partial<Record<MetricName, MetricResult>>;
  /** What a model has to beat to have learned anything about actions, and how far the templates let it go; null without. */
  baselines: {
    /** Share of the agents' own macro replies whose text maps back to their action. */
    template_coverage: number | null;
    most_frequent_action: ActionBaselineResult | null;
    most_frequent_action_per_topic: ActionBaselineResult | null;
  };
  /** The metrics on parts of the turns: macro replies, free-typed replies, queries. */
  subsets: SubsetResult[];
  /** The metrics by topic, most turns first. */
  topics: TopicResult[];
  /** The metrics by the facts in evaluate.groups. */
  groups: GroupResult[];
  counts: {
    test_conversations: number;
    /** Of these, independent ones: examples with the same meta.conversation are one, and resampled as one. */
    test_clusters: number;
    /** Conversations that replies were generated on. */
    generated_conversations: number;
    generated_clusters: number;
    turns: number;
    replies: number;
    free_typed_replies: number;
    queries: number;
    supervised_tokens: number;
    /** Turns left out of next-action accuracy because their action is not known. */
    turns_without_action: number;
    /** Replies that reached max_reply_tokens. */
    cut_replies: Record<SystemName, number>;
    /** Turns the backend failed on; they count as wrong. */
    failed_replies: Record<SystemName, number>;
  };
  seconds: { scoring: number; generation: Record<SystemName, number>; statistics: number; total: number };
  settings: {
    seed: number;
    resamples: number;
    confidence: number;
    max_reply_tokens: number;
    max_examples: number | null;
    actions: string | null;
    backends: Record<SystemName, string>;
  };
  warnings: string[];
  side_by_side: SideBySide[];
};

export type MetricResult = Comparison & {
  /** The difference's p-value after Holm's correction over all metrics of the headline. */
  p_value_holm: number | null;
};

export type ActionBaselineResult = {
  /** The action taken everywhere, or by topic. */
  action: string | Record<string, string>;
  accuracy: number;
  interval: Interval | null;
  /** tuned − baseline on the same turns. */
  tuned_difference: { value: number; interval: Interval | null; p_value: number | null };
};

export type SubsetName = 'macro_replies' | 'free_typed_replies' | 'queries';
export type SubsetResult = {
  name: SubsetName;
  turns: number;
  metrics: Partial<Record<MetricName, Comparison>>;
};
export type TopicResult = { topic: string } & PartResult;
export type GroupResult = { fact: string; value: string } & PartResult;
/** The metrics on some of the test conversations. */
export type PartResult = {
  conversations: number;
  turns: number;
  metrics: Partial<Record<MetricName, Comparison>>;
};

export type Answer = { text: string; tool_calls: ToolCall[]; actions: string[] | null };
export type SideBySide = {
  conversation: string;
  topic: string | null;
  turn: number;
  free_typed: boolean;
  context: { role: Role; content: string; tool_calls?: ToolCall[]; name?: string }[];
  gold: Answer;
  base: Answer;
  tuned: Answer;
};
