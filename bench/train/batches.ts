/** Rows of random tokens, the same for both sides, all of them predicted. */
import { join } from 'node:path';
import { writeJson } from '../../src/base/files.ts';
import { seededRandom } from '../../src/base/random.ts';
import { cacheFolder } from '../paths.ts';

export type BatchShape = { rows: number; length: number; vocabulary: number };

/** Writes `count` batches as [batch][row][token]; returns the file. Steps go round and round through them. */
export async function batchFile({ rows, length, vocabulary }: BatchShape, count: number): Promise<string> {
  const random = seededRandom(1, 'batches', rows, length, vocabulary);
  const batches = Array.from({ length: count }, () =>
    Array.from({ length: rows }, () => Array.from({ length }, () => random.integer(vocabulary))),
  );
  const path = join(cacheFolder, `batches-${count}x${rows}x${length}-${vocabulary}.json`);
  await writeJson(path, batches);
  return path;
}
