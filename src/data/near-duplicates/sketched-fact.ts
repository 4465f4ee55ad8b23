import { type Banding, chooseBanding } from './banding.ts';
import type { SimilarityFact } from './similarity-fact.ts';
import { bandKeysInto, sketchInto, sketchSize } from './sketch.ts';

/** A fact with what candidates are found by. */
export type SketchedFact = SimilarityFact & {
  /** The lowest byte of every place of the sketch. Two bytes agree by chance once in 256 times. */
  sketch: Uint8Array;
  /** A key for each band: of the shingles, and of the words themselves of a short text. Empty for a text without words. */
  shingleKeys: Uint32Array;
  wordKeys: Uint32Array;
};

const none = new Uint32Array(0);

/** Sketches the facts that are to be compared at a threshold. */
export function makeSketcher(threshold: number): (fact: SimilarityFact) => SketchedFact {
  const banding = chooseBanding(threshold);
  const sketch = new Uint32Array(sketchSize);
  return (fact) => {
    const { shingles, shortText = none } = fact;
    const wordKeys = keysOf(shortText, sketch, banding);
    const shingleKeys = keysOf(shingles, sketch, banding);
    return { ...fact, sketch: Uint8Array.from(sketch), shingleKeys, wordKeys };
  };
}

/** Leaves the sketch of the elements in `sketch`. */
function keysOf(elements: Uint32Array, sketch: Uint32Array, banding: Banding): Uint32Array {
  if (elements.length === 0) return none;
  sketchInto(sketch, elements);
  const keys = new Uint32Array(banding.bands);
  bandKeysInto(keys, sketch, banding);
  return keys;
}
