/** What this machine has left: asked before long work, so that it does not fail hours later. */
import { readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Bytes that this process can still take, within the limits of its container. */
export const freeMemoryBytes = (): number => process.availableMemory();

/** Bytes that this user can still write under `path`, which need not exist yet. */
export async function freeDiskBytes(path: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(path);
    return bavail * bsize;
  } catch (error) {
    const parent = dirname(path);
    if (parent === path) throw error;
    return freeDiskBytes(parent);
  }
}

/** Files that this process may hold open; where the system does not say, what the smallest of today's allow. */
export function openFilesLimit(): number {
  try {
    const [, soft] = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))!;
    return Number(soft);
  } catch {
    return 1024;
  }
}
