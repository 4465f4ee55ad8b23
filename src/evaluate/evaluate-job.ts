import type { Backend } from '../backend/backend.ts';
import type { Reporter } from '../base/progress.ts';
import type { Example } from '../data/example.ts';
import type { Scorer } from '../model/scorer.ts';
import type { EncodedExample } from '../text/encoded-example.ts';
import type { EvaluateConfig } from './config.ts';
import type { LikelihoodItem } from './metrics/likelihood.ts';
import type { SystemName } from './reply-log.ts';

/** A model under comparison: what generates its replies, and what scores given text (null where nothing can). */
export type EvaluatedSystem = { backend: Backend; scorer: Scorer | null };

export type EvaluateJob = {
  /** examples.jsonl of the test split, and of the training split for the most-frequent-action baseline. */
  testFile: string;
  trainFile: string;
  base: EvaluatedSystem;
  tuned: EvaluatedSystem;
  /** What the report calls the two (default: base and tuned), and what is compared, for its first sentence. */
  names?: Record<SystemName, string>;
  comparison?: string;
  /** What else the reader of the report has to be warned of. */
  warnings?: readonly string[];
  config: EvaluateConfig;
  /** Paths in the config are relative to it. */
  projectFolder: string;
  /** Kept between interrupted runs of this same evaluation: replies.jsonl grows there. */
  workFolder: string;
  /** Gets evaluation_results.json, replies.jsonl, report.md and report.html. */
  outputFolder: string;
  seed: number;
  /** A conversation as both models see it. */
  encode: (example: Example) => EncodedExample;
  /** For the report, where there are such: its title, train's metrics.jsonl, curate's funnel.json. */
  title?: string;
  trainingMetricsFile?: string;
  funnelFile?: string;
  report: Reporter;
  signal: AbortSignal;
};

/** Perplexity and token accuracy as paired items over the whole test split, or why there are none. */
export type Likelihood = {
  items: { perplexity?: LikelihoodItem[]; token_accuracy?: LikelihoodItem[] };
  tokens: number;
  skipped: string | null;
};
