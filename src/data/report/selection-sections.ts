/** The parts of the page about duplicates, scores, selection and cost. */
import type { CurationReport } from './report.ts';
import { type Html, html } from '../../base/html.ts';
import { beginning } from '../../text/excerpt.ts';
import { counted, formatCount, formatNumber } from '../../base/number-text.ts';
import { clusterMap, histogramChart, legend, type Series, shareBars } from './charts.ts';
import type { ReportInputs, SelectedSet, Selection } from './inputs.ts';

const scored: readonly Series[] = [
  { name: 'all that were scored', kind: 'muted' },
  { name: 'kept', kind: 'accent' },
];
const sides: readonly Series[] = [
  { name: 'to choose from', kind: 'muted' },
  { name: 'as many at random', kind: 'third' },
  { name: 'chosen', kind: 'accent' },
];
const mostClusters = 15;
const mostRows = 10;
const mostTopicCharacters = 60;

type NearDuplicates = NonNullable<ReportInputs['nearDuplicates']>;

export function duplicatesSection({ nearDuplicates, said }: CurationReport): Html | null {
  if (!nearDuplicates) return null;
  const { records, threshold, shown, topic_conflicts } = nearDuplicates;
  return html`<h2>Near-duplicates</h2>
    <p class="soft">
      Of ${counted(records, 'conversation')} ${whatWasFound(nearDuplicates)} (Jaccard similarity of at least
      ${threshold}).
    </p>
    ${shown.length === 0 ? null : clusterTable(shown)}
    ${shown
      .slice(0, mostClusters)
      .map(({ keeper, members, left_alone }) =>
        duplicateDetails(keeper.id, members.at(-1)!, left_alone, said),
      )}
    ${
      topic_conflicts.length === 0
        ? null
        : html`<p class="soft">The same said under two topics:</p>
            ${table(
              ['Topic kept', 'Topic removed', 'Records'],
              topic_conflicts
                .slice(0, mostRows)
                .map(({ kept, removed: gone, count }) => [
                  ...[kept, gone].map((topic) => beginning(topic, mostTopicCharacters)),
                  formatCount(count),
                ]),
            )}`
    }`;
}

function whatWasFound({ clusters, removed, left_alone, largest_cluster }: NearDuplicates): string {
  if (clusters === 0) return 'none says nearly the same as another';
  const found = [
    ...(removed > 0
      ? [`${formatCount(removed)} ${removed === 1 ? 'says' : 'say'} nearly the same as one that was kept`]
      : []),
    ...(left_alone > 0
      ? [`${formatCount(left_alone)} say nearly the same and are too many to leave out`]
      : []),
  ];
  const where = clusters === 1 ? 'in one cluster of' : `in ${formatCount(clusters)} clusters, the largest of`;
  return `${found.join(', and ')}, ${where} ${formatCount(largest_cluster)}`;
}

function clusterTable(shown: NearDuplicates['shown']): Html {
  return table(
    ['Kept', 'Topic', 'Size', 'Least similar', ''],
    shown
      .slice(0, mostClusters)
      .map(({ keeper, size, lowest_similarity, left_alone }) => [
        keeper.id,
        beginning(keeper.topic, mostTopicCharacters),
        formatCount(size),
        lowest_similarity.toFixed(2),
        left_alone ? 'left alone: too many' : '',
      ]),
  );
}

/** The record that stays beside the one that is least like it. */
function duplicateDetails(
  kept: string,
  { id, similarity }: { id: string; similarity: number },
  leftAlone: boolean | undefined,
  said: CurationReport['said'],
): Html | null {
  if (said[kept] === undefined || said[id] === undefined) return null;
  const turn = (name: string, one: string): Html =>
    html`<div class="turn">
      <span class="role">${name}</span><span class="said" dir="auto">${one} ${said[one]!}</span>
    </div>`;
  return html`<details>
    <summary>${kept} and ${id}, similarity ${similarity.toFixed(2)}</summary>
    <article>${turn('kept', kept)} ${turn(leftAlone ? 'kept too' : 'left out', id)}</article>
  </details>`;
}

export function qualitySection({ quality }: ReportInputs): Html | null {
  if (!quality) return null;
  const labels = Array.from({ length: 20 }, (_one, i) => (i / 20).toFixed(2));
  const figure = (name: string, { known, mean, before, after }: (typeof quality)['combined']): Html =>
    html`<h3>
        ${name} <small class="soft">mean ${formatNumber(mean)}, known for ${formatCount(known)}</small>
      </h3>
      <figure>${histogramChart(labels, [shares(before), shares(after)], scored)}</figure>`;
  return html`<h2>Quality</h2>
    ${legend(scored)} ${figure('combined', quality.combined)}
    <details>
      <summary>Components</summary>
      ${Object.entries(quality.components).map(([name, one]) => figure(name, one))}
    </details>
    ${
      quality.at_the_cut.length === 0
        ? null
        : html`<details>
            <summary>
              ${quality.at_the_cut.every(({ kept }) => kept) ? 'The lowest scores' : 'Records next to the cut'}
            </summary>
            ${quality.at_the_cut.map(
              ({ id, kept, quality: score, customer, agent }) =>
                html`<article>
                  <header>
                    <span>${id}</span><span>${formatNumber(score)}, ${kept ? 'kept' : 'left out'}</span>
                  </header>
                  <div class="turn">
                    <span class="role">customer</span><span class="said" dir="auto">${customer}</span>
                  </div>
                  <div class="turn">
                    <span class="role">agent</span><span class="said" dir="auto">${agent}</span>
                  </div>
                </article>`,
            )}
          </details>`
    }`;
}

