/** One pass over the stages: reuses what is finished, makes the rest, and can be killed at any moment. */
import { performance } from 'node:perf_hooks';
import { interrupted } from '../base/interrupt.ts';
import type { Json } from '../base/json.ts';
import { acquireLock } from '../base/lock.ts';
import type { Reporter } from '../base/progress.ts';
import type { Project } from './load-project.ts';
import { makeArtifact } from './make-artifact.ts';
import { checkStages, chosenStages, planStage, type PlannedStage, type PlanOptions } from './plan.ts';
import type { Stage, StageName } from './stage.ts';
import { artifactFolder, listManifests, openStore, type Manifest, type Store } from './store.ts';
import { sweepLeftovers } from './sweep-leftovers.ts';

export type RunOptions = PlanOptions & {
  /** Wait while another run holds the project, in place of refusing. */
  wait?: boolean;
  /** What to tell whoever finds the project locked. */
  command?: string;
  report: Reporter;
  signal: AbortSignal;
};

export type StageResult = {
  stage: StageName;
  artifact: string;
  folder: string;
  reused: boolean;
  seconds: number;
  summary: Record<string, Json>;
};

export type RunResult = { stages: StageResult[]; seconds: number };

/**
 * Brings every stage up to `until` to its finished artifact. Throws AttuneError 'locked' when another run holds the
 * project and `wait` is not set, 'interrupted' once `signal` is aborted, and whatever a stage throws.
 */
export async function runPipeline(
  project: Project,
  stages: readonly Stage[],
  options: RunOptions,
): Promise<RunResult> {
  const store = openStore(project.folder);
  const { report, signal } = options;
  const lock = await acquireLock(store.lock, {
    command: options.command ?? 'attune run',
    wait: options.wait ?? false,
    signal,
    onWait: ({ pid, host, since }) =>
      report({
        type: 'note',
        message: `waiting for process ${pid} on ${host}, which holds the project since ${since}`,
      }),
  });
  try {
    await sweepLeftovers(store);
    return await runStages(project, store, stages, options);
  } finally {
    await lock.release();
  }
}

async function runStages(
  project: Project,
  store: Store,
  stages: readonly Stage[],
  options: RunOptions,
): Promise<RunResult> {
  await checkStages(project, stages, options);
  const started = performance.now();
  const history = await listManifests(store);
  const done: PlannedStage[] = [];
  const results: StageResult[] = [];
  for (const stage of chosenStages(project.config, stages, options)) {
    if (options.signal.aborted) throw interrupted();
    // Planned only now, because an input that was made again may have come out different.
    const planned = await planStage(project, store, stage, { done, history, options });
    const { manifest, result } = await ensureStage(project, store, planned, done, options);
    done.push({ ...planned, manifest });
    results.push(result);
  }
  return { stages: results, seconds: (performance.now() - started) / 1000 };
}

async function ensureStage(
  project: Project,
  store: Store,
  planned: PlannedStage,
  done: readonly PlannedStage[],
  options: RunOptions,
): Promise<{ manifest: Manifest; result: StageResult }> {
  const { stage, id } = planned;
  const reused = planned.manifest;
  if (reused !== undefined) options.report({ type: 'stage-reuse', stage: stage.name, artifact: id });
  else options.report({ type: 'stage-start', stage: stage.name, artifact: id });
  const manifest = reused ?? (await makeArtifact(project, store, planned, { done, ...options }));
  const { seconds, summary } = manifest;
  if (reused === undefined) options.report({ type: 'stage-end', stage: stage.name, artifact: id, seconds });
  const folder = artifactFolder(store, id);
  return {
    manifest,
    result: { stage: stage.name, artifact: id, folder, reused: reused !== undefined, seconds, summary },
  };
}
