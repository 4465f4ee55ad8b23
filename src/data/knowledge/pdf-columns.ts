/** Lines of a PDF that stand beside one another: columns of text one after the other, cells of a table in one line. */
import type { TextLine } from './pdf-layout.ts';

/** Fewer lines with one gap at one place are no columns. */
const leastLines = 3;
/** Columns hold sentences; cells of a table are shorter. */
const leastCharacters = 15;
/** Times that a page is split into what is left and right: newspapers have eight columns. */
const mostSplits = 8;
const marker = /^(?:[•▪◦‣·●○■□–*-]|\(?\d{1,3}[.)]?|\(?[a-z][.)])$/;

/** Lines as the file has them, `beside` marking those that go on in the line before them. */
export function inReadingOrder(lines: readonly TextLine[], depth = 0): TextLine[] {
  const rows = rowsOf(lines);
  if (rows.length === lines.length) return [...lines];
  const gutter = depth < mostSplits ? gutterOf(rows) : undefined;
  return gutter === undefined ? tablesOf(rows) : columnsOf(rows, gutter, depth);
}

function rowsOf(lines: readonly TextLine[]): TextLine[][] {
  const rows: TextLine[][] = [];
  for (const line of lines)
    if (line.beside === true && rows.length > 0) rows.at(-1)!.push(line);
    else rows.push([line]);
  return rows;
}

/** Where most of the gaps within lines lie, when there is text on both of its sides and next to none across it. */
function gutterOf(rows: readonly TextLine[][]): number | undefined {
  const gaps = rows.flatMap((row) => row.slice(1).map(({ x }, i) => ({ from: row[i]!.right, to: x })));
  const best = mostShared(gaps);
  if (best === undefined || best.count < leastLines) return undefined;
  const { at, count } = best;
  const pieces = rows.flat();
  const across = pieces.filter(({ x, right }) => x < at && right > at).length;
  const isProse = (side: readonly TextLine[]): boolean =>
    side.reduce((sum, { text }) => sum + text.length, 0) >= side.length * leastCharacters;
  return across <= count / 2 &&
    isProse(pieces.filter(({ right }) => right <= at)) &&
    isProse(pieces.filter(({ x }) => x >= at))
    ? at
    : undefined;
}

/** The middle of the stretch that most of these have in common. */
function mostShared(
  stretches: readonly { from: number; to: number }[],
): { at: number; count: number } | undefined {
  const ends = stretches
    .flatMap(({ from, to }) => [
      { at: from, change: 1 },
      { at: to, change: -1 },
    ])
    .sort((a, b) => a.at - b.at || a.change - b.change);
  let best: { at: number; count: number } | undefined;
  let count = 0;
  ends.forEach(({ at, change }, i) => {
    count += change;
    const next = ends[i + 1]?.at ?? at;
    if (count > (best?.count ?? 0) && next > at) best = { at: (at + next) / 2, count };
  });
  return best;
}

/** What is left of the gutter before what is right of it; lines across the gutter stand between such parts of the page. */
function columnsOf(rows: readonly TextLine[][], gutter: number, depth: number): TextLine[] {
  const ordered: TextLine[] = [];
  let left: TextLine[] = [];
  let right: TextLine[] = [];
  const close = (): void => {
    for (const side of [left, right]) for (const line of inReadingOrder(side, depth + 1)) ordered.push(line);
    left = [];
    right = [];
  };
  for (const row of rows) {
    const isAcross = row.some(({ x, right: end }) => x < gutter && end > gutter);
    if (isAcross) close();
    for (const [to, isHere] of [
      [isAcross ? ordered : left, (line: TextLine) => isAcross || line.x < gutter],
      [right, (line: TextLine) => !isAcross && line.x >= gutter],
    ] as const)
      for (const [i, line] of row.filter(isHere).entries()) to.push({ ...line, beside: i > 0 });
  }
  close();
  return ordered;
}

/** Lines with as many pieces as a neighbour are rows of a table; the pieces of others are words of one line. */
function tablesOf(rows: readonly TextLine[][]): TextLine[] {
  const isRow = (row: readonly TextLine[] | undefined): boolean =>
    row !== undefined && row.length > 1 && !marker.test(row[0]!.text.trim());
  return rows.map((row, i) => {
    const isTable =
      isRow(row) && [rows[i - 1], rows[i + 1]].some((near) => isRow(near) && near!.length === row.length);
    const first = row[0]!;
    const text = row.map((line) => line.text.trim()).join(isTable ? ' | ' : ' ');
    return {
      ...first,
      text: row.length === 1 ? first.text : text,
      right: row.reduce((far, { right }) => Math.max(far, right), 0),
      size: row.reduce((most, { size }) => Math.max(most, size), 0),
      ...(isTable && { isRow: true }),
    };
  });
}
