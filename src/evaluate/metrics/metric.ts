import type { ScaleName } from '../statistics/compare.ts';

/** Every metric Attune knows: how it is named, averaged and shown. The one list that config, results and reports use. */
export const metricNames = [
  'perplexity',
  'token_accuracy',
  'rouge_l',
  'exact_match',
  'next_action_accuracy',
  'query_match',
] as const;
export type MetricName = (typeof metricNames)[number];

export type MetricInfo = {
  title: string;
  /** One sentence for the report. */
  meaning: string;
  scale: ScaleName;
  better: 'higher' | 'lower';
  /** Shown as a percentage. */
  percent: boolean;
};

export const metricInfo: Record<MetricName, MetricInfo> = {
  perplexity: {
    title: 'Perplexity',
    meaning:
      'How surprised the model is by the real assistant turns: exp of the mean negative log-probability per token.',
    scale: 'exponential',
    better: 'lower',
    percent: false,
  },
  token_accuracy: {
    title: 'Token accuracy',
    meaning: 'Share of the tokens of real assistant turns that the model ranks first.',
    scale: 'mean',
    better: 'higher',
    percent: true,
  },
  rouge_l: {
    title: 'ROUGE-L',
    meaning: 'Longest common word sequence of the generated and the real reply (F1).',
    scale: 'mean',
    better: 'higher',
    percent: true,
  },
  exact_match: {
    title: 'Exact match',
    meaning:
      'Share of generated replies equal to the real one after folding case, punctuation (but not within numbers) and spaces.',
    scale: 'rate',
    better: 'higher',
    percent: true,
  },
  next_action_accuracy: {
    title: 'Next-action accuracy',
    meaning: 'Share of turns where the generated reply takes the same action as the real one.',
    scale: 'rate',
    better: 'higher',
    percent: true,
  },
  query_match: {
    title: 'Query match',
    meaning:
      'Share of turns that call tools where the generated calls have the right names and exactly the right arguments.',
    scale: 'rate',
    better: 'higher',
    percent: true,
  },
};
