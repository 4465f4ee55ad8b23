/**
 * Draws at random without a list: the seed and a record's index alone tell whether it is drawn, so that every process can
 * tell by itself. Indexes are put in order by a permutation of the 32-bit integers, and the first in that order are drawn.
 */
import { seededRandom } from '../base/random.ts';

/** Chooses the permutation. Plain data, to be told to jobs. */
export type Order = { keys: [number, number] };
/** An index is drawn whose place in the order is lower than the limit. */
export type Draw = Order & { limit: number };

const places = 2 ** 32;
const digitBits = 16;

/** The order that a draw with this seed and label goes by. */
export function orderBy(seed: number, ...label: (number | string)[]): Order {
  const random = seededRandom(seed, 'draw', ...label);
  return { keys: [random.uint32(), random.uint32()] };
}

/** Draws `size` of the indexes 0 to count - 1; all where there are no more. Takes the time of computing each place twice. */
export function drawOf(count: number, size: number, seed: number, ...label: (number | string)[]): Draw {
  const order = orderBy(seed, ...label);
  if (size >= count) return { ...order, limit: places };
  // Selects by counting: in which range of places the last one lies, then where in it.
  const counts = new Uint32Array(2 ** digitBits);
  for (let index = 0; index < count; index++) counts[placeOf(order, index) >>> digitBits]! += 1;
  let range = 0;
  let before = 0;
  while (before + counts[range]! <= size) before += counts[range++]!;
  const inRange: number[] = [];
  for (let index = 0; index < count; index++) {
    const place = placeOf(order, index);
    if (place >>> digitBits === range) inRange.push(place);
  }
  return { ...order, limit: inRange.sort((a, b) => a - b)[size - before]! };
}

export function isDrawn(draw: Draw, index: number): boolean {
  return placeOf(draw, index) < draw.limit;
}

/** Where an index stands in an order, below 2^32; no two share a place. */
export function placeOf({ keys: [one, other] }: Order, index: number): number {
  return mix((mix(index ^ one) + other) | 0) >>> 0;
}

/** A permutation of the 32-bit integers in which every bit hangs on all (lowbias32, Chris Wellons, public domain). */
function mix(value: number): number {
  let x = Math.imul(value ^ (value >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return x ^ (x >>> 16);
}
