import type { Example } from '../data/example.ts';
import type { Templates } from './action-templates.ts';
import type { EvaluateJob, Likelihood } from './evaluate-job.ts';
import type { MeasuredTurn } from './measure-turns.ts';
import type { Turn } from './assistant-turns.ts';

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