/** What quality and diversity chose, each beside as many at random; null where nothing was left out. */
export function selectionSection({ quality, diversity }: ReportInputs): Html | null {
  const made = Object.entries({ quality, diversity }).flatMap(([level, selection]) =>
    selection && selection.kept < selection.records ? [{ level, ...selection }] : [],
  );
  if (made.length === 0) return null;
  return html`<h2>Selection against chance</h2>
    <p class="soft">
      More words and a higher coverage are no better model yet.
      <code>attune data compare-selection</code> trains on both and tells for this data.
    </p>
    ${made.map(comparisonOf)}`;
}

const textNames: Readonly<Record<string, string>> = {
  conversations: 'conversations counted',
  distinct_1: 'distinct words, share of all',
  distinct_2: 'distinct pairs of words',
  distinct_3: 'distinct runs of three words',
};

function formatFigure(value: number | undefined): string {
  if (value === undefined) return '';
  return Number.isInteger(value) ? formatCount(value) : formatNumber(value);
}

function meanOf(numbers: SelectedSet['numbers'][string] | undefined): string {
  return numbers === undefined || numbers.known === 0 ? 'unknown' : formatNumber(numbers.mean);
}

function comparisonOf({ level, records, kept, comparison }: Selection & { level: string }): Html {
  const { all, chosen, random } = comparison;
  const sets = [all, random, chosen];
  const numbers = Object.keys(all.numbers).map((name) => [
    `mean ${name}`,
    ...sets.map(({ numbers: known }) => meanOf(known[name])),
  ]);
  const texts = Object.keys(chosen.texts ?? {}).map((name) => [
    textNames[name] ?? name,
    ...sets.map((set) => formatFigure(set.texts?.[name])),
  ]);
  const evenness = Object.keys(all.categories).map((name) => [
    `evenness of ${name}`,
    ...sets.map((set) => formatNumber(set.categories[name]?.evenness ?? 0)),
  ]);
  const coverage = sets.map(({ coverage: value }) => (value === undefined ? '' : formatNumber(value)));
  return html`<h3>By ${level}: ${formatCount(kept)} of ${formatCount(records)}</h3>
    ${table(
      ['', ...sides.map(({ name }) => name)],
      [...evenness, ...numbers, ...texts, ...(coverage.some(Boolean) ? [['coverage', ...coverage]] : [])],
    )}
    <p class="soft">
      <small
        >Evenness is 1 where all values are as frequent (entropy over the most it can be); coverage is the
        mean cosine of a conversation with the nearest that was chosen.</small
      >
    </p>
    ${legend(sides)} ${Object.keys(all.categories).map((name) => categoryFigure(name, sets))}`;
}

export function mapSection({ diversity }: ReportInputs): Html | null {
  if (!diversity?.map) return null;
  return html`<h2>Topics found</h2>
    <p class="soft">Area: conversations; filled: those kept. Close together: alike in words.</p>
    <figure>${clusterMap(diversity.map)}</figure>`;
}

function categoryFigure(name: string, sets: readonly SelectedSet[]): Html | null {
  const all = sets[0]!.categories[name];
  if (all === undefined || all.labels < 2) return null;
  const { counts, labels } = all;
  // An object has keys that look like numbers before the others, whatever is most frequent.
  const ranked = Object.keys(counts).sort((a, b) => counts[b]! - counts[a]! || (a < b ? -1 : 1));
  const rows = ranked.slice(0, mostRows).map((label) => ({
    label: label === '' ? 'unknown' : label,
    shares: sets.map((set) => (set.categories[name]?.counts[label] ?? 0) / Math.max(1, set.records)),
  }));
  const more = labels > mostRows ? ` (the ${mostRows} most frequent of ${formatCount(labels)})` : '';
  return html`<h4>${name}${more}</h4>
    <figure>${shareBars(rows, sides)}</figure>`;
}

export function costSection({ cost }: ReportInputs): Html | null {
  if (!cost) return null;
  const rows = Object.entries(cost.total).map(([name, value]) => [
    name.replaceAll('_', ' '),
    typeof value === 'number' ? formatNumber(value) : String(value ?? ''),
  ]);
  return html`<h2>Cost of synthetic data</h2>
    ${table(['', ''], rows)}`;
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): Html {
  return html`<div class="scroll" tabindex="0">
    <table>
      <thead>
        <tr>
          ${head.map((name) => html`<th scope="col">${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ([first, ...rest]) =>
            html`<tr>
              <th scope="row">${first ?? ''}</th>
              ${rest.map((cell) => html`<td>${cell}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function shares(counts: readonly number[]): number[] {
  const sum = Math.max(
    1,
    counts.reduce((total, count) => total + count, 0),
  );
  return counts.map((count) => count / sum);
}
