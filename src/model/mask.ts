/** What may look at what in rows that hold several examples. */
import { and, concat, constant, equal, expand, gather, reshape, scalar, where } from '../graph/ops.ts';
import type { Tensor } from '../graph/tensor.ts';

/** Added to a score, it makes softmax give 0. */
const hidden = -1e9;

/** Tokens that a query sees at most, itself and the ones before it; undefined: all before it. */
export type Window = number | undefined;

/**
 * Masks of packed rows, one per window, each made once: 0 where a query may see a key (not later, within the window,
 * and of the same example), else a number that softmax turns into 0. `segments` [B, T] numbers the examples of each
 * row. A mask is [B, keyValueHeads, group·T, P + T], spelt out for every head: ONNX Runtime's Add is several times
 * slower when it broadcasts. The P tokens of a `prefix` stand right before the first token of every example; its
 * `positions` [B, T] count the tokens of each example.
 */
export function packedMasks(
  segments: Tensor,
  { heads, keyValueHeads }: { heads: number; keyValueHeads: number },
  prefix?: { tokens: number; positions: Tensor },
): (window: Window) => Tensor {
  const [rows, length] = segments.shape as [number, number];
  const sameExample = equal(
    reshape(segments, [rows, 1, 1, length, 1]),
    reshape(segments, [rows, 1, 1, 1, length]),
  );
  const group = heads / keyValueHeads;
  const keys = (prefix?.tokens ?? 0) + length;
  const masks = new Map<number, Tensor>();
  return (window) => {
    // A window as long as all keys hides nothing more than the causal mask does.
    const seen = Math.min(window ?? keys, keys);
    const known = masks.get(seen);
    if (known) return known;
    const visible = and(sameExample, constant(causalBand(length, seen), [length, length], `causal${seen}`));
    const own = where(visible, scalar(0), scalar(hidden));
    const all = prefix ? concat([prefixColumns(prefix, length, seen), own], 4) : own;
    const spelt = expand(all, [rows, keyValueHeads, group, length, keys]);
    const mask = reshape(spelt, [rows, keyValueHeads, group * length, keys]);
    masks.set(seen, mask);
    return mask;
  };
}

/** [B, 1, 1, T, P]: 0 where the token at a position is less than `window` away from a prefix token, else hidden. */
function prefixColumns(
  { tokens, positions }: { tokens: number; positions: Tensor },
  length: number,
  window: number,
): Tensor {
  const table = new Float32Array(length * tokens);
  for (let position = 0; position < length; position++)
    for (let key = 0; key < tokens; key++)
      if (tokens + position - key >= window) table[position * tokens + key] = hidden;
  const columns = gather(constant(table, [length, tokens], `prefix${window}`), positions);
  return reshape(columns, [positions.shape[0]!, 1, 1, length, tokens]);
}

/** 1 where query - window < key ≤ query, row by row. */
function causalBand(length: number, window: number): Uint8Array {
  const band = new Uint8Array(length * length);
  for (let query = 0; query < length; query++)
    band.fill(1, query * length + Math.max(0, query - window + 1), query * length + query + 1);
  return band;
}
