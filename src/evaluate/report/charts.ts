import { metricInfo } from '../metrics/metric.ts';
import type { MetricName } from '../metrics/metric.ts';
import type { EvaluationResults, MetricResult } from '../results.ts';
import { formatCount, formatNumber } from '../../base/number-text.ts';
import { formatValue } from './format.ts';
import { html } from '../../base/html.ts';
import type { Html } from '../../base/html.ts';
import type { FunnelStep, LossCurve } from './inputs.ts';

/** Charts as inline SVG. Colours come from the page's style sheet by class, so they follow light and dark. */

const width = 720;

type Scale = (value: number) => number;

function linear(from: [number, number], to: [number, number]): Scale {
  const span = from[1] - from[0] || 1;
  return (value) => to[0] + ((value - from[0]) / span) * (to[1] - to[0]);
}

/** About `count` round numbers that cover [low, high]: steps of 1, 2 or 5 times a power of ten. */
function niceTicks(low: number, high: number, count: number): number[] {
  const rough = (high - low || 1) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough)!;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** Smallest and largest; as many values as arguments of Math.min would be too many. */
function extent(values: readonly number[]): [low: number, high: number] {
  return values.reduce<[number, number]>(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Infinity, -Infinity],
  );
}

type Point = { step: number; loss: number };

/** Means of neighbouring points, at most `limit` of them: thousands of steps stay readable and small. */
function thin(points: readonly Point[], limit: number): Point[] {
  const size = Math.ceil(points.length / limit);
  return Array.from({ length: Math.ceil(points.length / size) }, (_, i) => {
    const bucket = points.slice(i * size, (i + 1) * size);
    const mean = (key: keyof Point): number =>
      bucket.reduce((sum, item) => sum + item[key], 0) / bucket.length;
    return { step: mean('step'), loss: mean('loss') };
  });
}

