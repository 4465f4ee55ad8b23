import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { listFolder, type Store } from './store.ts';

/** What writeFileAtomic and locks write aside, for the blink of an eye before it is renamed. */
const aside = /\.(\d+\.tmp|[0-9a-f]{16}\.new)$/;
const abandonedAfterMs = 24 * 3600 * 1000;

/**
 * Removes what dead runs left: all of tmp, what they had begun to write among their checkpoints, and, beside files that
 * others may be writing now, what is a day old. Call with the lock held.
 */
export async function sweepLeftovers(store: Store): Promise<void> {
  await rm(store.tmp, { recursive: true, force: true });
  for (const file of await listFolder(store.work, { recursive: true }))
    if (file.endsWith('.tmp')) await rm(join(store.work, file), { force: true });
  const begun = Date.now() - abandonedAfterMs;
  for (const file of [
    ...(await listFolder(store.folder)).map((name) => join(store.folder, name)),
    ...(await listFolder(store.registry, { recursive: true })).map((name) => join(store.registry, name)),
  ]) {
    if (!aside.test(file)) continue;
    const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: Infinity }));
    if (mtimeMs < begun) await rm(file, { force: true });
  }
}
