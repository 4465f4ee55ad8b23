/**
 * MinHash by fast similarity sketching (Dahlgaard, Knudsen, Thorup 2017, arXiv 1704.04370): the share of places in which
 * two sketches agree estimates the Jaccard similarity of their sets as closely as as many independent permutations would,
 * at about n + k ln k steps for n shingles and k places where permutations take n * k.
 */
import { combine32, mix32 } from '../../base/mix-hash.ts';
import type { Banding } from './banding.ts';

/** Places of a sketch. */
export const sketchSize = 128;
const placeBits = 7;
const rounds = 2 * sketchSize;
const free = 0xffffffff;

const roundSeeds = Uint32Array.from({ length: rounds }, (_, round) => mix32(round + 0x9e3779b9));

/**
 * The sketch of a set of 32-bit hashes, written into `sketch`. In each round every element goes to a place of its
 * choosing with a value in which the round counts most; a place keeps its least value, and a round is the last once all
 * places are taken. From round k on all elements go to place round - k, so the smallest set fills its sketch too.
 * The set must not be empty.
 */
export function sketchInto(sketch: Uint32Array, elements: Uint32Array): void {
  sketch.fill(free);
  let left = sketchSize;
  for (let round = 0; left > 0 && round < rounds; round++) {
    const seed = roundSeeds[round]!;
    for (let i = 0; i < elements.length; i++) {
      const hash = mix32(elements[i]! ^ seed);
      const place = round < sketchSize ? hash >>> (32 - placeBits) : round - sketchSize;
      const value = ((round << 24) | (hash & 0xffffff)) >>> 0;
      const held = sketch[place]!;
      if (held === free) left -= 1;
      if (value < held) sketch[place] = value;
    }
  }
}

/** A 32-bit key for each band of the sketch, written into `keys`. */
export function bandKeysInto(keys: Uint32Array, sketch: Uint32Array, { bands, rows }: Banding): void {
  for (let band = 0; band < bands; band++) {
    let hash = band;
    for (let row = 0; row < rows; row++) hash = combine32(hash, sketch[band * rows + row]!);
    keys[band] = mix32(hash);
  }
}
