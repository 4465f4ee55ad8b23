import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EvaluationResults } from '../../evaluate/results.ts';
import type { Project } from '../load-project.ts';
import { runPipeline, type RunOptions, type RunResult, type StageResult } from '../run.ts';
import type { Stage } from '../stage.ts';
import { listManifests, openStore, toArtifact } from '../store.ts';
import { comparisonStage, inputsOf } from './comparison-stage.ts';
import { heldOutSplit, type SelectionName, withoutChoosing } from './held-out-split.ts';

export type SelectionComparison = {
  /** base is the model of the random draw, tuned that of the chosen conversations. */
  results: EvaluationResults;
  /** Holds report.html, report.md, evaluation_results.json and replies.jsonl. */
  folder: string;
  stages: Record<'random' | 'chosen', StageResult[]>;
};

/**
 * Trains twice, on what the project's quality and diversity choose and on as many conversations drawn at random, and
 * compares the two models on conversations that were set aside before anything was chosen. Everything else is equal.
 * Stages are artifacts like any others, so an interrupted comparison goes on. Throws what `runPipeline` throws, and
 * AttuneError 'config' when the project chooses nothing.
 */
export async function compareSelection(
  project: Project,
  stages: readonly Stage[],
  options: RunOptions,
): Promise<SelectionComparison> {
  const clean = { ...project, config: prepare(project) };
  const run = (selection: SelectionName, last: Stage | undefined): Promise<RunResult> => {
    const replaced = stages.map((stage) => {
      if (stage.name === 'split') return heldOutSplit(project.config, selection);
      return stage.name === 'evaluate' && last ? last : stage;
    });
    return runPipeline(clean, replaced, { ...options, until: last ? 'evaluate' : 'export' });
  };
  options.report({ type: 'note', message: 'first with as many conversations drawn at random' });
  const random = await run('random', undefined);
  options.report({ type: 'note', message: 'now with the conversations that are chosen' });
  const chosen = await run('best', comparisonStage(await artifactsOf(project, random)));
  const { folder } = chosen.stages.at(-1)!;
  const results = JSON.parse(
    await readFile(join(folder, 'evaluation_results.json'), 'utf8'),
  ) as EvaluationResults;
  return { results, folder, stages: { random: random.stages, chosen: chosen.stages } };
}

/** Both models are made here and now, so they answer here: a server has neither of them. */
function prepare({ config }: Project): Project['config'] {
  const clean = withoutChoosing(config);
  return { ...clean, evaluate: { ...clean.evaluate, backend: { kind: 'llama.cpp' } } };
}

async function artifactsOf(project: Project, { stages }: RunResult): Promise<ReturnType<typeof inputsOf>> {
  const store = openStore(project.folder);
  const made = new Set(stages.map(({ artifact }) => artifact));
  const manifests = (await listManifests(store)).filter(({ id }) => made.has(id));
  return inputsOf(manifests.map((manifest) => toArtifact(store, manifest)));
}
