/**
 * Double quantisation (arXiv 2305.14314, section 3): the scales of 4-bit blocks, less their mean, in 8 bits each of the
 * signed dynamic type, in blocks of 256. Codes are those of bitsandbytes 0.50 on a CPU.
 */
import { sharedFloats } from '../base/shared-memory.ts';
import { dynamicMapValues } from './dynamic-map.ts';

/** scale ≈ value of its code · largest magnitude of its block + mean. */
export type DoubleQuantised = { codes: Uint8Array; scales: Float32Array; mean: number };

export const scalesPerBlock = 256;

/** The value of each 8-bit code, rising. */
export const scaleCodeValues: Float32Array = dynamicMapValues(true);

/**
 * `mean` is the exact one, rounded. PyTorch adds up in float32, in an order that depends on the machine and its threads,
 * so its mean may differ in the last digit; codes do so only where a scale lies on the border of two.
 */
export function quantiseScales(scales: Float32Array): DoubleQuantised {
  let sum = 0;
  for (const scale of scales) sum += scale;
  const mean = Math.fround(sum / scales.length);
  const centred = scales.map((scale) => scale - mean);
  const codes = new Uint8Array(scales.length);
  const largest = new Float32Array(Math.ceil(scales.length / scalesPerBlock));
  for (let block = 0; block < largest.length; block++) {
    const [start, end] = [block * scalesPerBlock, (block + 1) * scalesPerBlock];
    const part = centred.subarray(start, end);
    for (const value of part) largest[block] = Math.max(largest[block]!, Math.abs(value));
    if (largest[block] === 0) continue; // all codes stay 0
    const inverse = Math.fround(1 / largest[block]!);
    for (const [i, value] of part.entries())
      codes[start + i] = nearestCodes[stepOf(Math.fround(value * inverse))]!;
  }
  return { codes, scales: largest, mean };
}

/** The scales that the codes stand for, on shared memory. */
export function dequantiseScales({ codes, scales, mean }: DoubleQuantised): Float32Array<SharedArrayBuffer> {
  const values = sharedFloats(codes.length);
  for (let i = 0; i < codes.length; i++) {
    const largest = scales[Math.floor(i / scalesPerBlock)]!;
    values[i] = Math.fround(scaleCodeValues[codes[i]!]! * largest) + mean;
  }
  return values;
}

/**
 * The reference does not search for the nearest code but looks it up for the nearest of 65,536 even steps from -1 to 1.
 * For one scale in 700 that is the code beside the nearest.
 */
const steps = 2 ** 16 - 1;
const nearestCodes = nearestCodeOfEachStep();

function nearestCodeOfEachStep(): Uint8Array {
  let code = 0;
  return Uint8Array.from({ length: steps + 1 }, (_, step) => {
    const x = (2 * step) / steps - 1;
    while (code < 255 && x > (scaleCodeValues[code]! + scaleCodeValues[code + 1]!) / 2) code++;
    return code;
  });
}

function stepOf(x: number): number {
  const clamped = Math.min(1, Math.max(-1, x));
  const scaled = Math.fround(Math.fround(Math.fround(clamped + 1) * 0.5) * steps);
  return Math.floor(Math.fround(scaled + 0.5));
}
