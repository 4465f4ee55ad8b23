/** What may look at what in rows that hold several examples. */
import { and, constant, equal, expand, reshape, scalar, where } from '../graph/ops.ts';
import type { Tensor } from '../graph/tensor.ts';

/** Tokens that a query sees at most, itself and the ones before it; undefined: all before it. */
export type Window = number | undefined;

/**
 * Masks of packed rows, one per window, each made once: 0 where a query may see a key (not later, within the window,
 * and of the same example), else a number that softmax turns into 0. `segments` [B, T] numbers the examples of each
 * row. A mask is [B, keyValueHeads, group·T, T], spelt out for every head: ONNX Runtime's Add is several times slower
 * when it broadcasts.
 */
export function packedMasks(
  segments: Tensor,
  { heads, keyValueHeads }: { heads: number; keyValueHeads: number },
): (window: Window) => Tensor {
  const [rows, length] = segments.shape as [number, number];
  const sameExample = equal(
    reshape(segments, [rows, 1, 1, length, 1]),
    reshape(segments, [rows, 1, 1, 1, length]),
  );
  const group = heads / keyValueHeads;
  const masks = new Map<number, Tensor>();
  return (window) => {
    // A window as long as the row hides nothing more than the causal mask does.
    const seen = Math.min(window ?? length, length);
    const known = masks.get(seen);
    if (known) return known;
    const visible = and(sameExample, constant(causalBand(length, seen), [length, length], `causal${seen}`));
    const spelt = expand(where(visible, scalar(0), scalar(-1e9)), [
      rows,
      keyValueHeads,
      group,
      length,
      length,
    ]);
    const mask = reshape(spelt, [rows, keyValueHeads, group * length, length]);
    masks.set(seen, mask);
    return mask;
  };
}

/** 1 where query - window < key ≤ query, row by row. */
function causalBand(length: number, window: number): Uint8Array {
  const band = new Uint8Array(length * length);
  for (let query = 0; query < length; query++)
    band.fill(1, query * length + Math.max(0, query - window + 1), query * length + query + 1);
  return band;
}
