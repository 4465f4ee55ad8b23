import { open, mkdir, rename, rm, readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { storageError } from './storage-error.ts';

/**
 * Writes a file so that a crash leaves either the old bytes or the new ones: aside, flushed, renamed.
 * Throws AttuneError 'storage' with the path when the disk is full or the folder is not writable.
 */
export async function writeFileAtomic(
  path: string,
  data: string | Uint8Array | readonly Uint8Array[],
): Promise<void> {
  const aside = `${path}.${process.pid}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(aside, 'w');
    try {
      if (typeof data === 'string' || data instanceof Uint8Array) await file.writeFile(data);
      else for (const part of data) await file.writeFile(part);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(aside, path);
    await syncFolder(dirname(path));
  } catch (cause) {
    // Where the write was refused this may be too; the first failure is the one to tell.
    await rm(aside, { force: true }).catch(() => {});
    throw storageError(path, cause);
  }
}

/** Flushes a folder's entries, so that a rename survives a power cut. Windows has no such call and needs none. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Writes indented JSON as writeFileAtomic does. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  await writeFileAtomic(path, JSON.stringify(value, null, 2) + '\n');
}

/** Reads a JSON file that Attune wrote. Throws AttuneError 'storage' when it is missing or not JSON. */
export async function readJson<T>(path: string): Promise<T> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as T;
  } catch (cause) {
    throw storageError(path, cause);
  }
}

/** Whether there is a file or folder at `path`; false too where it may not be looked at. */
export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
