/** What a run would do, stage by stage, and why. Reads; changes nothing. */
import { basename, join } from 'node:path';
import { AttuneError } from '../base/errors.ts';
import type { ProjectConfig } from './config.ts';
import { artifactId, artifactKey, gatherIngredients, type Ingredients } from './artifact-key.ts';
import type { Project } from './load-project.ts';
import { nearest } from './nearest.ts';
import type { Stage, StageName } from './stage.ts';
import { artifactFolder, findDamage, listFolder, listManifests, readManifest, toArtifact } from './store.ts';
import type { Manifest, Store } from './store.ts';
import { explainDifference } from './explain-difference.ts';

export type PlanOptions = {
  /** Leave out the stages after this one. */
  until?: StageName;
  /** Make these anew even when they are finished. */
  force?: readonly StageName[];
  /** Hash every file of a finished artifact before it is reused; otherwise only sizes are compared. */
  verify?: boolean;
};

export type PlannedStage = {
  stage: Stage;
  id: string;
  key: string;
  ingredients: Ingredients;
  inputs: { stage: StageName; id: string }[];
  action: 'reuse' | 'run';
  /** Why it has to be run; empty for one that is reused. */
  reasons: string[];
  /** True when an interrupted run left work to go on from. */
  resumes: boolean;
  /** Of the finished artifact, when it is reused. */
  manifest?: Manifest;
};

/** Plans every stage up to `until`. A stage's id needs only its inputs' ids, so nothing has to run first. */
export async function planPipeline(
  project: Project,
  store: Store,
  stages: readonly Stage[],
  options: PlanOptions = {},
): Promise<PlannedStage[]> {
  const history = await listManifests(store);
  const done: PlannedStage[] = [];
  for (const stage of chosenStages(project.config, stages, options)) {
    done.push(await planStage(project, store, stage, { done, history, options }));
  }
  return done;
}

/** The project's stages up to `until`. Throws AttuneError 'config' when an option names a stage that it does not have. */
export function chosenStages(
  config: ProjectConfig,
  stages: readonly Stage[],
  options: PlanOptions,
): readonly Stage[] {
  const part = stages.filter((stage) => stage.isPartOf?.(config) ?? true);
  const names = part.map((stage) => stage.name);
  for (const name of [options.until, ...(options.force ?? [])]) {
    if (name !== undefined && !names.includes(name)) throw unknownStage(name, names, stages);
  }
  return options.until === undefined ? part : part.slice(0, names.indexOf(options.until) + 1);
}

/** Throws what a stage up to `until` says against the project, before others have worked for hours. */
export async function checkStages(
  project: Project,
  stages: readonly Stage[],
  options: PlanOptions,
): Promise<void> {
  for (const stage of chosenStages(project.config, stages, options))
    await stage.check?.(project.config, project.folder);
}

export type PlanContext = {
  /** The stages before this one; their manifests where they are finished. */
  done: readonly PlannedStage[];
  /** Every manifest of the store, newest first: what to compare with when something changed. */
  history: readonly Manifest[];
  options: PlanOptions;
};

/**
 * Whether the stage's artifact is there already, and why not where it is not. `context.done` holds the stages before
 * it.
 */
export async function planStage(
  project: Project,
  store: Store,
  stage: Stage,
  context: PlanContext,
): Promise<PlannedStage> {
  const needed = context.done.filter((one) => stage.needs.includes(one.stage.name));
  const keys = Object.fromEntries(needed.map((one) => [one.stage.name, one.key]));
  const ingredients = await gatherIngredients(project, stage, keys);
  const key = artifactKey(ingredients);
  const id = artifactId(stage.name, key);
  const inputs = needed.map((one) => ({ stage: one.stage.name, id: one.id }));
  const resumes = (await listFolder(join(store.work, id))).length > 0;
  const planned = { stage, id, key, ingredients, inputs, resumes };

  const manifest = await readManifest(store, id);
  const digests = new Map(needed.map((one) => [one.id, one.manifest?.digest]));
  const problem = context.options.force?.includes(stage.name)
    ? 'forced'
    : await whyNotReused(project, store, planned, manifest, {
        digests,
        verify: context.options.verify ?? false,
      });
  if (manifest !== undefined && problem === undefined)
    return { ...planned, action: 'reuse', reasons: [], manifest };
  if (problem !== undefined) return { ...planned, action: 'run', reasons: [problem] };
  const ofStage = context.history.filter((one) => one.stage === stage.name);
  const sameFile = ofStage.find((one) => one.projectFile === basename(project.file));
  const previous = sameFile ?? ofStage[0];
  const reasons =
    previous === undefined
      ? ['not made yet']
      : explainDifference(previous, {
          version: stage.version,
          config: ingredients.config,
          inputs,
          sources: ingredients.sources,
        });
  return { ...planned, action: 'run', reasons };
}

/** Undefined when the finished artifact can be reused, or when there is none at all. */
async function whyNotReused(
  project: Project,
  store: Store,
  planned: { stage: Stage; id: string; key: string },
  manifest: Manifest | undefined,
  check: { digests: ReadonlyMap<string, string | undefined>; verify: boolean },
): Promise<string | undefined> {
  if (manifest === undefined) {
    const exists = (await listFolder(artifactFolder(store, planned.id))).length > 0;
    return exists ? `${planned.id} is damaged: manifest.json cannot be read` : undefined;
  }
  if (manifest.key !== planned.key) return `${planned.id} was made from something else`;
  const damage = await findDamage(store, manifest, check.verify);
  if (damage !== undefined) return `${planned.id} is damaged: ${damage}`;
  for (const input of manifest.inputs) {
    const digest = check.digests.get(input.id);
    if (digest !== undefined && digest !== input.digest)
      return `input ${input.id} was made again and came out different`;
  }
  return await planned.stage.findMissing?.(toArtifact(store, manifest), project.folder);
}

function unknownStage(name: string, names: readonly StageName[], all: readonly Stage[]): AttuneError {
  if (all.some((stage) => stage.name === name))
    return new AttuneError('config', `this project does without the stage ${name}`, {
      fix: `Its project file decides that; the stages it has are ${names.join(', ')}.`,
    });
  const guess = nearest(name, names);
  return new AttuneError(
    'config',
    `there is no stage "${name}"${guess === undefined ? '' : `; did you mean ${guess}?`}`,
    {
      fix: `The stages are ${names.join(', ')}.`,
    },
  );
}
