/** Arithmetic on 32-bit hashes that need no secrecy: MurmurHash3's (Austin Appleby, public domain). */

/** Takes a further value into a hash; `mix32` ends it. */
export function combine32(hash: number, value: number): number {
  const mixed = Math.imul(hash ^ value, 0xcc9e2d51);
  return Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
}

/** The finaliser: every bit of the input changes half of the output's bits. Unsigned. */
export function mix32(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
