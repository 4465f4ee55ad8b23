import type { FunnelConfig } from '../config/diversity.ts';

/**
 * How many of `count` records a level keeps: its share of what was collected, but no fewer than `at_least`, and no more
 * than there are.
 */
export function targetOf(
  funnel: FunnelConfig,
  level: 'quality' | 'diversity',
  { count, collected }: { count: number; collected: number },
): number {
  return Math.min(count, Math.max(funnel.at_least, Math.ceil(funnel[level] * collected)));
}
