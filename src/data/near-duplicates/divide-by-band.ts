/** Map: the band keys of a job's records, divided among partitions. */
import { partitionOf } from '../partition.ts';
import { chooseBanding } from './banding.ts';
import type { SketchedFact } from './sketched-fact.ts';

/** Band by band, those of the shingles first: keys and their records from `starts[band]` on. Records count from the job's first. */
export type BandPiece = { starts: Uint32Array; keys: Uint32Array; records: Uint32Array };

/** Bands of shingles and, after them, of words. */
export function bandCount(threshold: number): number {
  return 2 * chooseBanding(threshold).bands;
}

/** The keys of all bands of a job's records, a piece for each of the partitions. */
export function divideByBand(
  facts: readonly SketchedFact[],
  partitions: number,
  threshold: number,
): BandPiece[] {
  const bands = bandCount(threshold);
  const sizes = Array.from({ length: partitions }, () => new Uint32Array(bands + 1));
  forEachKey(facts, bands, (band, key) => (sizes[partitionOf(key, partitions)]![band + 1]! += 1));
  const pieces = sizes.map((starts): BandPiece => {
    for (let band = 0; band < bands; band++) starts[band + 1]! += starts[band]!;
    const size = starts[bands]!;
    return { starts, keys: new Uint32Array(size), records: new Uint32Array(size) };
  });
  const next = pieces.map(({ starts }) => starts.slice());
  forEachKey(facts, bands, (band, key, record) => {
    const partition = partitionOf(key, partitions);
    const at = next[partition]![band]!++;
    pieces[partition]!.keys[at] = key;
    pieces[partition]!.records[at] = record;
  });
  return pieces;
}

function forEachKey(
  facts: readonly SketchedFact[],
  bands: number,
  take: (band: number, key: number, record: number) => void,
): void {
  for (const [record, { shingleKeys, wordKeys }] of facts.entries()) {
    for (let i = 0; i < shingleKeys.length; i++) take(i, shingleKeys[i]!, record);
    for (let i = 0; i < wordKeys.length; i++) take(bands / 2 + i, wordKeys[i]!, record);
  }
}
