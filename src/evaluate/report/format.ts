/** How numbers read in both reports: the same digits in Markdown and HTML. */
import { formatNumber, formatPercent, minus } from '../../base/number-text.ts';
import { metricInfo } from '../metrics/metric.ts';
import type { MetricName } from '../metrics/metric.ts';
import type { Comparison } from '../statistics/compare.ts';
import type { Interval } from '../statistics/interval.ts';

/** A metric's value in its own unit. */
export function formatValue(metric: MetricName, value: number | null): string {
  if (value === null) return '–';
  return metricInfo[metric].percent ? formatPercent(value) : formatNumber(value);
}

/** A difference with its sign, in percentage points or in the metric's unit. */
export function formatDifference(metric: MetricName, value: number): string {
  const shown = metricInfo[metric].percent
    ? (100 * value).toFixed(1).replace('-', minus)
    : formatNumber(value);
  return value > 0 ? `+${shown}` : shown;
}

export function formatInterval(metric: MetricName, interval: Interval | null): string {
  if (!interval) return 'no interval';
  return `${formatDifference(metric, interval[0])} to ${formatDifference(metric, interval[1])}`;
}

export function formatPValue(value: number | null): string {
  if (value === null) return '–';
  return value < 0.001 ? '< 0.001' : value.toFixed(3);
}

export type Verdict = 'better' | 'worse' | 'unclear';

/** What the interval of the difference says; `unclear` where it holds zero or is missing. */
export function verdict(metric: MetricName, { difference }: Pick<Comparison, 'difference'>): Verdict {
  const { interval } = difference;
  if (!interval || (interval[0] <= 0 && interval[1] >= 0)) return 'unclear';
  return interval[0] > 0 === (metricInfo[metric].better === 'higher') ? 'better' : 'worse';
}

export const verdictText: Record<Verdict, string> = {
  better: 'better',
  worse: 'worse',
  unclear: 'no clear difference',
};

/** A message's or an answer's text, with tool calls written out. */
export function formatAnswer(
  text: string,
  toolCalls: readonly { name: string; arguments: unknown }[],
): string {
  const calls = toolCalls.map((call) => `→ ${call.name}(${JSON.stringify(call.arguments)})`);
  return [text, ...calls].filter((part) => part !== '').join('\n') || '(empty)';
}
