/** What may look at what in rows that hold several examples. */
import {
  add,
  and,
  concat,
  constant,
  equal,
  expand,
  gather,
  less,
  reshape,
  scalar,
  slice,
  where,
} from '../graph/ops.ts';
import type { Tensor } from '../graph/tensor.ts';

/** Added to a score, it makes softmax give 0. */
const hidden = -1e9;

/** Tokens that a query sees at most, itself and the ones before it; undefined: all before it. */
export type Window = number | undefined;

/** See PackedInputs; all [B, T]. */
export type MaskInputs = { segments: Tensor; positions: Tensor; branches?: Tensor };

/**
 * Queries `start` to `end` of every row, which together see no more than the first `keys` keys. `mask` is
 * [B, keyValueHeads, group · (end - start), keys], spelt out for every head: ONNX Runtime's Add is several times slower
 * when it broadcasts.
 */
export type QueryBlock = { start: number; end: number; keys: number; mask: Tensor };

/** Almost half of a square of scores is later than its query: 8 blocks compute 9/16 of it, 4 blocks 10/16. */
const mostBlocks = 8;
const shortestBlock = 64;

/**
 * Masks of packed rows in blocks of queries, one set per window, each made once: 0 where a query may see a key (not
 * later, within the window, of the same example, and not of the other answer to the same prompt), else a number that
 * softmax turns into 0. The P tokens of a prefix stand right before the first token of every example.
 */
export function packedMasks(
  inputs: MaskInputs,
  { heads, keyValueHeads }: { heads: number; keyValueHeads: number },
  prefixTokens = 0,
  blockLength: number = Math.max(shortestBlock, Math.ceil(inputs.segments.shape[1]! / mostBlocks)),
): (window: Window) => QueryBlock[] {
  const [rows, length] = inputs.segments.shape as [number, number];
  const sameExample = equal(asQueries(inputs.segments), asKeys(inputs.segments));
  const group = heads / keyValueHeads;
  const keys = prefixTokens + length;
  const masks = new Map<number, QueryBlock[]>();
  return (window) => {
    // A window as long as all keys hides nothing more than the causal mask does.
    const seen = Math.min(window ?? keys, keys);
    const known = masks.get(seen);
    if (known) return known;
    const own = inputs.branches
      ? where(and(sameExample, causalBand(length, length)), betweenAnswers(inputs, seen), scalar(hidden))
      : where(and(sameExample, causalBand(length, seen)), scalar(0), scalar(hidden));
    const all =
      prefixTokens > 0 ? concat([prefixColumns(inputs.positions, prefixTokens, seen), own], 4) : own;
    const blocks = Array.from({ length: Math.ceil(length / blockLength) }, (_, i) => {
      const [start, end] = [i * blockLength, Math.min(length, (i + 1) * blockLength)];
      const visible = prefixTokens + end;
      const part = slice(slice(all, 3, start, end), 4, 0, visible);
      const spelt = expand(part, [rows, keyValueHeads, group, end - start, visible]);
      const mask = reshape(spelt, [rows, keyValueHeads, group * (end - start), visible]);
      return { start, end, keys: visible, mask };
    });
    masks.set(seen, blocks);
    return blocks;
  };
}

/** [B, 1, 1, T, P]: 0 where the token at a position is less than `window` away from a prefix token, else hidden. */
function prefixColumns(positions: Tensor, tokens: number, window: number): Tensor {
  const [rows, length] = positions.shape as [number, number];
  const table = new Float32Array(length * tokens);
  for (let position = 0; position < length; position++)
    for (let key = 0; key < tokens; key++)
      if (tokens + position - key >= window) table[position * tokens + key] = hidden;
  const columns = gather(constant(table, [length, tokens], `prefix${window}`), positions);
  return reshape(columns, [rows, 1, 1, length, tokens]);
}

/**
 * [B, 1, 1, T, T]: hidden where the query is of the rejected answer and the key of the chosen one, or further back than
 * the window. Counted in positions: the rejected answer stands behind the chosen one in the row, but not in the text.
 */
function betweenAnswers({ positions, branches }: MaskInputs, window: number): Tensor {
  const [query, key] = [asQueries(branches!), asKeys(branches!)];
  const otherAnswer = and(less(integer(0), key), less(key, query));
  const visible = where(otherAnswer, scalar(hidden), scalar(0));
  if (window >= positions.shape[1]!) return visible;
  const withinWindow = less(asQueries(positions), add(asKeys(positions), integer(window)));
  return where(withinWindow, visible, scalar(hidden));
}

const asQueries = (x: Tensor): Tensor => reshape(x, [x.shape[0]!, 1, 1, x.shape[1]!, 1]);
const asKeys = (x: Tensor): Tensor => reshape(x, [x.shape[0]!, 1, 1, 1, x.shape[1]!]);
const integer = (value: number): Tensor => constant(BigInt64Array.of(BigInt(value)), []);

/** 1 where query - window < key ≤ query, [T, T]. */
function causalBand(length: number, window: number): Tensor {
  const band = new Uint8Array(length * length);
  for (let query = 0; query < length; query++)
    band.fill(1, query * length + Math.max(0, query - window + 1), query * length + query + 1);
  return constant(band, [length, length], `causal${window}`);
}
