/** One artifact: its stage run in tmp/, its files sealed, its folder named. A kill at any moment leaves the whole of it or nothing. */
import { mkdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { AttuneError } from '../base/errors.ts';
import { syncFolder, writeJson } from '../base/files.ts';
import { asStorageError } from '../base/storage-error.ts';
import { interrupted } from '../base/interrupt.ts';
import { canonicalJson } from '../base/json.ts';
import type { Reporter } from '../base/progress.ts';
import { gatherIngredients } from './artifact-key.ts';
import type { Project } from './load-project.ts';
import type { PlannedStage } from './plan.ts';
import { describeHost, libraryVersions } from './provenance.ts';
import type { Artifact, StageName } from './stage.ts';
import {
  artifactFolder,
  contentDigest,
  discardFolder,
  findDamage,
  sealFolder,
  toArtifact,
  type Manifest,
  type Store,
} from './store.ts';

export type Making = {
  /** The stages before, each with its artifact. */
  done: readonly PlannedStage[];
  /** Whether all artifacts were checked against their hashes already. */
  verify?: boolean;
  report: Reporter;
  signal: AbortSignal;
};

/** Runs a stage in tmp/, seals the folder, and gives it its name. */
export async function makeArtifact(
  project: Project,
  store: Store,
  planned: PlannedStage,
  making: Making,
): Promise<Manifest> {
  const { done, report, signal } = making;
  const { stage, id } = planned;
  const outputFolder = join(store.tmp, `${id}-${process.pid}`);
  const workFolder = join(store.work, id);
  const inputs: Partial<Record<StageName, Artifact>> = {};
  for (const input of planned.inputs) inputs[input.stage] = toArtifact(store, manifestOf(done, input.stage));
  await refuseDamagedInputs(store, planned, making);
  const startedAt = new Date();
  const started = performance.now();
  try {
    await rm(outputFolder, { recursive: true, force: true });
    await mkdir(outputFolder, { recursive: true });
    await mkdir(workFolder, { recursive: true });
    const { config, folder: projectFolder } = project;
    const summary = await stage.run({
      config,
      projectFolder,
      inputs,
      outputFolder,
      workFolder,
      report,
      signal,
    });
    await refuseChangedSources(project, planned);
    const files = await sealFolder(outputFolder);
    const manifest: Manifest = {
      ...describe(project, planned, done),
      startedAt: startedAt.toISOString(),
      finishedAt: new Date().toISOString(),
      seconds: (performance.now() - started) / 1000,
      summary,
      files,
      digest: contentDigest(files, stage.timedFiles ?? []),
    };
    await publish(store, outputFolder, manifest);
    await rm(workFolder, { recursive: true, force: true });
    return manifest;
  } catch (cause) {
    await rm(outputFolder, { recursive: true, force: true }).catch(() => {});
    throw asUserError(outputFolder, cause, signal);
  }
}

/** A stage that read changed files would pass them on under sound hashes of its own. */
async function refuseDamagedInputs(
  store: Store,
  { stage, inputs }: PlannedStage,
  { done, verify }: Making,
): Promise<void> {
  if (verify === true) return;
  const reused = new Set(done.filter(({ action }) => action === 'reuse').map(({ id }) => id));
  for (const input of inputs.filter(({ id }) => reused.has(id))) {
    const damage = await findDamage(store, manifestOf(done, input.stage), true);
    if (damage === undefined) continue;
    throw new AttuneError('storage', `${stage.name} cannot be made from ${input.id}: ${damage}`, {
      fix: `Make it again: attune run --force ${input.stage}.`,
    });
  }
}

function describe(
  project: Project,
  planned: PlannedStage,
  done: readonly PlannedStage[],
): Omit<Manifest, 'startedAt' | 'finishedAt' | 'seconds' | 'summary' | 'files' | 'digest'> {
  const inputs = planned.inputs.map(({ stage }) => manifestOf(done, stage));
  return {
    formatVersion: 1,
    id: planned.id,
    key: planned.key,
    stage: planned.stage.name,
    stageVersion: planned.stage.version,
    projectFile: basename(project.file),
    config: planned.ingredients.config,
    seed: project.config.seed,
    inputs: inputs.map(({ stage, id, key, digest }) => ({ stage, id, key, digest })),
    lineage: [...new Set(inputs.flatMap((input) => [...input.lineage, input.id]))],
    sources: planned.ingredients.sources,
    versions: libraryVersions(planned.stage.name),
    host: describeHost(),
  };
}

const manifestOf = (done: readonly PlannedStage[], stage: StageName): Manifest =>
  done.find((one) => one.stage.name === stage)!.manifest!;

/** The manifest goes in last and the rename makes the artifact appear at once, so a half-written one has no name. */
async function publish(store: Store, outputFolder: string, manifest: Manifest): Promise<void> {
  const folder = artifactFolder(store, manifest.id);
  await writeJson(join(outputFolder, 'manifest.json'), manifest);
  await mkdir(store.artifacts, { recursive: true });
  await discardFolder(store, folder, manifest.id);
  await rename(outputFolder, folder);
  await syncFolder(store.artifacts);
}

/** A source edited while the stage read it would give an artifact that belongs to neither the old nor the new content. */
async function refuseChangedSources(project: Project, planned: PlannedStage): Promise<void> {
  if (planned.ingredients.sources.length === 0) return;
  const { sources } = await gatherIngredients(project, planned.stage, planned.ingredients.inputs);
  if (canonicalJson(sources) === canonicalJson(planned.ingredients.sources)) return;
  const before = new Map(planned.ingredients.sources.map((source) => [source.path, source.sha256]));
  const changed = sources.find((source) => before.get(source.path) !== source.sha256);
  throw new AttuneError(
    'data',
    `${changed?.path ?? 'a source'} was changed while ${planned.stage.name} read it`,
    {
      fix: 'Run the same command again.',
    },
  );
}

/** Failures of the file system and aborted calls, told as what they are; anything else is passed on. */
function asUserError(folder: string, cause: unknown, signal: AbortSignal): unknown {
  if (cause instanceof AttuneError) return cause;
  if (signal.aborted && (cause as Error).name === 'AbortError') return interrupted();
  return asStorageError(folder, cause);
}
