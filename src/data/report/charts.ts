/** Charts of the report as inline SVG; colours by class, so they follow light and dark. */
import { type Html, html } from '../../base/html.ts';
import { formatCount, formatPercent } from '../../base/number-text.ts';

const width = 720;

export type Series = { name: string; kind: 'muted' | 'accent' | 'third' };
export type ShareRow = { label: string; shares: readonly number[] };

export function legend(series: readonly Series[]): Html {
  return html`<p class="legend">
    ${series.map(({ name, kind }) => html`<span><i class="${kind}"></i>${name}</span>`)}
  </p>`;
}

/** For each row a bar for each series, all on one scale of shares. */
export function shareBars(rows: readonly ShareRow[], series: readonly Series[]): Html {
  const barHeight = 9;
  const rowHeight = series.length * barHeight + 12;
  const left = 190;
  const height = rows.length * rowHeight + 4;
  const most = Math.max(0.01, ...rows.flatMap(({ shares }) => shares));
  const scale = (share: number): string => ((share / most) * (width - left - 70)).toFixed(1);
  const summary = rows
    .map(({ label, shares }) => `${label}: ${shares.map(formatPercent).join(', ')}`)
    .join('; ');
  return html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${summary}">
    ${rows.map(({ label, shares }, row) => {
      const top = row * rowHeight + 6;
      const middle = top + (series.length * barHeight) / 2 + 4;
      return html`<text class="label" x="${left - 12}" y="${middle}" text-anchor="end"
          >${shorten(label, 26)}</text
        >
        ${shares.map(
          (share, i) =>
            html`<rect
              class="${series[i]!.kind}-bar"
              x="${left}"
              y="${top + i * barHeight}"
              width="${scale(share)}"
              height="${barHeight - 1.5}"
              rx="2"
            />`,
        )}
        <text class="tick" x="${width - 60}" y="${middle}">${shares.map(formatPercent).at(-1) ?? ''}</text>`;
    })}
  </svg>`;
}

/** Shares by bucket, a stepped line for each series. `labels` are the lower ends of the buckets. */
export function histogramChart(
  labels: readonly string[],
  shares: readonly (readonly number[])[],
  series: readonly Series[],
): Html {
  const height = 170;
  const left = 44;
  const bottom = height - 26;
  const most = Math.max(0.01, ...shares.flat());
  const x = (i: number): number => left + (i / labels.length) * (width - left - 10);
  const y = (share: number): number => bottom - (share / most) * (bottom - 12);
  const every = Math.ceil(labels.length / 10);
  const path = (values: readonly number[]): string =>
    values
      .map(
        (share, i) =>
          `${i === 0 ? 'M' : 'L'}${x(i).toFixed(1)} ${y(share).toFixed(1)}H${x(i + 1).toFixed(1)}`,
      )
      .join('');
  const summary = series
    .map(({ name }, i) => `${name}: ${(shares[i] ?? []).map(formatPercent).join(' ')}`)
    .join('; ');
  return html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${summary}">
    <line class="grid" x1="${left}" x2="${width - 10}" y1="${bottom}" y2="${bottom}" />
    <text class="tick" x="${left - 6}" y="16" text-anchor="end">${formatPercent(most)}</text>
    ${labels.map((label, i) =>
      i % every === 0
        ? html`<text class="tick" x="${x(i).toFixed(1)}" y="${height - 8}" text-anchor="middle"
            >${label}</text
          >`
        : null,
    )}
    ${shares.map((values, i) => html`<path class="line ${series[i]!.kind}-line" d="${path(values)}" />`)}
  </svg>`;
}

export type MapPoint = { x: number; y: number; name: string; records: number; kept: number };

/** Clusters where they lie: area by records, the filled part by those that were kept. */
export function clusterMap(points: readonly MapPoint[]): Html {
  const height = 460;
  const most = Math.max(1, ...points.map(({ records }) => records));
  const [low, high] = [extent(points.map(({ x }) => x)), extent(points.map(({ y }) => y))];
  const at = (value: number, [from, to]: readonly [number, number], size: number): string =>
    (50 + ((value - from) / (to - from || 1)) * (size - 100)).toFixed(1);
  const named = new Set([...points].sort((a, b) => b.records - a.records).slice(0, 25));
  return html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${points.length} clusters">
    ${points.map((point) => {
      const radius = 4 + 30 * Math.sqrt(point.records / most);
      const [x, y] = [at(point.x, low, width), at(point.y, high, height)];
      return html`<g
        ><title>${`${point.name}: ${formatCount(point.kept)} of ${formatCount(point.records)} kept`}</title
        ><circle class="cluster" cx="${x}" cy="${y}" r="${radius.toFixed(1)}" /><circle
          class="cluster-kept"
          cx="${x}"
          cy="${y}"
          r="${(radius * Math.sqrt(point.kept / Math.max(1, point.records))).toFixed(1)}"
        />${
          named.has(point)
            ? html`<text
                class="tick"
                x="${x}"
                y="${(Number(y) + radius + 12).toFixed(1)}"
                text-anchor="middle"
                >${shorten(point.name, 30)}</text
              >`
            : null
        }</g
      >`;
    })}
  </svg>`;
}

function extent(values: readonly number[]): readonly [number, number] {
  return [Math.min(...values), Math.max(...values)];
}

function shorten(text: string, characters: number): string {
  return text.length <= characters ? text : `${text.slice(0, characters - 1)}…`;
}
