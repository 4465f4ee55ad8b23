import type { Interval } from './interval.ts';
import { normalQuantile } from './normal.ts';

/**
 * Wilson score interval of a rate: `successes` of `trials` independent yes/no outcomes (Wilson 1927), without
 * continuity correction. Keeps its coverage where the textbook interval (Wald) fails: few trials, rates near 0 or 1.
 * Null when there is no trial.
 */
export function wilsonInterval(successes: number, trials: number, confidence = 0.95): Interval | null {
  if (trials === 0) return null;
  const z = normalQuantile(1 - (1 - confidence) / 2);
  const rate = successes / trials;
  // centre = (p + z²/2n) / (1 + z²/n);  half = z·√(p(1−p)/n + z²/4n²) / (1 + z²/n)
  const shrink = 1 + (z * z) / trials;
  const centre = (rate + (z * z) / (2 * trials)) / shrink;
  const half = (z * Math.sqrt((rate * (1 - rate)) / trials + (z * z) / (4 * trials * trials))) / shrink;
  return [
    successes === 0 ? 0 : Math.max(0, centre - half),
    successes === trials ? 1 : Math.min(1, centre + half),
  ];
}
