import { readFile } from 'node:fs/promises';
import { deserialize, serialize } from 'node:v8';
import { storageError } from '../../base/storage-error.ts';
import { type Part, writePart } from './pass-files.ts';

/** Writes a value that many jobs read: anything structuredClone takes. */
export function storeValue(path: string, value: unknown): Promise<Part> {
  return writePart(path, [serialize(value)]);
}

let last: { sha256: string; value: unknown } | undefined;

/** A stored value. A thread runs many jobs with the same one, so it keeps the last that it read. Throws AttuneError 'storage'. */
export async function readStored({ path, sha256 }: Part): Promise<unknown> {
  if (last?.sha256 !== sha256) {
    const bytes = await readFile(path).catch((cause: unknown) => {
      throw storageError(path, cause);
    });
    last = { sha256, value: deserialize(bytes) };
  }
  return last.value;
}
