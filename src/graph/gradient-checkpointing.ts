/** Gradient checkpointing (Chen et al., arXiv 1604.06174): memory for a part's activations, paid with a second forward pass. */
import { pullBack } from './gradient.ts';
import { after, customGradient } from './ops.ts';
import { topologicalOrder } from './tensor.ts';
import type { Tensor } from './tensor.ts';

/**
 * part(x), of which nothing but x is kept for the backward pass: that computes `part` again. The copy starts from x as
 * it is once dy is there, or ONNX Runtime would find it equal to the original and keep the original's activations.
 * `part` may use any tensors besides; gradients reach the inputs of the graph behind them.
 */
export function checkpoint(part: (x: Tensor) => Tensor, x: Tensor): Tensor {
  const y = part(x);
  const parameters = topologicalOrder([y], [x]).filter(
    ({ op, type }) => op === 'input' && type === 'float32',
  );
  return customGradient(y, [x, ...parameters], (dy) => {
    const again = after(x, dy);
    return pullBack(part(again), dy, [again, ...parameters]);
  });
}
