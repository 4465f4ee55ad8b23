/** The report as one HTML page that needs nothing else. */
import { type Html, html } from '../../base/html.ts';
import { counted, formatCount, formatPercent } from '../../base/number-text.ts';
import { reportPage } from '../../base/report-page.ts';
import { histogramChart, legend, shareBars, type Series } from './charts.ts';
import { type Category, categories, type Histogram, otherValues } from './profile.ts';
import {
  costSection,
  duplicatesSection,
  mapSection,
  qualitySection,
  selectionSection,
  table,
} from './selection-sections.ts';
import type { CurationReport, ReasonExample, ReasonReport } from './report.ts';

const both: readonly Series[] = [
  { name: 'collected', kind: 'muted' },
  { name: 'kept', kind: 'accent' },
];
const mostRows = 12;

/** The whole page, ready to be written as report.html. */
export function curationPage(title: string, report: CurationReport): string {
  const { collected, kept } = report;
  return reportPage(
    title,
    html`
      <h1>${title}</h1>
      <p class="soft">
        ${formatCount(kept.records)} of ${formatCount(collected.records)} records kept
        (${formatPercent(kept.records / Math.max(1, collected.records))}).
      </p>
      ${funnelSection(report)} ${reasonsSection(report)} ${duplicatesSection(report)}
      ${qualitySection(report)} ${selectionSection(report)} ${mapSection(report)}
      ${distributionSection(report)} ${costSection(report)}
    `,
  );
}

function funnelSection({ funnel, levels, atLeast }: CurationReport): Html {
  const cuts = levels.some(({ level }) => level !== 'basic')
    ? `Quality and diversity cut to theirs, but not below ${counted(atLeast, 'record')} (curate.funnel.at_least).`
    : '';
  return html`<h2>Step by step</h2>
    ${table(
      ['Level', 'Left', 'Of what was collected', 'Target'],
      levels.map(({ level, records, share, target }) => [
        level,
        formatCount(records),
        formatPercent(share),
        formatPercent(target),
      ]),
    )}
    <p class="soft">Nothing is cut to the target of the basic rules. ${cuts}</p>
    ${table(
      ['Rule', 'In', 'Changed', 'Dropped', 'Left'],
      funnel.map((row) => [row.rule, ...[row.in, row.changed, row.dropped, row.out].map(formatCount)]),
    )}`;
}

function reasonsSection({ reasons }: CurationReport): Html {
  if (reasons.length === 0)
    return html`<h2>Reasons</h2>
      <p class="soft">No record was changed, and none was left out.</p>`;
  return html`<h2>Reasons</h2>
    <p class="soft">Every change and every record that was left out, by reason. Personal data is masked.</p>
    ${reasons.map(reasonDetails)}`;
}

function reasonDetails({ rule, action, kind, count, examples }: ReasonReport): Html {
  return html`<details>
    <summary>${rule} ${action} ${formatCount(count)}: ${kind}</summary>
    ${examples.map(exampleArticle)}
  </details>`;
}

function exampleArticle({ id, place, reason, before, after, said }: ReasonExample): Html {
  const turn = (name: string, text: string | undefined): Html | null =>
    text === undefined
      ? null
      : html`<div class="turn">
          <span class="role">${name}</span><span class="said" dir="auto">${text}</span>
        </div>`;
  return html`<article>
    <header><span>${id}</span><span>${place === id ? '' : (place ?? '')}</span></header>
    <p>${reason}</p>
    ${turn('before', before)} ${turn('after', after)} ${turn('said', said)}
  </article>`;
}

function distributionSection(report: CurationReport): Html {
  const { collected, kept, collectedSample } = report;
  const counts = (category: Category): [Record<string, number>, Record<string, number>] =>
    category === 'language' || category === 'sentiment'
      ? [collectedSample[category], kept.categories[category]]
      : [collected.categories[category], kept.categories[category]];
  const shown = categories.filter((one) => {
    const [, after] = counts(one);
    return Object.keys(after).some((value) => value !== 'unknown');
  });
  const histograms = Object.entries(kept.histograms);
  return html`<h2>Before and after</h2>
    ${legend(both)} ${shown.map((one) => categoryFigure(one, ...counts(one)))}
    ${histograms.map(([name, after]) => histogramFigure(name, collected.histograms[name], after))}
    <p class="soft">
      <small
        >Languages and moods before curation are those of ${counted(collectedSample.records, 'record')},
        evenly spread; scores are those of all that were scored.</small
      >
    </p>`;
}

function categoryFigure(
  category: Category,
  before: Readonly<Record<string, number>>,
  after: Readonly<Record<string, number>>,
): Html {
  const sumOf = (counts: Readonly<Record<string, number>>): number =>
    Math.max(
      1,
      Object.values(counts).reduce((sum, count) => sum + count, 0),
    );
  const [beforeTotal, afterTotal] = [sumOf(before), sumOf(after)];
  const isNamed = (name: string): boolean => name !== otherValues;
  const all = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const names = all
    .filter(isNamed)
    .sort(
      (a, b) => (before[b] ?? 0) - (before[a] ?? 0) || (after[b] ?? 0) - (after[a] ?? 0) || (a < b ? -1 : 1),
    );
  const rows = names.slice(0, mostRows).map((label) => ({
    label,
    shares: [(before[label] ?? 0) / beforeTotal, (after[label] ?? 0) / afterTotal],
  }));
  const total = `${all.every(isNamed) ? '' : 'more than '}${formatCount(names.length)}`;
  const more = names.length > mostRows ? ` (the ${mostRows} most frequent of ${total})` : '';
  return html`<h3>${category}${more}</h3>
    <figure>${shareBars(rows, both)}</figure>`;
}

function histogramFigure(name: string, before: Histogram | undefined, after: Histogram): Html {
  const shares = (histogram: Histogram): number[] => {
    const sum = Math.max(
      1,
      histogram.counts.reduce((total, count) => total + count, 0),
    );
    return histogram.counts.map((count) => count / sum);
  };
  const whole = before ? [shares(before), shares(after)] : [shares(after)];
  const isOpen = name === 'characters' || name === 'turns';
  // Lengths have no end: the axis goes as far as there is something.
  const end = isOpen
    ? Math.max(...whole.map((one) => one.findLastIndex((value) => value > 0))) + 2
    : Infinity;
  const last = isOpen ? after.counts.length - 1 : Infinity;
  const labels = after.counts
    .map((_count, i) => {
      const from =
        name === 'characters'
          ? formatCount(2 ** i)
          : String(Number((after.from + i * after.step).toFixed(2)));
      return i === last ? `${from}+` : from;
    })
    .slice(0, end);
  const pairs = whole.map((one) => one.slice(0, end));
  return html`<h3>${name}</h3>
    <figure>${histogramChart(labels, pairs, before ? both : both.slice(1))}</figure>`;
}
