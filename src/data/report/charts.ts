/** Charts of the report as inline SVG; colours by class, so they follow light and dark. */
import { countCharacters } from '../../text/count-characters.ts';
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
          ><title>${label}</title>${fitting(label, 26)}</text
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

type Spot = MapPoint & { left: number; top: number; radius: number };
type Box = { left: number; right: number; top: number; bottom: number };

const mapHeight = 460;
const labelHeight = 13;

/** Clusters where they lie: area by records, the filled part by those that were kept. Names stand where there is room, the largest first. */
export function clusterMap(points: readonly MapPoint[]): Html {
  const most = Math.max(1, ...points.map(({ records }) => records));
  const [low, high] = [extent(points.map(({ x }) => x)), extent(points.map(({ y }) => y))];
  const at = (value: number, [from, to]: readonly [number, number], size: number): number =>
    50 + ((value - from) / (to - from || 1)) * (size - 100);
  const spots = points
    .map((point) => ({
      ...point,
      left: at(point.x, low, width),
      top: at(point.y, high, mapHeight),
      radius: 4 + 30 * Math.sqrt(point.records / most),
    }))
    .sort((a, b) => b.records - a.records);
  return html`<svg viewBox="0 0 ${width} ${mapHeight}" role="img" aria-label="${points.length} clusters">
    ${spots.map(circles)} ${placeLabels(spots)}
  </svg>`;
}

function circles({ name, records, kept, left, top, radius }: Spot): Html {
  const filled = radius * Math.sqrt(kept / Math.max(1, records));
  return html`<g
    ><title>${`${name}: ${formatCount(kept)} of ${formatCount(records)} kept`}</title
    ><circle class="cluster" cx="${left.toFixed(1)}" cy="${top.toFixed(1)}" r="${radius.toFixed(1)}" /><circle
      class="cluster-kept"
      cx="${left.toFixed(1)}"
      cy="${top.toFixed(1)}"
      r="${filled.toFixed(1)}"
  /></g>`;
}

/** A name below its circle, above it or in it, within the drawing and clear of the other names; else only its tooltip has it. */
function placeLabels(spots: readonly Spot[]): Html[] {
  const taken: Box[] = [];
  return spots.flatMap(({ name, left, top, radius }) => {
    const text = fitting(name, 30);
    const half = textWidth(text) / 2;
    const middle = Math.min(width - half, Math.max(half, left));
    for (const baseline of [top + radius + 12, top - radius - 4, top + 4]) {
      const box = {
        left: middle - half,
        right: middle + half,
        top: baseline - labelHeight,
        bottom: baseline + 2,
      };
      if (box.top < 0 || box.bottom > mapHeight || taken.some((other) => overlap(box, other))) continue;
      taken.push(box);
      return [
        html`<text
          class="tick on-map"
          x="${middle.toFixed(1)}"
          y="${baseline.toFixed(1)}"
          text-anchor="middle"
          >${text}</text
        >`,
      ];
    }
    return [];
  });
}

function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

/** About what a text of 12 units takes: half of its height a letter, all of it a Chinese or Japanese character. */
function textWidth(text: string): number {
  return 6.2 * countCharacters(text);
}

function extent(values: readonly number[]): readonly [number, number] {
  return [Math.min(...values), Math.max(...values)];
}

/** A text cut to about the width of so many Latin letters; a Chinese or Japanese character takes two. */
function fitting(text: string, letters: number): string {
  if (countCharacters(text) <= letters) return text;
  let kept = '';
  let taken = 1;
  for (const character of text) {
    taken += countCharacters(character);
    if (taken > letters) break;
    kept += character;
  }
  return `${kept}…`;
}
