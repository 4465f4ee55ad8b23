/** Two models side by side, as the terminal shows it. */
import { metricRows } from '../evaluate/report/metric-rows.ts';
import { summarySentence } from '../evaluate/report/phrases.ts';
import type { EvaluationResults } from '../evaluate/results.ts';
import { formatTable } from './format.ts';

export function formatComparison(results: EvaluationResults): string {
  const { names, settings } = results;
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
  return `${summarySentence(results)}\n\n${formatTable([head, ...metricRows(results)])}`;
}
