/** The files of a version: written once, hashed, read-only. */
import { chmod, copyFile, link, mkdir, open, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { exists, writeJson } from '../base/files.ts';
import { sha256File } from '../base/hash.ts';

export type FileHashes = Record<string, { bytes: number; sha256: string }>;

/** Copies `files` (name inside the version to source) and the metadata into `folder`, then writes hashes.json of them all. */
export async function fillFolder(
  folder: string,
  files: Record<string, string>,
  metadata: object,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [file, source] of Object.entries(files)) {
    const target = join(folder, file);
    await mkdir(dirname(target), { recursive: true });
    if (file.endsWith('.gguf')) await linkOrCopy(source, target);
    else await copyFile(source, target);
  }
  await writeJson(join(folder, 'metadata.json'), metadata);
  const hashes: FileHashes = {};
  for (const file of [...Object.keys(files), 'metadata.json'].sort()) {
    const path = join(folder, file);
    hashes[file] = { bytes: (await stat(path)).size, sha256: await sha256File(path) };
    await syncFile(path);
    await chmod(path, 0o444);
  }
  await writeJson(join(folder, 'hashes.json'), hashes);
  await chmod(join(folder, 'hashes.json'), 0o444);
}

/** What is wrong with the files of a version, as the file and its problem; undefined where they are as registered. */
export async function findChange(
  folder: string,
  files: FileHashes,
): Promise<[file: string, problem: string] | undefined> {
  for (const [file, expected] of Object.entries(files)) {
    const path = join(folder, file);
    if (!(await exists(path))) return [file, 'is missing'];
    if ((await stat(path)).size !== expected.bytes || (await sha256File(path)) !== expected.sha256)
      return [file, 'does not match its hash'];
  }
  return undefined;
}

async function linkOrCopy(source: string, target: string): Promise<void> {
  try {
    await link(source, target);
  } catch {
    await copyFile(source, target); // another file system, or one without hard links
  }
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
