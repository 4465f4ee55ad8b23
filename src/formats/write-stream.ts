import { createHash } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncFolder } from '../base/files.ts';
import { storageError } from '../base/storage-error.ts';

export type WrittenFile = { file: string; byteLength: number; sha256: string };

/**
 * Writes chunks to a file too big for memory so that a crash leaves either the old file or the new one: aside, flushed,
 * renamed. `{sha256}` in the file's name becomes the first 16 hex digits of the content's SHA-256.
 * Throws AttuneError 'storage' naming the path; an error thrown by `chunks` passes through and leaves no file.
 */
export async function writeStreamAtomic(
  path: string,
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<WrittenFile> {
  const aside = `${path}.${process.pid}.tmp`;
  const hash = createHash('sha256');
  let byteLength = 0;
  let sourceFailure: unknown;
  try {
    await mkdir(dirname(path), { recursive: true });
    const handle = await open(aside, 'w');
    try {
      for await (const chunk of markFailure(chunks, (cause) => (sourceFailure = cause))) {
        await handle.writeFile(chunk);
        hash.update(chunk);
        byteLength += chunk.byteLength;
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
    const sha256 = hash.digest('hex');
    const file = path.replace('{sha256}', sha256.slice(0, 16));
    await rename(aside, file);
    await syncFolder(dirname(file));
    return { file, byteLength, sha256 };
  } catch (cause) {
    // Where the write was refused this may be too; the first failure is the one to tell.
    await rm(aside, { force: true }).catch(() => {});
    throw sourceFailure ?? storageError(path, cause);
  }
}

/** Tells a failure of the source (a bad tensor, an abort) from a failure of the disk. */
async function* markFailure<T>(
  source: Iterable<T> | AsyncIterable<T>,
  onFailure: (cause: unknown) => void,
): AsyncGenerator<T> {
  try {
    for await (const item of source) yield item;
  } catch (cause) {
    onFailure(cause);
    throw cause;
  }
}
