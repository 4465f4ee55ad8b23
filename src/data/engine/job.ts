/**
 * The unit of curation's work, a map or a reduction. A job is plain JSON and needs nothing but the files it names, so a
 * worker thread, a process or another machine that sees the folder can run it. It is the same wherever it runs, and one
 * that was finished is not done again.
 */
import { type MapJob, type MapResult, runMapJob } from './map-job.ts';
import { type ReduceJob, type ReduceResult, runReduceJob } from './reduce-job.ts';

export type Job = MapJob | ReduceJob;
export type ResultOf<J extends Job> = J extends MapJob ? MapResult : ReduceResult;

export type JobContext = {
  signal: AbortSignal;
  /** Told now and then how many records more are done. */
  onRecords: (count: number) => void;
};

/**
 * Runs a job, or returns the result that it left when it ran before. Throws AttuneError 'data' at a line that is no
 * example, 'storage' for its files and 'interrupted' once the signal is raised.
 */
export function runJob<J extends Job>(job: J, context: JobContext): Promise<ResultOf<J>> {
  const result = job.kind === 'map' ? runMapJob(job, context) : runReduceJob(job, context);
  return result as Promise<ResultOf<J>>;
}
