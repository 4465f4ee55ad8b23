/**
 * Q8_0: blocks of 32 values as one float16 scale d and 32 signed bytes q, value = d q.
 * Byte for byte what ggml's quantize_row_q8_0_ref gives, so every step is rounded to float32 as C rounds it.
 */
const blockValues = 32;
const blockBytes = 34;

/** `values.length` must be a multiple of 32. */
export function floatsToQ8(values: Float32Array): Uint8Array<ArrayBuffer> {
  const blocks = values.length / blockValues;
  const bytes = new Uint8Array(blocks * blockBytes);
  const view = new DataView(bytes.buffer);
  for (let block = 0; block < blocks; block++) {
    const start = block * blockValues;
    let largest = 0;
    for (let i = 0; i < blockValues; i++) largest = Math.max(largest, Math.abs(values[start + i]!));
    // The quants use 1/d of the float32 scale, before it is rounded to float16.
    const scale = Math.fround(largest / 127);
    const inverse = scale === 0 ? 0 : Math.fround(1 / scale);
    view.setFloat16(block * blockBytes, scale, true);
    for (let i = 0; i < blockValues; i++)
      view.setInt8(block * blockBytes + 2 + i, roundHalfAway(Math.fround(values[start + i]! * inverse)));
  }
  return bytes;
}

/** C's roundf: halves go away from zero, where Math.round sends negative halves up. */
function roundHalfAway(value: number): number {
  return Math.sign(value) * Math.floor(Math.abs(value) + 0.5);
}
