import { readFile } from 'node:fs/promises';
import { storageError } from '../../base/storage-error.ts';
import type { Example } from '../example.ts';
import { throwIfInterrupted } from '../../base/interrupt.ts';
import { ascending } from './fact-files.ts';
import { lineRanges } from './line-range.ts';

/** A file of examples between two passes. */
export type ExamplesPart = { path: string; count: number };

/** The records of a pass in order, or those with the given indexes. Only what is asked for is parsed. */
export async function* readParts(
  parts: readonly ExamplesPart[],
  { indexes, signal }: { indexes: Iterable<number> | undefined; signal: AbortSignal },
): AsyncGenerator<{ index: number; example: Example }> {
  const wanted = indexes && ascending(indexes);
  let next = 0;
  let index = 0;
  for (const { path, count } of parts) {
    const end = index + count;
    if (count === 0 || (wanted && !(wanted[next]! < end))) {
      index = end;
      continue;
    }
    const bytes = await readFile(path).catch((cause: unknown) => {
      throw storageError(path, cause);
    });
    for (const { start, end: lineEnd } of lineRanges(bytes)) {
      throwIfInterrupted(signal);
      if (!wanted || wanted[next] === index) {
        yield { index, example: JSON.parse(bytes.toString('utf8', start, lineEnd)) as Example };
        next += 1;
      }
      index += 1;
    }
  }
}
