import { metricInfo, metricNames } from '../metrics/metric.ts';
import type { MetricName } from '../metrics/metric.ts';
import type { EvaluationResults } from '../results.ts';
import type { Comparison } from '../statistics/compare.ts';
import { formatCount, formatNumber } from '../../base/number-text.ts';
import * as format from './format.ts';
import type { ReportInputs } from './inputs.ts';
import { metricRows } from './metric-rows.ts';
import { capitalised, subsetTitles, summarySentence } from './phrases.ts';

/** The report as GitHub-flavoured Markdown: the same content as the page, curves as a few numbers. */
export function markdownReport(title: string, results: EvaluationResults, inputs: ReportInputs): string {
  const sections = [
    `# ${escapeMarkdown(title)}`,
    summarySentence(results),
    ...results.warnings.map((text) => `> **Note:** ${escapeMarkdown(text)}`),
    metricsTable(results),
    baselines(results),
    skipped(results),
    partsSection(
      'By kind of turn',
      'Turn',
      results.names,
      results.subsets.map((part) => ({ ...part, title: subsetTitles[part.name] })),
    ),
    partsSection(
      'By topic',
      'Topic',
      results.names,
      results.topics.map((part) => ({ ...part, title: part.topic })),
    ),
    ...[...Map.groupBy(results.groups, ({ fact }) => fact)].map(([fact, values]) =>
      partsSection(
        `By ${escapeMarkdown(fact)}`,
        fact,
        results.names,
        values.map((part) => ({ ...part, title: part.value })),
      ),
    ),
    trainingTable(inputs),
    funnelTable(inputs),
    sideBySide(results),
  ];
  return `${sections.filter((text) => text !== '').join('\n\n')}\n`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(escapeMarkdown).join(' | ')} |`;
  const rule = `| ${head.map((_, i) => (i === 0 ? '---' : '--:')).join(' | ')} |`;
  return [line(head), rule, ...rows.map(line)].join('\n');
}

/** Keeps text from being read as markup or as the end of a table cell. */
function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_[\]<>|#]/g, (char) => `\\${char}`).replace(/\s*\n\s*/g, ' ');
}

function metricsTable(results: EvaluationResults): string {
  const { names, settings } = results;
  const interval = `${Math.round(100 * settings.confidence)}% interval`;
  return `## Metrics\n\n${table(['Metric', capitalised(names.base), capitalised(names.tuned), 'Difference', interval, 'p (Holm)', `${capitalised(names.tuned)} is`], metricRows(results))}`;
}

function baselines({
  baselines: { most_frequent_action: one, most_frequent_action_per_topic: perTopic },
}: EvaluationResults): string {
  if (!one || !perTopic) return '';
  const value = (share: number): string => format.formatValue('next_action_accuracy', share);
  return (
    `Next action without a model: always ${escapeMarkdown(String(one.action))} is right in ${value(one.accuracy)} of the turns, ` +
    `the most frequent action of each topic in ${value(perTopic.accuracy)}.`
  );
}

function skipped({ skipped: reasons }: EvaluationResults): string {
  const missing = metricNames.filter((name) => reasons[name]);
  return missing
    .map((name) => `- Not measured: ${metricInfo[name].title} (${escapeMarkdown(reasons[name]!)}).`)
    .join('\n');
}

type Part = { title: string; turns: number; metrics: Partial<Record<MetricName, Comparison>> };

function partsSection(
  heading: string,
  first: string,
  systems: EvaluationResults['names'],
  parts: readonly Part[],
): string {
  if (parts.length < 2) return '';
  const shown = metricNames.filter((name) => parts.some(({ metrics }) => metrics[name]));
  const rows = parts.map(({ title, turns, metrics }) => [
    title,
    formatCount(turns),
    ...shown.map((name) => {
      const comparison = metrics[name];
      if (!comparison) return '–';
      return `${format.formatValue(name, comparison.base.value)} → ${format.formatValue(name, comparison.tuned.value)}`;
    }),
  ]);
  return `## ${heading}\n\n${capitalised(systems.base)} → ${systems.tuned}.\n\n${table([first, 'Turns', ...shown.map((name) => metricInfo[name].title)], rows)}`;
}

function trainingTable({ curve }: ReportInputs): string {
  if (!curve) return '';
  const first = curve.training[0]!;
  const last = curve.training.at(-1)!;
  const rows = curve.validation.map(({ step, loss }) => [formatCount(step), formatNumber(loss)]);
  const summary = `Training loss went from ${formatNumber(first.loss)} to ${formatNumber(last.loss)} in ${formatCount(last.step)} steps.`;
  return `## Training\n\n${summary}${rows.length > 0 ? `\n\n${table(['Step', 'Validation loss'], rows)}` : ''}`;
}

function funnelTable({ funnel }: ReportInputs): string {
  if (!funnel) return '';
  const rows = funnel.map((step) =>
    [step.name, step.in, step.out, step.in - step.out].map((cell) =>
      typeof cell === 'number' ? formatCount(cell) : cell,
    ),
  );
  return `## Data\n\n${table(['Step', 'In', 'Kept', 'Dropped'], rows)}`;
}

function sideBySide({ side_by_side: items, names }: EvaluationResults): string {
  if (items.length === 0) return '';
  const shown = items.map(({ conversation, turn, topic, context, gold, base, tuned }) => {
    const quote = (who: string, text: string): string =>
      `- **${escapeMarkdown(who)}:** ${escapeMarkdown(text)}`;
    return [
      `### ${escapeMarkdown(topic ?? 'no topic')}: ${escapeMarkdown(conversation)}, message ${turn + 1}`,
      '',
      ...context
        .slice(-2)
        .map((message) =>
          quote(message.role, format.formatAnswer(message.content, message.tool_calls ?? [])),
        ),
      '',
      table(
        ['', 'Answer', 'Action'],
        Object.entries({
          Agent: gold,
          [capitalised(names.base)]: base,
          [capitalised(names.tuned)]: tuned,
        }).map(([who, answer]) => [
          who,
          format.formatAnswer(answer.text, answer.tool_calls),
          answer.actions?.join(', ') ?? '–',
        ]),
      ),
    ].join('\n');
  });
  return `## Side by side\n\n${items.length} test replies, drawn at random.\n\n${shown.join('\n\n')}`;
}
