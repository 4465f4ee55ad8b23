/** Two models side by side, as the terminal shows it. */
import { metricInfo, metricNames } from '../evaluate/metrics/metric.ts';
import * as format from '../evaluate/report/format.ts';
import { summarySentence } from '../evaluate/report/phrases.ts';
import type { EvaluationResults } from '../evaluate/results.ts';
import { formatTable } from './format.ts';

export function formatComparison(results: EvaluationResults): string {
  const { names, metrics, settings } = results;
  const percent = Math.round(100 * settings.confidence);
  const head = [
    '',
    names.base,
    names.tuned,
    'difference',
    `${percent}% interval`,
    'p (Holm)',
    `${names.tuned} is`,
  ];
  const rows = metricNames.flatMap((name) => {
    const metric = metrics[name];
    if (!metric) return [];
    const { base, tuned, difference, p_value_holm: p } = metric;
    return [
      [
        metricInfo[name].title,
        format.formatValue(name, base.value),
        format.formatValue(name, tuned.value),
        format.formatDifference(name, difference.value),
        format.formatInterval(name, difference.interval),
        format.formatPValue(p),
        format.verdictText[format.verdict(name, metric)],
      ],
    ];
  });
  return `${summarySentence(results)}\n\n${formatTable([head, ...rows])}`;
}
