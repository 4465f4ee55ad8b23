/** How much memory a run will hold, told before its first step, and how long it will take, told as soon as a step can be timed. */
import { freeMemoryBytes } from '../base/free-resources.ts';
import type { LoopProgress } from './checkpoint.ts';
import type { TrainEvent } from './engine.ts';
import type { Evaluator } from './evaluation.ts';
import type { Optimiser } from './optimisers/new-optimiser.ts';
import { checkMemory } from './preflight.ts';
import type { GradientRunner } from './step.ts';

export type ForecastJob = {
  steps: number;
  progress: LoopProgress;
  runner: GradientRunner;
  evaluator: Evaluator | undefined;
  optimiser: Optimiser;
  config: { evaluate_every: number; gradient_accumulation: number };
  /**
   * What a forward pass takes of a training pass: of a frozen matrix's two products one is forward, of a trained one's
   * three.
   */
  forwardShare: number;
};

export type Forecast = {
  /** To be told of every step; has something to say after the second, since the first one fills the memory. */
  afterStep: (seconds: number) => TrainEvent[];
  /** What the forecast came to, once the run is over. */
  outcome: () => TrainEvent[];
};

/**
 * Tells the memory: every pass has the shape of the fullest one, so any is the longest batch.
 * Throws AttuneError 'training' when it is not there.
 */
export function* forecastRun(job: ForecastJob): Generator<TrainEvent, Forecast> {
  const { steps, progress, runner, evaluator, optimiser } = job;
  const stateBytes = optimiser.state.reduce((total, { data }) => total + data.byteLength, 0);
  const needed = runner.memoryBytes + (evaluator?.memoryBytes ?? 0) + stateBytes;
  for (const message of checkMemory(needed, freeMemoryBytes())) yield { type: 'warning', message };
  const memoryBytes = process.memoryUsage.rss() + needed;
  yield { type: 'memory', memoryBytes };

  const first = progress.step;
  let seconds: number | undefined;
  let startedMs = 0;
  return {
    afterStep: (stepSeconds) => {
      if (progress.step !== first + 2) return [];
      startedMs = performance.now();
      const evaluations = evaluationsLeft(progress.step, steps, job.config.evaluate_every);
      const passSeconds = stepSeconds / job.config.gradient_accumulation;
      const evaluationSeconds = (evaluator?.passes ?? 0) * passSeconds * job.forwardShare;
      seconds = (steps - progress.step) * stepSeconds + evaluations * evaluationSeconds;
      return [{ type: 'forecast', seconds, memoryBytes }];
    },
    outcome: () =>
      seconds === undefined
        ? []
        : [
            {
              type: 'outcome',
              seconds: (performance.now() - startedMs) / 1000,
              memoryBytes: process.resourceUsage().maxRSS * 1024,
              forecast: { seconds, memoryBytes },
            },
          ],
  };
}

/** One every so many steps, and one at the end. */
function evaluationsLeft(done: number, steps: number, every: number): number {
  return Math.ceil(steps / every) - Math.floor(done / every);
}
