import { metricInfo, metricNames } from '../metrics/metric.ts';
import type { EvaluationResults } from '../results.ts';
import * as format from './format.ts';

/** A row of texts for each metric: title, both values, difference, its interval, p (Holm), verdict. */
export function metricRows({ metrics }: EvaluationResults): string[][] {
  return metricNames.flatMap((name) => {
    const metric = metrics[name];
    if (!metric) return [];
    const { base, tuned, difference, p_value_holm } = metric;
    return [
      [
        metricInfo[name].title,
        format.formatValue(name, base.value),
        format.formatValue(name, tuned.value),
        format.formatDifference(name, difference.value),
        format.formatInterval(name, difference.interval),
        format.formatPValue(p_value_holm),
        format.verdictText[format.verdict(name, metric)],
      ],
    ];
  });
}
