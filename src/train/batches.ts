/** Which examples meet in which step: a pure function of the lengths, the settings and the seed, so that a run can resume anywhere. */
import { seededRandom, shuffledIndexes } from '../base/random.ts';
import { packRows, rowCount, rowsOfPass, shapeOf } from '../model/packing.ts';
import type { PackedRows, PackedShape, Row } from '../model/packing.ts';
import { readRows } from './example-source.ts';
import type { ExampleSource } from './example-source.ts';

export type BatchPlan = {
  /** Optimiser steps. */
  steps: number;
  /** The rows of each forward pass of a step, counted from 0. */
  readStep: (step: number) => Promise<Row[][]>;
  /** Holds the fullest pass of the plan. */
  shape: PackedShape;
};

export type BatchConfig = {
  sequence_length: number;
  batch_size: number;
  gradient_accumulation: number;
  epochs: number;
  max_steps?: number | undefined;
  group_by_length?: boolean;
};

/**
 * Shuffles and packs every epoch anew; a last fraction of an epoch takes that share of its examples. The plan takes
 * 4 bytes per example and epoch.
 */
export function planBatches(source: ExampleSource, config: BatchConfig, seed: number): BatchPlan {
  const { sequence_length: length, batch_size: batchSize, gradient_accumulation: passes } = config;
  const rows = planRows(source.tokens, config, seed);
  const allPasses = Math.ceil(rowCount(rows) / batchSize);
  return {
    steps: Math.ceil(allPasses / passes),
    readStep: (step) =>
      Promise.all(
        Array.from({ length: Math.min(passes, allPasses - step * passes) }, (_, pass) =>
          readRows(source, rowsOfPass(rows, step * passes + pass, batchSize)),
        ),
      ),
    shape: shapeOf(source, rows, batchSize, length),
  };
}

/** Batches whose examples are sorted by length together; the number of transformers. */
const groupedBatches = 50;

/** The rows of all epochs, in the order in which they are trained on. */
function planRows(tokens: Int32Array, config: BatchConfig, seed: number): PackedRows {
  const {
    sequence_length: length,
    batch_size,
    gradient_accumulation,
    epochs,
    max_steps = Infinity,
    group_by_length,
  } = config;
  const enoughRows = max_steps * batch_size * gradient_accumulation;
  const parts: PackedRows[] = [];
  let count = 0;
  for (let epoch = 0; epoch < epochs && count < enoughRows; epoch++) {
    const order = shuffledIndexes(tokens.length, seededRandom(seed, 'epoch', epoch));
    const share = Math.min(1, epochs - epoch);
    const drawn = order.subarray(0, Math.max(1, Math.round(order.length * share)));
    const grouped = group_by_length ? groupedByLength(drawn, tokens, groupedBatches * batch_size) : drawn;
    const packed = packRows(tokens, grouped, length);
    const rowOrder = shuffledIndexes(rowCount(packed), seededRandom(seed, 'rows', epoch));
    const wanted = rowOrder.subarray(0, Math.min(rowOrder.length, enoughRows - count));
    parts.push(pickRows(packed, wanted));
    count += wanted.length;
  }
  return joinRows(parts);
}

/**
 * The order of LengthGroupedSampler in transformers: sorted within groups, the longest first. Packed rows are all of one
 * length; what they gain is that small examples come last and fill the gaps.
 */
function groupedByLength(order: Int32Array, tokens: Int32Array, size: number): Int32Array {
  const grouped = order.slice();
  for (let start = 0; start < grouped.length; start += size)
    grouped.subarray(start, start + size).sort((a, b) => tokens[b]! - tokens[a]!);
  return grouped;
}

function pickRows({ examples, starts }: PackedRows, wanted: Int32Array): PackedRows {
  const picked = { examples: new Int32Array(examples.length), starts: new Int32Array(wanted.length + 1) };
  let at = 0;
  for (const [r, row] of wanted.entries()) {
    const members = examples.subarray(starts[row]!, starts[row + 1]!);
    picked.examples.set(members, at);
    picked.starts[r + 1] = at += members.length;
  }
  return { ...picked, examples: picked.examples.subarray(0, at) };
}

function joinRows(parts: readonly PackedRows[]): PackedRows {
  if (parts.length === 1) return parts[0]!;
  const examples = new Int32Array(parts.reduce((sum, part) => sum + part.examples.length, 0));
  const starts = new Int32Array(parts.reduce((sum, part) => sum + rowCount(part), 0) + 1);
  let [exampleCount, rows] = [0, 0];
  for (const part of parts) {
    examples.set(part.examples, exampleCount);
    for (let r = 0; r <= rowCount(part); r++) starts[rows + r] = exampleCount + part.starts[r]!;
    exampleCount += part.examples.length;
    rows += rowCount(part);
  }
  return { examples, starts };
}
