/** How long a run will take and how much memory, told before its first step by a pass that changes nothing. */
import { freeMemoryBytes } from '../base/machine.ts';
import type { BatchPlan } from './batches.ts';
import type { LoopProgress } from './checkpoint.ts';
import type { TrainEvent } from './engine.ts';
import type { Evaluator } from './evaluation.ts';
import type { Optimiser } from './optimisers/index.ts';
import { checkMemory } from './preflight.ts';
import type { GradientRunner } from './step.ts';

export type ForecastJob = {
  plan: BatchPlan;
  runner: GradientRunner;
  evaluator: Evaluator | undefined;
  optimiser: Optimiser;
  progress: LoopProgress;
  config: { evaluate_every: number };
};

/** To be asked when the run is over. */
export type Forecast = { outcome: () => TrainEvent };

/**
 * Reports what is left of a run: undefined when nothing is. Every pass has the shape of the fullest one, so any is the
 * longest batch: one is run to fill the memory, and once more to be timed.
 * Throws AttuneError 'training' when the memory is not there.
 */
export async function* forecastRun(job: ForecastJob): AsyncGenerator<TrainEvent, Forecast | undefined> {
  const { plan, runner, evaluator, optimiser, progress, config } = job;
  const steps = plan.steps - progress.step;
  if (steps <= 0) return undefined;
  const stateBytes = optimiser.state.reduce((total, { data }) => total + data.byteLength, 0);
  const needed = runner.memoryBytes + (evaluator?.memoryBytes ?? 0) + stateBytes;
  for (const message of checkMemory(needed, freeMemoryBytes())) yield { type: 'warning', message };
  const memoryBytes = process.memoryUsage.rss() + needed;

  const passes = await plan.readStep(progress.step);
  const runPass = (): Promise<unknown> => runner.run(passes.slice(0, 1), progress.step);
  await runPass();
  const stepSeconds = passes.length * (await secondsOf(runPass));
  const evaluationSeconds = evaluator ? evaluator.passes * (await secondsOf(evaluator.runPass)) : 0;
  const evaluations = Math.ceil(steps / config.evaluate_every);
  const forecast = { seconds: steps * stepSeconds + evaluations * evaluationSeconds, memoryBytes };
  yield { type: 'forecast', ...forecast };

  const start = performance.now();
  const outcome = (): TrainEvent => ({
    type: 'outcome',
    seconds: (performance.now() - start) / 1000,
    memoryBytes: process.resourceUsage().maxRSS * 1024,
    forecast,
  });
  return { outcome };
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}
