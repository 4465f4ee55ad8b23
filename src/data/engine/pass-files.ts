/** Files between the passes. They are not flushed: a size and a hash tell after a crash whether one is whole. */
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { storageError } from '../../base/storage-error.ts';
import { sha256, sha256File } from '../../base/hash.ts';
import { throwIfInterrupted } from '../../base/interrupt.ts';

export type Part = { path: string; byteLength: number; sha256: string };

/** Writes a file aside and renames it, so that nothing reads half of one. Throws AttuneError 'storage'. */
export async function writePart(path: string, blocks: readonly Uint8Array[]): Promise<Part> {
  const bytes = Buffer.concat(blocks);
  try {
    await writeFile(`${path}.tmp`, bytes);
    await rename(`${path}.tmp`, path);
  } catch (cause) {
    await rm(`${path}.tmp`, { force: true }).catch(() => {});
    throw storageError(path, cause);
  }
  return { path, byteLength: bytes.byteLength, sha256: sha256(bytes) };
}

async function isWhole(part: Part): Promise<boolean> {
  const found = await stat(part.path).catch(() => undefined);
  return found?.size === part.byteLength && (await sha256File(part.path)) === part.sha256;
}

/** The value of a small JSON file of the engine's own; undefined where there is none, or half of one. */
export async function readRecord<T>(path: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as T;
  } catch {
    return undefined;
  }
}

/** The bytes of files one after the other. Throws AttuneError 'storage', and 'interrupted' once the signal is raised. */
export async function* joinParts(parts: Iterable<Part>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for (const { path, byteLength } of parts) {
    if (byteLength === 0) continue;
    throwIfInterrupted(signal);
    // A part is what one job held in memory; a stream for each would cost more than its bytes.
    yield await readFile(path).catch((cause: unknown) => {
      throw storageError(path, cause);
    });
  }
}

/** Whether all these files have the sizes and hashes that were noted of them. */
export async function areWhole(parts: readonly Part[]): Promise<boolean> {
  for (const part of parts) if (!(await isWhole(part))) return false;
  return true;
}

/** A folder with nothing in it, whatever was there. Throws AttuneError 'storage'. */
export async function emptyFolder(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
    await mkdir(path, { recursive: true });
  } catch (cause) {
    throw storageError(path, cause);
  }
}
