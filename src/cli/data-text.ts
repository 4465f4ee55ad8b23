/** What `attune data` prints for people. */
import { counted, formatPercent } from '../base/number-text.ts';
import type { DataDiff } from '../data/diff-examples.ts';
import type { Story } from '../data/explain-record.ts';
import type { ShownStep } from '../data/mask-step.ts';
import { categories, type Histogram, type Profile } from '../data/report/profile.ts';
import type { ValidationReport } from '../data/validate/report.ts';
import { beginning } from '../text/excerpt.ts';
import { formatNumber, formatTable } from './format.ts';

const mostRows = 15;
const mostCharacters = 300;

export function formatDiff(diff: DataDiff, a: string, b: string): string {
  const counts = [
    ['', a, b],
    ['records', formatNumber(diff.a.records), formatNumber(diff.b.records)],
    ['synthetic', formatNumber(diff.a.synthetic), formatNumber(diff.b.synthetic)],
  ];
  const fates = [
    ['same', formatNumber(diff.same), ''],
    ['renamed', formatNumber(diff.renamed), 'the same content under another id'],
    ...(['changed', 'added', 'removed'] as const).map((fate) => [
      fate,
      formatNumber(diff[fate].count),
      someIds(diff[fate]),
    ]),
  ];
  const tables = categories
    .map((category) => [category, categoryRows(diff.a, diff.b, category)] as const)
    .filter(([, rows]) => rows.length > 0);
  const lengths = (['turns', 'characters'] as const).map(
    (name) => [name, histogramRows(diff.a.histograms[name], diff.b.histograms[name], name)] as const,
  );
  const sections = [...tables, ...lengths.filter(([, rows]) => rows.length > 0)].map(
    ([name, rows]) => `\n${name}\n${formatTable(rows)}`,
  );
  return `${formatTable(counts)}\n${formatTable(fates)}${sections.join('')}`;
}

function someIds({ count, ids }: { count: number; ids: readonly string[] }): string {
  const shown = ids.slice(0, 5).join(', ');
  return count > 5 ? `${shown} ...` : shown;
}

/** The values whose share differs most; none where neither side names any. */
function categoryRows(a: Profile, b: Profile, category: (typeof categories)[number]): string[][] {
  const [before, after] = [a.categories[category], b.categories[category]];
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  if (names.every((name) => name === 'unknown')) return [];
  // A set before curation names no languages and moods: shares of what one side does not tell compare nothing.
  const tells = (counts: Readonly<Record<string, number>>): boolean =>
    Object.keys(counts).some((name) => name !== 'unknown');
  if (!tells(before) || !tells(after))
    return [['', `only ${tells(before) ? 'the first' : 'the second'} tells it`]];
  const share = (counts: Readonly<Record<string, number>>, profile: Profile, name: string): number =>
    (counts[name] ?? 0) / Math.max(1, profile.records);
  return names
    .map((name) => ({ name, from: share(before, a, name), to: share(after, b, name) }))
    .sort((x, y) => Math.abs(y.to - y.from) - Math.abs(x.to - x.from) || (x.name < y.name ? -1 : 1))
    .slice(0, mostRows)
    .map(({ name, from, to }) => ['', name, formatPercent(from), formatPercent(to), points(to - from)]);
}

/** Shares of what is in each bucket, in their order. */
function histogramRows(a: Histogram | undefined, b: Histogram | undefined, name: string): string[][] {
  const sum = ({ counts }: Histogram): number => counts.reduce((total, count) => total + count, 0);
  const share = (one: Histogram | undefined, i: number): number =>
    one === undefined ? 0 : one.counts[i]! / Math.max(1, sum(one));
  const buckets = (a ?? b)?.counts ?? [];
  const label = (i: number): string => {
    const from = formatNumber(name === 'characters' ? 2 ** i : i);
    if (i === buckets.length - 1) return `${from} and more`;
    return name === 'characters' ? `${from} to ${formatNumber(2 ** (i + 1) - 1)}` : from;
  };
  return buckets
    .map((_count, i) => ({ name: label(i), from: share(a, i), to: share(b, i) }))
    .filter(({ from, to }) => from + to > 0)
    .map(({ name: bucket, from, to }) => [
      '',
      bucket,
      formatPercent(from),
      formatPercent(to),
      points(to - from),
    ]);
}

/** `left` is the record as it was when it was left out, personal data masked. */
export function formatStory(story: Story, steps: readonly ShownStep[], left: Story['curated']): string {
  const { id, events, collected, curated, split } = story;
  const place = events.find((event) => event.place)?.place;
  const lines = [`${id}${place === undefined ? '' : `, from ${place}`}\n`];
  const shown = new Set<ShownStep>();
  for (const { stage, rule, action, reason, scores } of events) {
    const values = Object.entries(scores ?? {}).map(([name, value]) => `${name} ${formatNumber(value)}`);
    const text = [reason ?? '', values.join(', ')].filter((part) => part !== '').join('; ');
    lines.push(`  ${stage.padEnd(10)} ${rule.padEnd(16)} ${action.padEnd(8)} ${text}`.trimEnd() + '\n');
    const step = steps.find((one) => stage === 'curate' && one.rule === rule && !shown.has(one));
    if (!step) continue;
    shown.add(step);
    for (const { before, after } of step.texts) lines.push(`    - ${cut(before)}\n    + ${cut(after)}\n`);
  }
  if (split !== undefined) lines.push(`  ${'split'.padEnd(10)} in ${split}\n`);
  if (curated) lines.push('\nas it is now\n', ...curated.messages.map(messageLine));
  else if (collected) lines.push('\nIt is not among the curated examples.\n');
  if (left) lines.push('\nas it was when it was left out\n', ...left.messages.map(messageLine));
  return lines.join('');
}

export function formatValidation({
  records,
  readable,
  task,
  issues,
  errors,
  warnings,
}: ValidationReport): string {
  const head = `${counted(records, 'record')}, ${formatNumber(readable)} readable; for ${task.type}: ${task.reason}.`;
  const lines = issues.map(({ severity, message }) => `${severity.padEnd(8)} ${message}`);
  return `${head}\n\n${[...lines, `${counted(errors, 'error')}, ${counted(warnings, 'warning')}`].join('\n')}\n`;
}

function messageLine({
  role,
  content,
  toolCalls,
}: NonNullable<Story['curated']>['messages'][number]): string {
  const calls = (toolCalls ?? []).map((call) => `→ ${call.name}(${JSON.stringify(call.arguments)})`);
  return `  ${role.padEnd(10)} ${cut([content, ...calls].filter((part) => part !== '').join(' '))}\n`;
}

function cut(text: string): string {
  return beginning(text.replaceAll('\n', ' ⏎ '), mostCharacters);
}

function points(difference: number): string {
  return `${difference > 0 ? '+' : ''}${(100 * difference).toFixed(1)}`;
}
