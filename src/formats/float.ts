/**
 * Conversions between float32 and the two 16-bit float formats, rounding to nearest, ties to even.
 * bfloat16 is the upper half of a float32; float16 is IEEE 754 binary16, which Node has as Float16Array.
 */
import { sharedFloats } from '../base/shared-memory.ts';

/** bfloat16 bit patterns of `values`. NaN stays NaN (quiet); values beyond the largest bfloat16 become infinite. */
export function floatsToBfloat16(values: Float32Array): Uint16Array<ArrayBuffer> {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const result = new Uint16Array(values.length);
  for (let i = 0; i < bits.length; i++) {
    const word = bits[i]!;
    const isNotANumber = (word & 0x7fffffff) > 0x7f800000;
    result[i] = isNotANumber ? (word >>> 16) | 0x40 : (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
  }
  return result;
}

/** Floats of bfloat16 bit patterns, put into `target` (shared memory when it is not given); exact. */
export function bfloat16ToFloats(
  patterns: Uint16Array,
  target: Float32Array<SharedArrayBuffer> = sharedFloats(patterns.length),
): Float32Array<SharedArrayBuffer> {
  const bits = new Uint32Array(target.buffer, target.byteOffset, patterns.length);
  for (let i = 0; i < patterns.length; i++) bits[i] = patterns[i]! << 16;
  return target;
}

/** float16 bit patterns of `values`; values beyond 65504 become infinite. */
export function floatsToFloat16(values: Float32Array): Uint16Array<ArrayBuffer> {
  const result = new Float16Array(values.length);
  result.set(values);
  return new Uint16Array(result.buffer);
}

/** Floats of float16 bit patterns, put into `target` (shared memory when it is not given); exact. */
export function float16ToFloats(
  patterns: Uint16Array,
  target: Float32Array<SharedArrayBuffer> = sharedFloats(patterns.length),
): Float32Array<SharedArrayBuffer> {
  target.set(new Float16Array(patterns.buffer as ArrayBuffer, patterns.byteOffset, patterns.length));
  return target;
}