/** Training and validation loss by step. */
export function lossChart({ training, validation }: LossCurve): Html {
  const height = 280;
  const train = thin(training, 240);
  const [low, high] = extent([...train, ...validation].map(({ loss }) => loss).filter(Number.isFinite));
  const steps = extent([...training, ...validation].map(({ step }) => step));
  const margin = 0.05 * (high - low || 1);
  const x = linear(steps, [48, width - 16]);
  const y = linear([low - margin, high + margin], [height - 40, 16]);
  const path = (points: readonly Point[]): string =>
    points
      .map(({ step, loss }, i) => `${i === 0 ? 'M' : 'L'}${x(step).toFixed(1)} ${y(loss).toFixed(1)}`)
      .join('');
  const last = validation.at(-1);
  const summary = `Training loss from ${formatNumber(training[0]!.loss)} to ${formatNumber(training.at(-1)!.loss)}${
    last ? `, validation loss ends at ${formatNumber(last.loss)}` : ''
  }.`;
  const yTicks = niceTicks(low - margin, high + margin, 5);
  const decimals = Math.max(...yTicks.map((tick) => String(tick).split('.')[1]?.length ?? 0));
  return html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${summary}">
    ${yTicks.map(
      (tick) =>
        html`<line
            class="grid"
            x1="48"
            x2="${width - 16}"
            y1="${y(tick).toFixed(1)}"
            y2="${y(tick).toFixed(1)}"
          /><text class="tick" x="40" y="${(y(tick) + 4).toFixed(1)}" text-anchor="end"
            >${tick.toFixed(decimals)}</text
          >`,
    )}
    ${niceTicks(...steps, 6).map(
      (tick) =>
        html`<text class="tick" x="${x(tick).toFixed(1)}" y="${height - 20}" text-anchor="middle"
          >${formatCount(tick)}</text
        >`,
    )}
    <text class="tick" x="${width - 16}" y="${height - 4}" text-anchor="end">step</text>
    <path class="line muted-line" d="${path(train)}" />
    <path class="line accent-line" d="${path(validation)}" />
    ${validation.map(
      ({ step, loss }) =>
        html`<circle class="accent-dot" cx="${x(step).toFixed(1)}" cy="${y(loss).toFixed(1)}" r="3" />`,
    )}
  </svg>`;
}

/** Both models' value of every percentage metric on one axis, with their intervals; a tick marks the action baseline. */
export function metricsChart(
  metrics: readonly (readonly [MetricName, MetricResult])[],
  names: EvaluationResults['names'],
  actionBaseline: number | null,
): Html {
  const rows = metrics.filter(([name]) => metricInfo[name].percent);
  const rowHeight = 46;
  const height = rows.length * rowHeight + 30;
  const left = 176;
  const x = linear([0, 1], [left, width - 20]);
  const at = (value: number): string => x(value).toFixed(1);
  const summary = rows
    .map(([name, { base, tuned }]) => {
      return `${metricInfo[name].title}: ${names.base} ${formatValue(name, base.value)}, ${names.tuned} ${formatValue(name, tuned.value)}`;
    })
    .join('; ');
  return html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${summary}">
    ${[0, 0.25, 0.5, 0.75, 1].map(
      (tick) =>
        html`<line class="grid" x1="${at(tick)}" x2="${at(tick)}" y1="6" y2="${height - 26}" /><text
            class="tick"
            x="${at(tick)}"
            y="${height - 8}"
            text-anchor="middle"
            >${100 * tick}%</text
          >`,
    )}
    ${rows.map(([name, { base, tuned }], row) => {
      const middle = row * rowHeight + 28;
      const interval = (ends: readonly [number, number] | null, offset: number, kind: string): Html | null =>
        ends &&
        html`<line
          class="interval ${kind}"
          x1="${at(ends[0])}"
          x2="${at(ends[1])}"
          y1="${middle + offset}"
          y2="${middle + offset}"
        />`;
      return html`<text class="label" x="${left - 16}" y="${middle + 4}" text-anchor="end"
          >${metricInfo[name].title}</text
        >
        ${
          name === 'next_action_accuracy' && actionBaseline !== null
            ? html`<line
                class="baseline"
                x1="${at(actionBaseline)}"
                x2="${at(actionBaseline)}"
                y1="${middle - 16}"
                y2="${middle + 16}"
              />`
            : null
        }
        ${interval(base.interval, -7, 'muted-line')}${interval(tuned.interval, 7, 'accent-line')}
        <circle class="muted-dot" cx="${at(base.value)}" cy="${middle - 7}" r="5" />
        <circle class="accent-dot" cx="${at(tuned.value)}" cy="${middle + 7}" r="5" />`;
    })}
  </svg>`;
}

/** Records left after each step of curation, as bars over the number that came in. */
export function funnelChart(steps: readonly FunnelStep[]): Html {
  const rowHeight = 34;
  const left = 190;
  const height = steps.length * rowHeight + 4;
  const most = Math.max(1, ...steps.map((step) => step.in));
  const x = linear([0, most], [0, width - left - 170]);
  const summary = `${formatCount(steps[0]!.in)} records in, ${formatCount(steps.at(-1)!.out)} left after ${steps.length} steps.`;
  return html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${summary}">
    ${steps.map((step, row) => {
      const top = row * rowHeight + 6;
      const notes = [
        step.in > step.out && `−${formatCount(step.in - step.out)}`,
        step.changed > 0 && `${formatCount(step.changed)} changed`,
      ].filter((text) => text !== false);
      const note = notes.length > 0 ? ` (${notes.join(', ')})` : '';
      return html`<text class="label" x="${left - 16}" y="${top + 16}" text-anchor="end">${step.name}</text>
        <rect class="bar-lost" x="${left}" y="${top}" width="${x(step.in).toFixed(1)}" height="22" rx="3" />
        <rect class="bar" x="${left}" y="${top}" width="${x(step.out).toFixed(1)}" height="22" rx="3" />
        <text class="tick" x="${(left + x(step.in) + 10).toFixed(1)}" y="${top + 16}"
          >${formatCount(step.out)}${note}</text
        >`;
    })}
  </svg>`;
}
