/**
 * Numbers in [-1, 1] as codes of a dynamic 8-bit type, in blocks that are scaled by their largest magnitude
 * (Dettmers et al., arXiv 2110.02861).
 */
import { dynamicMapValues } from '../../formats/dynamic-map.ts';

type DynamicMap = {
  /** The 256 values, rising. */
  values: Float32Array;
  /** Element i lies between values i and i + 1: what is above it is nearer to the second. The last is infinite. */
  middles: Float64Array;
  /** By the upper half of a float32's bits: the lowest code that a number with this half can have. */
  firstCodes: Uint8Array;
};

export const signedMap: DynamicMap = dynamicMap(true);
export const unsignedMap: DynamicMap = dynamicMap(false);

function dynamicMap(signed: boolean): DynamicMap {
  const values = dynamicMapValues(signed);
  const middles = Float64Array.from(values, (value, i) => (value + (values[i + 1] ?? Infinity)) / 2);
  const firstCodes = new Uint8Array(2 ** 16);
  const { values: number, bits } = newBlock(1);
  let code = 0;
  // From the lowest number to the highest: of negative ones, larger bits are lower numbers.
  for (let rank = 0; rank < 2 ** 16; rank++) {
    const half = rank < 2 ** 15 ? 0xffff - rank : rank - 2 ** 15;
    bits[0] = (half << 16) | (half < 2 ** 15 ? 0 : 0xffff);
    while (number[0]! > middles[code]!) code++;
    firstCodes[half] = code;
  }
  return { values, middles, firstCodes };
}

/** Room for the values of one block, and their bits. */
type Block = { values: Float32Array; bits: Uint32Array };

export function newBlock(length: number): Block {
  const values = new Float32Array(length);
  return { values, bits: new Uint32Array(values.buffer) };
}

/**
 * Scales the first `length` values of the block by their largest magnitude, which is returned, and writes their nearest
 * codes to `codes` from `start`.
 */
export function quantiseBlock(
  { values, bits }: Block,
  { middles, firstCodes }: DynamicMap,
  codes: Uint8Array,
  start: number,
  length: number,
): number {
  let largest = 0;
  for (let i = 0; i < length; i++) {
    const magnitude = Math.abs(values[i]!);
    if (magnitude > largest) largest = magnitude;
  }
  const scale = largest === 0 ? 0 : Math.fround(1 / largest);
  for (let i = 0; i < length; i++) values[i]! *= scale;
  for (let i = 0; i < length; i++) {
    const x = values[i]!;
    let code = firstCodes[bits[i]! >>> 16]!;
    while (x > middles[code]!) code++;
    codes[start + i] = code;
  }
  return largest;
}
