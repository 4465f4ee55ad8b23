/**
 * Weights in 4 bits, byte for byte as bitsandbytes 0.50 makes them on a CPU: blocks of 64 values, each value the nearest
 * of 16 in [-1, 1] times the block's largest magnitude. NF4's 16 are quantiles of the normal distribution (Dettmers et
 * al., QLoRA, arXiv 2305.14314), FP4's are small floats. Two codes share a byte, the first in the high half.
 * Where C computes in float32, every step is rounded to float32.
 */
export type FourBitType = 'nf4' | 'fp4';

/** `codes` [⌈values / 2⌉] and the largest magnitude of each block, `scales` [⌈values / 64⌉]. */
export type FourBitBlocks = { type: FourBitType; codes: Uint8Array; scales: Float32Array };

export const blockValues = 64;

/** The value of each code. FP4 is a sign, two bits of exponent and one of fraction, over its largest value. */
export const codeValues: Record<FourBitType, Float32Array> = {
  nf4: Float32Array.of(
    -1,
    -0.6961928009986877,
    -0.5250730514526367,
    -0.39491748809814453,
    -0.28444138169288635,
    -0.18477343022823334,
    -0.09105003625154495,
    0,
    0.07958029955625534,
    0.16093020141124725,
    0.24611230194568634,
    0.33791524171829224,
    0.44070982933044434,
    0.5626170039176941,
    0.7229568362236023,
    1,
  ),
  fp4: Float32Array.from(
    [0, 0.0625, 8, 12, 4, 6, 2, 3, 0, -0.0625, -8, -12, -4, -6, -2, -3],
    (value) => value / 12,
  ),
};

/** The codes by rising value. FP4 has two zeros: numbers that are not above 0 take the first, code 0. */
const risingCodes: Record<FourBitType, readonly number[]> = {
  nf4: Array.from({ length: 16 }, (_, code) => code),
  fp4: [11, 10, 13, 12, 15, 14, 9, 0, 8, 1, 6, 7, 4, 5, 2, 3],
};

const nearestCode = { nf4: nearestCodeOf('nf4'), fp4: nearestCodeOf('fp4') };

/** Stands in for the largest magnitude of a block of zeros, which nothing can be divided by. */
const smallestScale = Math.fround(1e-38);

/** Quantises `values` in the order given, row after row of a matrix. Values must be finite. */
export function quantiseFourBit(values: Float32Array, type: FourBitType): FourBitBlocks {
  const codes = new Uint8Array(Math.ceil(values.length / 2));
  const scales = new Float32Array(Math.ceil(values.length / blockValues));
  const codeOf = nearestCode[type];
  for (let block = 0; block < scales.length; block++) {
    const start = block * blockValues;
    const end = Math.min(start + blockValues, values.length);
    const isWhole = end - start === blockValues;
    let largest = 0;
    for (let i = start; i < end; i++) largest = Math.max(largest, Math.abs(values[i]!));
    const divisor = Math.max(largest, smallestScale);
    // The reference keeps the true 0 of a whole block, and the stand-in of a last block that is cut short.
    scales[block] = isWhole ? largest : divisor;
    // It multiplies whole blocks by the reciprocal and divides the cut one; the last bit may differ.
    const inverse = Math.fround(1 / divisor);
    for (let i = start; i < end; i++) {
      const code = codeOf(Math.fround(isWhole ? values[i]! * inverse : values[i]! / divisor));
      codes[i >> 1]! |= (i & 1) === 0 ? code << 4 : code;
    }
  }
  // An odd number of values is filled up with a zero.
  if (values.length % 2 === 1) codes[codes.length - 1]! |= codeOf(0);
  return { type, codes, scales };
}

/** The first `length` values that the blocks stand for, exactly as bitsandbytes and ONNX Runtime compute them. */
export function dequantiseFourBit(
  { type, codes, scales }: FourBitBlocks,
  length: number,
): Float32Array<ArrayBuffer> {
  const table = codeValues[type];
  const values = new Float32Array(length);
  for (let i = 0; i < length; i++) {
    const pair = codes[i >> 1]!;
    values[i] = table[(i & 1) === 0 ? pair >> 4 : pair & 15]! * scales[Math.floor(i / blockValues)]!;
  }
  return values;
}

/**
 * The nearest code to x in [-1, 1]. A table of even cells gives the lowest code of each; no cell holds more than one
 * border between codes, so one comparison with the next border is enough.
 */
function nearestCodeOf(type: FourBitType): (x: number) => number {
  const rising = Uint8Array.from(risingCodes[type]);
  const borders = Float32Array.from(rising, (code, place) => {
    const next = rising[place + 1];
    return next === undefined ? Infinity : Math.fround(codeValues[type][code]! + codeValues[type][next]!) / 2;
  });
  const half = 2048;
  let place = 0;
  const lowest = Uint8Array.from({ length: 2 * half + 1 }, (_, cell) => {
    while (cell / half - 1 > borders[place]!) place++;
    return place;
  });
  return (x) => {
    const at = lowest[Math.floor((x + 1) * half)]!;
    return rising[x > borders[at]! ? at + 1 : at]!;
  };
}
