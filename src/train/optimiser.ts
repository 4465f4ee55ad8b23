import type { Parameter } from '../model/parameters.ts';

export type AdamWConfig = { beta1: number; beta2: number; epsilon: number; weightDecay: number };

/** The two running means of every parameter, in the order of the parameters. */
export type AdamWState = { step: number; mean: Float32Array[]; variance: Float32Array[] };

export function newAdamWState(parameters: readonly Parameter[]): AdamWState {
  const zeros = (): Float32Array[] => parameters.map(({ data }) => new Float32Array(data.length));
  return { step: 0, mean: zeros(), variance: zeros() };
}

/**
 * One AdamW step (Loshchilov and Hutter, arXiv 1711.05101; the arithmetic of torch.optim.AdamW), in place.
 * Only matrices decay, as is usual for transformers: not norms, not biases.
 */
export function adamWStep(
  parameters: readonly Parameter[],
  gradients: readonly Float32Array[],
  state: AdamWState,
  { learningRate, beta1, beta2, epsilon, weightDecay }: AdamWConfig & { learningRate: number },
): void {
  state.step++;
  const stepSize = learningRate / (1 - beta1 ** state.step);
  const varianceScale = 1 / Math.sqrt(1 - beta2 ** state.step);
  for (const [p, { data, shape }] of parameters.entries()) {
    const [gradient, mean, variance] = [gradients[p]!, state.mean[p]!, state.variance[p]!];
    const keep = shape.length >= 2 ? 1 - learningRate * weightDecay : 1;
    for (let i = 0; i < data.length; i++) {
      const g = gradient[i]!;
      const m = (mean[i] = beta1 * mean[i]! + (1 - beta1) * g);
      const v = (variance[i] = beta2 * variance[i]! + (1 - beta2) * g * g);
      data[i] = keep * data[i]! - (stepSize * m) / (Math.sqrt(v) * varianceScale + epsilon);
    }
  }
}

/** Scales gradients in place so that their joint L2 norm is at most `maximum`; returns the norm before. */
export function clipGradients(gradients: readonly Float32Array[], maximum: number): number {
  let squares = 0;
  for (const gradient of gradients)
    for (let i = 0; i < gradient.length; i++) squares += gradient[i]! * gradient[i]!;
  const norm = Math.sqrt(squares);
  // torch.nn.utils.clip_grad_norm_ adds 1e-6 to the norm.
  const scale = maximum / (norm + 1e-6);
  if (scale < 1)
    for (const gradient of gradients) for (let i = 0; i < gradient.length; i++) gradient[i]! *= scale;
  return norm;
}
