import type { Reporter } from '../../base/progress.ts';
import type { PiiConfig } from '../config/pii.ts';
import type { SplitConfig } from '../config/split.ts';

/** What the stage split is given. */
export type SplitContext = {
  config: SplitConfig;
  /** What curate was told about personal data: none of it is left in a split. */
  pii: PiiConfig;
  /** Paths of benchmarks are relative to it. */
  projectFolder: string;
  /** examples.jsonl of curate. */
  examplesPath: string;
  outputFolder: string;
  seed: number;
  report: Reporter;
  signal: AbortSignal;
};
