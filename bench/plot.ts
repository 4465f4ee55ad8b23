/** Curves as SVG: logarithmic axes, a line and dots for each curve, its name at its end. */
import type { Plot, Point } from './finding.ts';

const [width, height] = [680, 400];
const area = { left: 76, right: 150, top: 44, bottom: 52 };
/** Told apart by people who see colours differently too (Okabe and Ito's palette). */
const colours = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00'];

type Scale = { at: (value: number) => number; ticks: number[] };

export function drawPlot({ title, xLabel, yLabel, curves }: Plot): string {
  const points = curves.flatMap((curve) => curve.points);
  const x = scale(
    points.map((point) => point.x),
    area.left,
    width - area.right,
  );
  const y = scale(
    points.map((point) => point.y),
    height - area.bottom,
    area.top,
  );
  const grid = [
    ...y.ticks.map((tick) => line(area.left, y.at(tick), width - area.right, y.at(tick), '#8884')),
    ...x.ticks.map((tick) => line(x.at(tick), area.top, x.at(tick), height - area.bottom, '#8884')),
    ...y.ticks.map((tick) => text(area.left - 8, y.at(tick) + 4, shown(tick), 'end')),
    ...x.ticks.map((tick) => text(x.at(tick), height - area.bottom + 18, shown(tick), 'middle')),
  ];
  const drawn = curves.map((curve, i) =>
    drawCurve(curve.name, curve.points, x, y, colours[i % colours.length]!),
  );
  const middle = (area.left + width - area.right) / 2;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12" fill="#777">`,
    `<title>${escape(title)}</title>`,
    text(area.left, 22, title, 'start', 'font-size="15"'),
    ...grid,
    text(middle, height - 12, xLabel, 'middle'),
    `<g transform="translate(16 ${(area.top + height - area.bottom) / 2}) rotate(-90)">${text(0, 0, yLabel, 'middle')}</g>`,
    ...drawn,
    '</svg>\n',
  ].join('\n');
}

function drawCurve(name: string, points: readonly Point[], x: Scale, y: Scale, colour: string): string {
  const places = points.map((point) => [x.at(point.x), y.at(point.y)] as const);
  const path = places.map(([left, top]) => `${left.toFixed(1)},${top.toFixed(1)}`).join(' ');
  const dots = places.map(
    ([left, top]) => `<circle cx="${left.toFixed(1)}" cy="${top.toFixed(1)}" r="3.5"/>`,
  );
  const [endLeft, endTop] = places.at(-1)!;
  return [
    `<g fill="${colour}"><polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>${dots.join('')}`,
    `${text(endLeft + 8, endTop + 4, name, 'start')}</g>`,
  ].join('');
}

function line(x1: number, y1: number, x2: number, y2: number, colour: string): string {
  const [a, b, c, d] = [x1, y1, x2, y2].map((value) => value.toFixed(1));
  return `<line x1="${a}" y1="${b}" x2="${c}" y2="${d}" stroke="${colour}"/>`;
}

function text(x: number, y: number, content: string, anchor: string, more = ''): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" ${more}>${escape(content)}</text>`;
}

/** A logarithmic scale that ends at ticks of 1, 2 or 5 times a power of ten. */
function scale(values: readonly number[], from: number, to: number): Scale {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const all = Array.from({ length: 30 }, (_, i) => i - 12).flatMap((power) =>
    [1, 2, 5].map((digit) => digit * 10 ** power),
  );
  const first = all.findLast((tick) => tick <= low * 1.0001)!;
  const last = all.find((tick) => tick >= high * 0.9999 && tick > first)!;
  const within = all.filter((tick) => tick >= first && tick <= last);
  const ticks = within.length <= 7 ? within : within.filter((tick) => tick.toExponential().startsWith('1'));
  const at = (value: number): number =>
    from + ((Math.log(value) - Math.log(first)) / (Math.log(last) - Math.log(first))) * (to - from);
  return { at, ticks };
}

function shown(value: number): string {
  if (value >= 1e9) return `${value / 1e9}G`;
  if (value >= 1e6) return `${value / 1e6}M`;
  if (value >= 1e4) return `${value / 1e3}k`;
  return `${Number(value.toPrecision(3))}`;
}

function escape(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
