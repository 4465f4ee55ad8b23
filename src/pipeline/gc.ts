/** Removes what nothing refers to: neither the project's files, nor a registered version, nor an artifact that is kept. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { acquireLock } from '../base/lock.ts';
import { modelNames, versionNumbers } from '../registry/find-versions.ts';
import { readMetadata } from '../registry/version.ts';
import { loadProject, type Project } from './load-project.ts';
import { planPipeline } from './plan.ts';
import type { Stage } from './stage.ts';
import {
  artifactFolder,
  discardFolder,
  folderBytes,
  listFolder,
  listManifests,
  openStore,
  type Store,
} from './store.ts';
import { sweepLeftovers } from './sweep-leftovers.ts';

export type GarbageResult = {
  removed: { kind: 'artifact' | 'work'; id: string; bytes: number }[];
  kept: string[];
  bytes: number;
};

/**
 * Removes unused artifacts and checkpoints; with `dryRun` only says which. A project file of this folder that has an
 * error stops it, since what that file needs cannot be known.
 */
export async function collectGarbage(
  project: Project,
  stages: readonly Stage[],
  { dryRun = false }: { dryRun?: boolean } = {},
): Promise<GarbageResult> {
  const store = openStore(project.folder);
  const lock = await acquireLock(store.lock, { command: 'attune gc' });
  try {
    const wanted = await wantedArtifacts(project, store, stages);
    const artifacts = await listFolder(store.artifacts);
    const unused = [
      ...artifacts.filter((id) => !wanted.has(id)).map((id) => ({ kind: 'artifact' as const, id })),
      ...(await listFolder(store.work))
        .filter((id) => !wanted.has(id) || artifacts.includes(id))
        .map((id) => ({ kind: 'work' as const, id })),
    ];
    const removed: GarbageResult['removed'] = [];
    for (const { kind, id } of unused) {
      const folder = kind === 'artifact' ? artifactFolder(store, id) : join(store.work, id);
      removed.push({ kind, id, bytes: await folderBytes(folder) });
      if (dryRun) continue;
      if (kind === 'work') await rm(folder, { recursive: true, force: true });
      else await discardFolder(store, folder, id);
    }
    if (!dryRun) await sweepLeftovers(store);
    const kept = artifacts.filter((id) => wanted.has(id));
    return { removed, kept, bytes: removed.reduce((sum, one) => sum + one.bytes, 0) };
  } finally {
    await lock.release();
  }
}

/** Ids the project files lead to and registered versions came from, with all their ancestors. */
async function wantedArtifacts(
  project: Project,
  store: Store,
  stages: readonly Stage[],
): Promise<Set<string>> {
  const manifests = await listManifests(store);
  const wanted = new Set<string>();
  const recorded = manifests.map((manifest) => manifest.projectFile);
  for (const file of await projectFiles(project, recorded)) {
    const other = file === project.file ? project : await loadProject(file);
    for (const { id } of await planPipeline(other, store, stages)) wanted.add(id);
  }
  for (const name of await modelNames(store.registry)) {
    for (const number of await versionNumbers(join(store.registry, name))) {
      const { lineage } = await readMetadata(store.registry, name, number);
      for (const { id } of lineage.artifacts) wanted.add(id);
    }
  }
  for (const { id, lineage } of manifests)
    if (wanted.has(id)) for (const ancestor of lineage) wanted.add(ancestor);
  return wanted;
}

/** The given file, every attune*.yaml beside it, and every file that some artifact was made for and that still exists. */
async function projectFiles(project: Project, recorded: readonly string[]): Promise<Set<string>> {
  const here = await listFolder(project.folder);
  const names = here.filter((name) => /^attune(\..+)?\.ya?ml$/.test(name) || recorded.includes(name));
  return new Set([project.file, ...names.map((name) => join(project.folder, name))]);
}
