const digitBits = 11;
const digits = 3;

/** The positions of equal keys, two at least, each bucket ascending. The arrays are good until the next one is asked for. */
export function* bucketsOf(keys: Uint32Array): Generator<Uint32Array> {
  const positions = sortPositions(keys);
  for (let start = 0; start < positions.length;) {
    const key = keys[positions[start]!]!;
    let end = start + 1;
    while (end < positions.length && keys[positions[end]!] === key) end += 1;
    if (end - start > 1) yield positions.subarray(start, end);
    start = end;
  }
}

/** Positions by key, and among equal keys ascending: a radix sort of three digits, linear in the number of keys. */
function sortPositions(keys: Uint32Array): Uint32Array {
  let from = new Uint32Array(keys.length);
  for (let i = 0; i < from.length; i++) from[i] = i;
  let to = new Uint32Array(keys.length);
  for (let digit = 0; digit < digits; digit++) {
    const shift = digit * digitBits;
    const mask = 2 ** digitBits - 1;
    const starts = new Uint32Array(mask + 2);
    for (const key of keys) starts[((key >>> shift) & mask) + 1]! += 1;
    for (let i = 1; i < starts.length; i++) starts[i]! += starts[i - 1]!;
    for (const position of from) to[starts[(keys[position]! >>> shift) & mask]!++] = position;
    [from, to] = [to, from];
  }
  return from;
}
