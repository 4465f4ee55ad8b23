import type { UpdateRule } from './optimiser.ts';

/** AdamW (Loshchilov and Hutter, arXiv 1711.05101) with the arithmetic of torch.optim.AdamW: 8 bytes of state a weight. */
export const adamW: UpdateRule = {
  state: (shape) => ({ mean: { dtype: 'F32', shape }, variance: { dtype: 'F32', shape } }),
  whole: false,
  update: ({ data, gradient, state, decays }, settings, start, end) => {
    const { step, learningRate, gradientScale, beta1, beta2, epsilon, weightDecay } = settings;
    const [mean, variance] = [state['mean']!, state['variance']!];
    const [newMean, newVariance] = [1 - beta1, 1 - beta2];
    const stepSize = learningRate / (1 - beta1 ** step);
    const varianceScale = 1 / Math.sqrt(1 - beta2 ** step);
    const keep = decays ? 1 - learningRate * weightDecay : 1;
    // In float64, rounded where it is stored: rounding every intermediate to float32 took twice as long.
    for (let i = start; i < end; i++) {
      const g = gradient[i]! * gradientScale;
      const m = beta1 * mean[i]! + newMean * g;
      const v = beta2 * variance[i]! + newVariance * g * g;
      mean[i] = m;
      variance[i] = v;
      data[i] = keep * data[i]! - (stepSize * m) / (Math.sqrt(v) * varianceScale + epsilon);
    }
  },
};
