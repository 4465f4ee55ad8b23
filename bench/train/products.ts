/** The matrix products that one LoRA step cannot do without: what the limit of the machine is computed from. */
import type { ModelSize } from './models.ts';

/** [M, K] · [K, N], done `count` times in a step. Of half a product only one triangle is needed (causal attention). */
export type Product = {
  name: string;
  m: number;
  k: number;
  n: number;
  /** So many products of these sizes are one operation, as those of all heads are. */
  batch: number;
  count: number;
  /** The right-hand matrix never changes, so that it may be laid out once for all steps. */
  frozenRight: boolean;
  half?: true;
};

/**
 * Forward pass, gradients to the activations, gradients of the adapter; no gradient of a frozen weight, and none below
 * the first layer. Layers that read one input are one product (q, k, v; gate, up), as are their A matrices, because a
 * program may merge them. Every position is supervised, so that all of them reach the output projection.
 */
export function productsOfStep(
  size: ModelSize,
  { rows, length, rank }: { rows: number; length: number; rank: number },
): Product[] {
  const tokens = rows * length;
  const headDim = size.width / size.heads;
  const keyValues = size.keyValueHeads * headDim;
  const groups: { name: string; input: number; outputs: number[] }[] = [
    { name: 'q,k,v', input: size.width, outputs: [size.width, keyValues, keyValues] },
    { name: 'o', input: size.width, outputs: [size.width] },
    { name: 'gate,up', input: size.width, outputs: [size.feedForward, size.feedForward] },
    { name: 'down', input: size.feedForward, outputs: [size.width] },
  ];
  const linear = groups.flatMap(({ name, input, outputs }) => {
    const output = outputs.reduce((sum, width) => sum + width, 0);
    const ranks = rank * outputs.length;
    // Nothing below the first q, k, v is trained.
    const inner = name === 'q,k,v' ? size.layers - 1 : size.layers;
    const product = (
      what: string,
      m: number,
      k: number,
      n: number,
      count: number,
      frozenRight = false,
    ): Product => ({
      name: `${name}: ${what}`,
      m,
      k,
      n,
      batch: 1,
      count,
      frozenRight,
    });
    return [
      product('x W', tokens, input, output, size.layers, true),
      product('dy Wᵀ', tokens, output, input, inner, true),
      product('x A', tokens, input, ranks, size.layers),
      product('dA', ranks, tokens, input, size.layers),
      product('(dy B) Aᵀ', tokens, ranks, input, inner),
      ...outputs.flatMap((width) => [
        product('(x A) B', tokens, rank, width, size.layers),
        product('dy B', tokens, width, rank, size.layers),
        product('dB', width, tokens, rank, size.layers),
      ]),
    ];
  });
  const head = (what: string, m: number, k: number, n: number): Product => ({
    name: `attention: ${what}`,
    m,
    k,
    n,
    batch: rows * size.heads,
    count: size.layers,
    frozenRight: false,
    half: true,
  });
  const attention = [
    head('q kᵀ', length, headDim, length),
    head('p v', length, length, headDim),
    head('dp', length, headDim, length),
    head('dv', length, length, headDim),
    head('dq', length, length, headDim),
    head('dk', length, length, headDim),
  ];
  const output = [
    { name: 'logits', m: tokens, k: size.width, n: size.vocabulary, batch: 1, count: 1, frozenRight: true },
    {
      name: 'dlogits E',
      m: tokens,
      k: size.vocabulary,
      n: size.width,
      batch: 1,
      count: 1,
      frozenRight: true,
    },
  ];
  return merged([...linear, ...attention, ...output]);
}

/** Products of the same sizes are timed once. */
function merged(products: readonly Product[]): Product[] {
  const bySize = new Map<string, Product>();
  for (const product of products) {
    const key = [product.m, product.k, product.n, product.batch, product.frozenRight, product.half].join();
    const known = bySize.get(key);
    if (known)
      bySize.set(key, {
        ...known,
        name: `${known.name}; ${product.name}`,
        count: known.count + product.count,
      });
    else bySize.set(key, product);
  }
  return [...bySize.values()];
}

export function floatingPointOperations({ m, k, n, batch, count, half }: Product): number {
  return (2 * m * k * n * batch * count) / (half ? 2 : 1);
}
