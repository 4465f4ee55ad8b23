/**
 * Numbers in [-1, 1] as 8-bit codes of the dynamic data type (Dettmers, arXiv 1511.04561; in blocks: arXiv 2110.02861):
 * the position of the leading bit gives a power of ten, the bits after it a linear fraction. The tables are those of
 * create_dynamic_map in bitsandbytes.
 */
export type DynamicMap = {
  /** The 256 values, rising. */
  values: Float32Array;
  /** Element i lies between values i and i + 1: what is above it is nearer to the second. The last is infinite. */
  middles: Float64Array;
  /** By the upper half of a float32's bits: the lowest code that a number with this half can have. */
  firstCodes: Uint8Array;
};

const exponents = 7;

export const signedMap: DynamicMap = dynamicMap(true);
export const unsignedMap: DynamicMap = dynamicMap(false);

function dynamicMap(signed: boolean): DynamicMap {
  const numbers = [0, 1];
  for (let exponent = 0; exponent < exponents; exponent++) {
    const items = signed ? 2 ** exponent : 2 ** (exponent + 1);
    const scale = Math.fround(10 ** (exponent - exponents + 1));
    const point = line(0.1, 1, items + 1);
    for (let i = 0; i < items; i++) {
      const value = scale * Math.fround((point(i) + point(i + 1)) / 2); // between neighbours
      numbers.push(value, ...(signed ? [-value] : []));
    }
  }
  const values = Float32Array.from(numbers).sort();
  const middles = Float64Array.from(values, (value, i) => (value + (values[i + 1] ?? Infinity)) / 2);
  const firstCodes = new Uint8Array(2 ** 16);
  const { values: number, bits } = newBlock(1);
  for (let half = 0; half < firstCodes.length; half++) {
    // Of the numbers with this half the lowest: the one of larger magnitude where they are negative.
    bits[0] = half < 2 ** 15 ? half << 16 : ((half << 16) | 0xffff) >>> 0;
    while (number[0]! > middles[firstCodes[half]!]!) firstCodes[half]!++;
  }
  return { values, middles, firstCodes };
}

/** Points on a line in float32, from both ends to the middle: the values of torch.linspace to the last bit. */
function line(start: number, end: number, points: number): (i: number) => number {
  const { fround } = Math;
  const [first, last] = [fround(start), fround(end)];
  const step = fround(fround(last - first) / (points - 1));
  return (i) =>
    i < Math.floor(points / 2) ? fround(first + step * i) : fround(last - step * (points - i - 1));
}

/** Room for the values of one block, and their bits. */
export type Block = { values: Float32Array; bits: Uint32Array };

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
