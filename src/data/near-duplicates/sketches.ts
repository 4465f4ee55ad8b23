import { sketchSize } from './sketch.ts';

const perBlock = 8192;

/**
 * The lowest byte of every place of many sketches: 128 bytes a record, enough to see without reading its shingles that a
 * pair cannot reach the threshold. Two bytes agree by chance once in 256 times.
 */
export class Sketches {
  readonly #blocks: Uint8Array[] = [];
  #count = 0;

  add(sketch: Uint32Array): void {
    const at = this.#count % perBlock;
    if (at === 0) this.#blocks.push(new Uint8Array(perBlock * sketchSize));
    this.#blocks.at(-1)!.set(sketch, at * sketchSize);
    this.#count += 1;
  }

  /** Whether at least `least` places of the sketches of two records agree. */
  agree(a: number, b: number, least: number): boolean {
    const blockA = this.#blocks[Math.floor(a / perBlock)]!;
    const blockB = this.#blocks[Math.floor(b / perBlock)]!;
    const startA = (a % perBlock) * sketchSize;
    const startB = (b % perBlock) * sketchSize;
    let allowed = sketchSize - least;
    for (let i = 0; i < sketchSize; i++)
      if (blockA[startA + i] !== blockB[startB + i] && --allowed < 0) return false;
    return true;
  }
}

/**
 * Places that agree in the sketches of all but about one in 300,000 of the pairs just at the threshold J: 4.5 standard
 * deviations sqrt(k J (1 - J)) below the mean k J.
 */
export function leastAgreement(threshold: number): number {
  const mean = sketchSize * threshold;
  return Math.max(0, Math.floor(mean - 4.5 * Math.sqrt(mean * (1 - threshold))));
}
