/**
 * Where a project keeps what it makes: `<project>/.attune`. An artifact is whole when its folder stands in
 * `artifacts/`, because it is filled in `tmp/`, flushed, and then renamed.
 */
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder } from '../base/files.ts';
import { storageError } from '../base/storage-error.ts';
import { sha256, sha256File } from '../base/hash.ts';
import { canonicalJson, type Json } from '../base/json.ts';
import type { SourceDigest } from './artifact-key.ts';
import type { Artifact, StageName } from './stage.ts';

export type Store = {
  readonly folder: string;
  readonly artifacts: string;
  /** Artifacts being made; what is here while nobody holds the lock is of no use. */
  readonly tmp: string;
  /** Checkpoints of artifacts being made. */
  readonly work: string;
  readonly lock: string;
  readonly registry: string;
  /** Answers of paid servers, by what was asked. Nothing removes them but a person: they cost money. */
  readonly answers: string;
};

export type ArtifactFile = { path: string; bytes: number; sha256: string };

export type Manifest = {
  formatVersion: 1;
  id: string;
  key: string;
  stage: StageName;
  stageVersion: number;
  /** Name of the project file it was made for. */
  projectFile: string;
  config: Json;
  seed: number;
  inputs: { stage: StageName; id: string; key: string; digest: string }[];
  /** Ids of all artifacts it descends from, the inputs included. */
  lineage: string[];
  sources: SourceDigest[];
  versions: Record<string, string>;
  host: {
    platform: string;
    architecture: string;
    processors: number;
    processor: string;
    memoryBytes: number;
  };
  /** ISO 8601. */
  startedAt: string;
  finishedAt: string;
  seconds: number;
  summary: Record<string, Json>;
  files: ArtifactFile[];
  /** SHA-256 over the files' paths and hashes, those that hold times left out. */
  digest: string;
};

/** The places of a project's store. Nothing is made on disk. */
export function openStore(projectFolder: string): Store {
  const folder = join(projectFolder, '.attune');
  const inside = (name: string): string => join(folder, name);
  return {
    folder,
    artifacts: inside('artifacts'),
    tmp: inside('tmp'),
    work: inside('work'),
    lock: inside('lock'),
    registry: inside('registry'),
    answers: inside('answers'),
  };
}

export const artifactFolder = (store: Store, id: string): string => join(store.artifacts, id);

/** The finished artifact that a manifest tells of. */
export function toArtifact(store: Store, manifest: Manifest): Artifact {
  const { stage, id, digest, summary } = manifest;
  return { stage, id, digest, folder: artifactFolder(store, id), summary };
}

/**
 * The manifest of an artifact; undefined when there is none or it is no JSON. Throws AttuneError 'storage' when it cannot
 * be read: what this moment hides is not gone.
 */
export async function readManifest(store: Store, id: string): Promise<Manifest | undefined> {
  const path = join(artifactFolder(store, id), 'manifest.json');
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Manifest;
  } catch (cause) {
    const isMissing = ['ENOENT', 'ENOTDIR', 'EISDIR'].includes((cause as NodeJS.ErrnoException).code ?? '');
    if (isMissing || cause instanceof SyntaxError) return undefined;
    throw storageError(path, cause);
  }
}

/** Every readable manifest, newest first. */
export async function listManifests(store: Store): Promise<Manifest[]> {
  const found: Manifest[] = [];
  // One after the other: there may be more of them than files that may be open.
  for (const id of await listFolder(store.artifacts)) {
    const manifest = await readManifest(store, id);
    if (manifest !== undefined) found.push(manifest);
  }
  return found.sort((a, b) => (a.finishedAt < b.finishedAt ? 1 : -1));
}

/**
 * What is wrong with a finished artifact, or undefined. Compares sizes; with `hash` it reads every file, which
 * also finds changed bytes.
 */
export async function findDamage(
  store: Store,
  manifest: Manifest,
  hash: boolean,
): Promise<string | undefined> {
  for (const file of manifest.files) {
    const path = join(artifactFolder(store, manifest.id), file.path);
    const found = await stat(path).catch(() => undefined);
    if (found === undefined) return `${file.path} is missing`;
    if (found.size !== file.bytes) return `${file.path} has ${found.size} bytes in place of ${file.bytes}`;
    if (hash && (await sha256File(path)) !== file.sha256) return `${file.path} does not match its hash`;
  }
  return undefined;
}

/** Hashes and flushes every file under `folder`, and the folders. Paths are relative, with `/`, sorted. */
export async function sealFolder(folder: string): Promise<ArtifactFile[]> {
  const files: ArtifactFile[] = [];
  for (const path of await walk(folder)) {
    const full = join(folder, path);
    try {
      const file = await open(full, 'r+');
      try {
        await file.sync();
      } finally {
        await file.close();
      }
      files.push({ path, bytes: (await stat(full)).size, sha256: await sha256File(full) });
    } catch (cause) {
      throw storageError(full, cause);
    }
  }
  return files;
}

/** Digest of an artifact's content: what a later stage can see of it. */
export function contentDigest(files: readonly ArtifactFile[], timedFiles: readonly string[]): string {
  const seen = files.filter(({ path }) => !timedFiles.includes(path));
  return sha256(canonicalJson(seen.map(({ path, sha256: hash }) => [path, hash])));
}

/** Removes an artifact, work or tmp folder so that a crash never leaves half of it under its name. */
export async function discardFolder(store: Store, folder: string, name: string): Promise<void> {
  const aside = join(store.tmp, `discarded-${name}-${process.pid}`);
  try {
    await mkdir(store.tmp, { recursive: true });
    await rm(aside, { recursive: true, force: true });
    await rename(folder, aside);
    await rm(aside, { recursive: true, force: true });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw storageError(folder, cause);
  }
}

/** Names in a folder, sorted, and where it is `recursive` the paths of all below it; none when it does not exist. */
export async function listFolder(folder: string, { recursive = false } = {}): Promise<string[]> {
  try {
    return (await readdir(folder, { recursive })).sort();
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw storageError(folder, cause);
  }
}

/** Bytes of all files under a folder. */
export async function folderBytes(folder: string): Promise<number> {
  let bytes = 0;
  for (const path of await walk(folder)) bytes += (await stat(join(folder, path))).size;
  return bytes;
}

async function walk(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths: string[] = [];
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) await syncFolder(path);
    else paths.push(path.slice(folder.length + 1).replaceAll('\\', '/'));
  }
  return paths.sort();
}
