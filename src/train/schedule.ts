export type ScheduleConfig = {
  peak: number;
  shape: 'cosine' | 'linear' | 'constant';
  steps: number;
  warmupSteps: number;
};

/** Learning rate of a step counted from 0: a linear rise over the warm-up, then the shape's fall towards 0 at `steps`. */
export function learningRateAt(step: number, { peak, shape, steps, warmupSteps }: ScheduleConfig): number {
  if (step < warmupSteps) return (peak * (step + 1)) / warmupSteps;
  if (shape === 'constant') return peak;
  const progress = (step - warmupSteps) / Math.max(1, steps - warmupSteps);
  return shape === 'linear' ? peak * (1 - progress) : peak * 0.5 * (1 + Math.cos(Math.PI * progress));
}
