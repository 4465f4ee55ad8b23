import type { Interval } from './interval.ts';
import { normalCdf, normalQuantile } from './normal.ts';

/**
 * Intervals from a bootstrap distribution. How the resamples are drawn is the caller's affair (compare.ts draws
 * whole conversations); here are only the two rules that turn resampled values into an interval.
 */

/** The `confidence` central part of the resampled values (ends by linear interpolation, numpy's default). */
export function percentileInterval(resampled: Float64Array, confidence: number): Interval {
  const sorted = resampled.toSorted();
  const tail = (1 - confidence) / 2;
  return [quantileOfSorted(sorted, tail), quantileOfSorted(sorted, 1 - tail)];
}

/**
 * Bias-corrected and accelerated interval (Efron 1987; the same formulas as scipy.stats.bootstrap).
 * `jackknife` holds the statistic with each cluster left out in turn. Falls back to the percentile interval where
 * BCa is undefined: every resample on one side of the estimate, a jackknife without spread, or a correction so large that
 * the ends change places.
 */
export function bcaInterval(
  estimate: number,
  resampled: Float64Array,
  jackknife: Float64Array,
  confidence: number,
): Interval {
  const sorted = resampled.toSorted();
  const tail = (1 - confidence) / 2;
  const bias = normalQuantile(shareBelow(sorted, estimate));
  const acceleration = jackknifeAcceleration(jackknife);
  const adjusted = [tail, 1 - tail].map((probability) => {
    const shifted = bias + normalQuantile(probability);
    return normalCdf(bias + shifted / (1 - acceleration * shifted));
  });
  if (!adjusted.every(Number.isFinite) || adjusted[0]! > adjusted[1]!)
    return percentileInterval(resampled, confidence);
  return [quantileOfSorted(sorted, adjusted[0]!), quantileOfSorted(sorted, adjusted[1]!)];
}

/** Share of values below `estimate`, ties counted half. */
function shareBelow(sorted: Float64Array, estimate: number): number {
  let below = 0;
  let equal = 0;
  for (const value of sorted) {
    if (value < estimate) below++;
    else if (value === estimate) equal++;
  }
  return (below + equal / 2) / sorted.length;
}

/** â = Σ d³ / (6 (Σ d²)^1.5) with d = mean of the jackknife values − each of them. */
function jackknifeAcceleration(jackknife: Float64Array): number {
  const mean = jackknife.reduce((sum, value) => sum + value, 0) / jackknife.length;
  let squares = 0;
  let cubes = 0;
  for (const value of jackknife) {
    const distance = mean - value;
    squares += distance ** 2;
    cubes += distance ** 3;
  }
  return cubes / (6 * squares ** 1.5);
}

/** Quantile by linear interpolation between order statistics (Hyndman & Fan type 7). */
function quantileOfSorted(sorted: Float64Array, probability: number): number {
  const position = probability * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (high - low) * (position - below);
}
