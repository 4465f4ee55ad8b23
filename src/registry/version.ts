/**
 * Registered versions: `<registry>/<name>/<number>/`, written once, never changed. hashes.json lists every file, and
 * the audit keeps the hash of hashes.json.
 */
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AttuneError } from '../base/errors.ts';
import { exists, readJson, syncFolder } from '../base/files.ts';
import { storageError } from '../base/storage-error.ts';
import { sha256, sha256File } from '../base/hash.ts';
import { canonicalJson, type Json } from '../base/json.ts';
import { acquireLock } from '../base/lock.ts';
import { appendAudit, currentUser, readAudit } from './audit.ts';
import { entries, resolveNumber, versionNumbers } from './find-versions.ts';
import { namePattern, parseReference } from './version-reference.ts';
import { type FileHashes, fillFolder, findChange } from './version-files.ts';

/** Where a version comes from. `artifacts` alone decide whether two registrations are the same. */
export type Lineage = {
  artifacts: { id: string; digest: string }[];
  base: { name: string; sha256: string };
  /** The project file's content as used. */
  config: Json;
  /** SHA-256 of the examples of each split. */
  datasets: Record<string, string>;
};

export type Metadata = {
  name: string;
  version: number;
  /** ISO 8601. */
  createdAt: string;
  description?: string;
  git?: { commit: string; changed: boolean };
  lineage: Lineage;
  /** Hash of the lineage's artifacts. */
  identity: string;
};

export type Version = {
  name: string;
  number: number;
  folder: string;
  metadata: Metadata;
  files: FileHashes;
};

export type Registration = {
  name: string;
  /** Name inside the version (may have folders) to the file it is taken from. */
  files: Record<string, string>;
  lineage: Lineage;
  description?: string;
  git?: { commit: string; changed: boolean };
};

/**
 * Registers a version under the next free number; the same lineage registered again gives the version it has.
 * GGUF files are hard-linked where the file system can, as they are large; all others are copied.
 */
export async function registerVersion(registry: string, registration: Registration): Promise<Version> {
  const { name } = registration;
  if (!namePattern.test(name)) {
    throw new AttuneError('registry', `"${name}" cannot be the name of a model`, {
      fix: 'Use lower-case letters, digits, "-", "_" and ".", at most 64 characters.',
    });
  }
  const modelFolder = join(registry, name);
  const identity = sha256(canonicalJson(registration.lineage.artifacts));
  const lock = await acquireLock(join(registry, '.locks', name), { command: 'register', wait: true });
  try {
    await sweepUnfinished(modelFolder);
    const same = await findSame(registry, name, identity);
    if (same !== undefined) return same;
    const number = await nextNumber(modelFolder);
    const metadata: Metadata = {
      name,
      version: number,
      createdAt: new Date().toISOString(),
      ...(registration.description === undefined ? {} : { description: registration.description }),
      ...(registration.git === undefined ? {} : { git: registration.git }),
      lineage: registration.lineage,
      identity,
    };
    const folder = join(modelFolder, String(number));
    const aside = join(modelFolder, `.${number}.unfinished`);
    await fillFolder(aside, registration.files, metadata);
    await rename(aside, folder);
    await syncFolder(modelFolder);
    await recordRegistration(modelFolder, number);
    return await openNumber(registry, name, number);
  } catch (cause) {
    throw storageError(modelFolder, cause);
  } finally {
    await lock.release();
  }
}

/** Opens a version after checking every file against its hash. Throws AttuneError 'registry' naming the first that differs. */
export async function openVersion(registry: string, reference: string): Promise<Version> {
  const parsed = parseReference(reference);
  return await openNumber(registry, parsed.name, await resolveNumber(registry, parsed));
}

/** Reads a version's metadata without checking its files. */
export async function readMetadata(registry: string, name: string, number: number): Promise<Metadata> {
  return await readJson<Metadata>(join(registry, name, String(number), 'metadata.json'));
}

async function openNumber(registry: string, name: string, number: number): Promise<Version> {
  const modelFolder = join(registry, name);
  const folder = join(modelFolder, String(number));
  const refuse = (file: string, problem: string): AttuneError =>
    new AttuneError('registry', `${name}/${number} is refused: ${file} ${problem}`, {
      fix: 'Versions must not be changed. Restore the file, or register again with `attune run --force register`.',
    });
  const hashesPath = join(folder, 'hashes.json');
  if (!(await exists(hashesPath))) throw refuse('hashes.json', 'is missing');
  const registered = (await readAudit(modelFolder)).find(
    (e) => e.event === 'registered' && e.version === number,
  );
  if (registered?.event === 'registered' && registered.hashes !== (await sha256File(hashesPath))) {
    throw refuse('hashes.json', 'is not the one that was registered');
  }
  const files = await readJson<FileHashes>(hashesPath);
  const change = await findChange(folder, files);
  if (change) throw refuse(...change);
  return { name, number, folder, metadata: await readMetadata(registry, name, number), files };
}

/** Writes the audit line of a version, unless a registration that was cut short has written it already. */
async function recordRegistration(modelFolder: string, version: number): Promise<void> {
  const audit = await readAudit(modelFolder);
  if (audit.some((entry) => entry.event === 'registered' && entry.version === version)) return;
  const hashes = await sha256File(join(modelFolder, String(version), 'hashes.json'));
  const time = new Date().toISOString();
  await appendAudit(modelFolder, { time, user: currentUser(), event: 'registered', version, hashes });
}

/** Numbers are not given twice, even when a version's folder was deleted. */
async function nextNumber(modelFolder: string): Promise<number> {
  const used = await versionNumbers(modelFolder);
  for (const entry of await readAudit(modelFolder))
    if (entry.event === 'registered') used.push(entry.version);
  return Math.max(0, ...used) + 1;
}

/** The sound version with this identity; one whose files were changed does not count. */
async function findSame(registry: string, name: string, identity: string): Promise<Version | undefined> {
  const modelFolder = join(registry, name);
  for (const number of (await versionNumbers(modelFolder)).reverse()) {
    const metadata = await readMetadata(registry, name, number).catch(() => undefined);
    if (metadata?.identity !== identity) continue;
    try {
      await recordRegistration(modelFolder, number);
      return await openNumber(registry, name, number);
    } catch (cause) {
      if (!(cause instanceof AttuneError && cause.code === 'registry')) throw cause;
    }
  }
  return undefined;
}

async function sweepUnfinished(modelFolder: string): Promise<void> {
  for (const name of await entries(modelFolder)) {
    if (name.endsWith('.unfinished')) await rm(join(modelFolder, name), { recursive: true, force: true });
  }
}
