export type ScheduleConfig = {
  peak: number;
  shape: 'cosine' | 'linear' | 'constant';
  steps: number;
  warmupSteps: number;
};

/**
 * Learning rate of a step counted from 0: a linear rise over the warm-up, then the shape's fall towards 0 at `steps`.
 * The values of transformers' get_scheduler, but for the rise: there the first step has a rate of 0 and learns nothing, so
 * here the rise is one step ahead.
 */
export function learningRateAt(step: number, { peak, shape, steps, warmupSteps }: ScheduleConfig): number {
  if (step < warmupSteps) return (peak * (step + 1)) / warmupSteps;
  if (shape === 'constant') return peak;
  const progress = (step - warmupSteps) / Math.max(1, steps - warmupSteps);
  return shape === 'linear' ? peak * (1 - progress) : peak * 0.5 * (1 + Math.cos(Math.PI * progress));
}

/** Steps with a rising learning rate: as many as were asked for, or that share of all. */
export function warmupSteps(
  steps: number,
  config: { warmup_steps?: number | undefined; warmup_ratio?: number | undefined },
): number {
  return config.warmup_steps ?? Math.ceil((config.warmup_ratio ?? 0.05) * steps);
}
