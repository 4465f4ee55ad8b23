import { sizesOf } from '../model/packing.ts';
import type { ExampleSizes, Row } from '../model/packing.ts';
import type { EncodedExample } from '../text/encoded-example.ts';

/**
 * Encoded examples by index. All sizes are at hand, which is what batches are planned from; tokens are read when their
 * batch is due, so that there may be far more of them than fit in memory.
 */
export type ExampleSource = ExampleSizes & {
  /** The examples of those indexes, in that order. */
  read: (indexes: Int32Array) => Promise<EncodedExample[]>;
};

/** Examples that are in memory already. */
export function inMemory(examples: readonly EncodedExample[]): ExampleSource {
  return { ...sizesOf(examples), read: async (indexes) => [...indexes].map((i) => examples[i]!) };
}

/** Reads planned rows. */
export function readRows(source: ExampleSource, rows: readonly Int32Array[]): Promise<Row[]> {
  return Promise.all(rows.map((row) => source.read(row)));
}
