/** Which examples meet in which step: a pure function of the lengths, the settings and the seed, so that a run can resume anywhere. */
import { seededRandom, shuffled } from '../base/random.ts';
import { chunks, packRows, shapeOf } from '../model/packing.ts';
import type { PackedShape, Row } from '../model/packing.ts';
import type { EncodedExample } from '../text/encoded.ts';

export type BatchPlan = {
  /** By step, then by forward pass: the rows of that pass. */
  steps: Row[][][];
  /** Holds the fullest pass of the plan. */
  shape: PackedShape;
};

export type BatchConfig = {
  sequence_length: number;
  batch_size: number;
  gradient_accumulation: number;
  epochs: number;
  max_steps?: number | undefined;
};

/** Shuffles and packs every epoch anew; a last fraction of an epoch takes that share of its examples. */
export function planBatches(
  examples: readonly EncodedExample[],
  config: BatchConfig,
  seed: number,
): BatchPlan {
  const { sequence_length: length, batch_size: batchSize, gradient_accumulation: passes, epochs } = config;
  const rows: Row[] = [];
  const enoughRows = (config.max_steps ?? Infinity) * batchSize * passes;
  for (let epoch = 0; epoch < epochs && rows.length < enoughRows; epoch++) {
    const order = shuffled(examples, seededRandom(seed, 'epoch', epoch));
    const share = Math.min(1, epochs - epoch);
    const packed = packRows(order.slice(0, Math.max(1, Math.round(order.length * share))), length);
    for (const row of shuffled(packed, seededRandom(seed, 'rows', epoch))) rows.push(row);
  }
  const forwardPasses = chunks(rows, batchSize);
  const steps = chunks(forwardPasses, passes).slice(0, config.max_steps);
  return { steps, shape: shapeOf(steps.flat(), batchSize, length) };
}
