import { throwIfInterrupted } from '../../base/interrupt.ts';
import type { Job, JobContext, ResultOf } from './job.ts';
import type { JobRunner } from './job-runner.ts';

/** Each lane takes the next job as soon as it is free; results come back in the order of the jobs. */
export async function runJobs<J extends Job>(
  jobs: readonly J[],
  runner: JobRunner,
  context: JobContext,
  onDone: () => void = () => {},
): Promise<ResultOf<J>[]> {
  const results: ResultOf<J>[] = Array.from({ length: jobs.length });
  let next = 0;
  const lane = async (_: unknown, at: number): Promise<void> => {
    while (next < jobs.length) {
      throwIfInterrupted(context.signal);
      const i = next++;
      results[i] = await runner.run(jobs[i]!, at, context);
      onDone();
    }
  };
  await Promise.all(Array.from({ length: runner.lanes }, lane));
  return results;
}
