/** Lines of text on the pages of a PDF, in the file's own order but for columns side by side, as headings, paragraphs and lists. */
import { joinLines } from './join-lines.ts';
import type { Block, Page } from './page.ts';
import { inReadingOrder } from './pdf-columns.ts';

/**
 * A line: where its baseline begins (points, from the bottom left), where it ends, and the size of its letters. `beside`:
 * it stands in the line before it, behind a wide gap. `isRow`: it is a row of a table.
 */
export type TextLine = {
  text: string;
  x: number;
  y: number;
  right: number;
  size: number;
  beside?: boolean;
  isRow?: boolean;
};

/** Lines at the top and bottom of a page that may be its running head and foot. */
const edgeLines = 3;
/** Letters this much larger than most are a heading's. */
const headingRatio = 1.15;
const longestHeading = 200;
/** Sizes of letters beyond this many are one level. */
const deepestHeading = 6;
/** A gap this much larger than most divides paragraphs. */
const gapRatio = 1.35;
/** A page number, its digits as `#`. */
const pageNumber =
  /^[^\p{L}#]{0,5}(?:(?:page|seite|página|第)\s?)?#(?:\s?(?:of|von|de|\/|页|頁)\s?#?)?[^\p{L}#]{0,5}$/u;
/** A line of a table of contents: dots, then a page number. */
const contentsLine = /(?:\. ?){6,99}\s{0,9}[\divxlc]{1,6}\s{0,9}$/i;
const bullet = /^[•▪◦‣·●○■□–\u2212\uf0b7*-]\s{1,9}(?=\S)/;
const numbered = /^(?:\d{1,3}[.)]|\(?[a-z]\)|[（(][一二三四五六七八九十\d]{1,3}[)）])\s{0,9}(?=\S)/;

/** `facts` are the document's own title and language, whatever they hold. */
export function pageOfSheets(
  sheets: readonly TextLine[][],
  facts: { title?: unknown; language?: unknown } = {},
): Page {
  const { kept, dropped } = withoutRunningLines(
    sheets.map((lines) => inReadingOrder(lines).filter(({ text }) => !contentsLine.test(text.slice(-200)))),
  );
  const lines = kept.flat();
  const body = commonSize(lines);
  const sizes = new Set(lines.filter((line) => isHeading(line, body)).map(({ size }) => Math.round(size)));
  const largest = [...sizes].sort((a, b) => b - a).slice(0, deepestHeading - 1);
  const blocks = blocksOf(kept, body, (size) => largest.indexOf(Math.round(size)) + 1 || deepestHeading);
  const title = statedTitle(facts.title) ?? firstHeading(blocks);
  return {
    ...(title !== undefined && { title }),
    ...(typeof facts.language === 'string' && facts.language !== '' && { language: facts.language }),
    blocks,
    questions: [],
    notes:
      dropped.length === 0
        ? []
        : [`left out lines that stand on most of its pages: ${dropped.slice(0, 3).join(' / ')}`],
  };
}

/**
 * Without the lines that stand at the head or foot of at least half the pages, or of three with another number each.
 * Page numbers on their own are not told.
 */
function withoutRunningLines(sheets: readonly TextLine[][]): { kept: TextLine[][]; dropped: string[] } {
  const keyOf = ({ text }: TextLine): string =>
    text.replace(/\d+/g, '#').replace(/\s+/g, ' ').trim().toLowerCase();
  const pages = new Map<string, number>();
  const edges = sheets.map((lines) => {
    const sorted = [...lines].sort((a, b) => b.y - a.y);
    return new Set(
      sorted.length <= 2 * edgeLines ? sorted : [...sorted.slice(0, edgeLines), ...sorted.slice(-edgeLines)],
    );
  });
  for (const edge of edges)
    for (const key of new Set([...edge].map(keyOf))) pages.set(key, (pages.get(key) ?? 0) + 1);
  const isRunning = (key: string): boolean => {
    const count = pages.get(key) ?? 0;
    if (pageNumber.test(key)) return count >= 2;
    // A chapter's own head has its page number at one end.
    return count >= 3 && (count * 2 >= sheets.length || /^#\s|\s#$/.test(key));
  };
  const dropped = new Set<string>();
  const kept = sheets.map((lines, i) =>
    lines.filter((line) => {
      const key = keyOf(line);
      if (!edges[i]!.has(line) || !isRunning(key)) return true;
      if (!pageNumber.test(key)) dropped.add(key);
      return false;
    }),
  );
  return { kept, dropped: [...dropped] };
}

/** The size that most letters have. */
function commonSize(lines: readonly TextLine[]): number {
  const letters = new Map<number, number>();
  for (const { text, size } of lines) {
    const rounded = Math.round(size * 2) / 2;
    letters.set(rounded, (letters.get(rounded) ?? 0) + text.length);
  }
  return [...letters].reduce((best, one) => (one[1] > best[1] ? one : best), [0, 0])[0];
}

function isHeading({ text, size }: TextLine, body: number): boolean {
  return size >= body * headingRatio && text.length <= longestHeading && /\p{L}/u.test(text);
}

type Open = {
  kind: 'heading' | 'paragraph' | 'item' | 'row';
  lines: string[];
  marker: string;
  sheet: number;
  last: TextLine;
};

function blocksOf(sheets: readonly TextLine[][], body: number, levelOf: (size: number) => number): Block[] {
  const blocks: Block[] = [];
  const compounds = compoundsIn(sheets);
  const gap = commonGap(sheets, body);
  let open: Open | undefined;
  const close = (): void => {
    if (!open) return;
    const { kind, lines, marker, sheet, last } = open;
    const text = marker + joinLines(lines, (word) => compounds.has(word));
    if (kind === 'heading') blocks.push({ kind, level: levelOf(last.size), text, sheet });
    else blocks.push({ kind, text, sheet });
    open = undefined;
  };
  sheets.forEach((lines, index) => {
    const widest = widestOf(lines, body);
    for (const [at, line] of lines.entries()) {
      const kind = line.isRow
        ? 'row'
        : isHeading(line, body)
          ? 'heading'
          : bullet.test(line.text) || numbered.test(line.text)
            ? 'item'
            : 'paragraph';
      const goesOn =
        open !== undefined &&
        kind !== 'item' &&
        kind !== 'row' &&
        open.kind !== 'row' &&
        continues(open, line, { kind, gap, widest: widest[at]!, sheet: index + 1 });
      if (goesOn) {
        open!.lines.push(line.text);
        open!.last = line;
        continue;
      }
      close();
      const isBullet = kind === 'item' && bullet.test(line.text);
      const text = isBullet ? line.text.replace(bullet, '') : line.text;
      open = { kind, lines: [text], marker: isBullet ? '- ' : '', sheet: index + 1, last: line };
    }
  });
  close();
  return blocks;
}

/** For each line how far the lines of its column go: a column is what stands between two jumps up, headings aside. */
function widestOf(lines: readonly TextLine[], body: number): number[] {
  const widest: number[] = [];
  for (let start = 0; start < lines.length;) {
    let end = start + 1;
    while (end < lines.length && lines[end]!.y <= lines[end - 1]!.y) end += 1;
    const column = lines.slice(start, end);
    const text = column.filter((line) => !isHeading(line, body));
    const most = (text.length > 0 ? text : column).reduce((far, { right }) => Math.max(far, right), 0);
    for (; start < end; start++) widest.push(most);
  }
  return widest;
}

/** Whether a line belongs to the paragraph, item or heading before it. */
function continues(
  open: Open,
  line: TextLine,
  { kind, gap, widest, sheet }: { kind: Open['kind']; gap: number; widest: number; sheet: number },
): boolean {
  const { last } = open;
  if ((kind === 'heading') !== (open.kind === 'heading')) return false;
  if (kind === 'heading')
    return Math.abs(last.size - line.size) < 0.5 && sheet === open.sheet && last.y - line.y < 2 * line.size;
  const isFinished = /[.!?:;。！？：；]["'”’)）]?\s{0,9}$/.test(last.text.slice(-20));
  const down = last.y - line.y;
  // Up or far down: another column or page. A sentence that is not finished goes on there.
  if (down <= 0 || sheet !== open.sheet) return !isFinished && /^[\p{Ll}\p{Lo}]/u.test(line.text);
  if (down > gap * gapRatio) return false;
  // The last line of a paragraph is short.
  return !(isFinished && last.right < widest * 0.8 && line.x <= last.x);
}

/** The distance between the lines of a paragraph, in points: that of most, or less where most paragraphs are one line. */
function commonGap(sheets: readonly TextLine[][], body: number): number {
  const gaps = sheets.flatMap((lines) =>
    lines.slice(1).flatMap((line, i) => {
      const down = lines[i]!.y - line.y;
      return down > 0 && down < body * 3 ? [down] : [];
    }),
  );
  gaps.sort((a, b) => a - b);
  return gaps[gaps.length >> 2] ?? body * 1.2;
}

/** Words that are written with a hyphen where no line ends. */
function compoundsIn(sheets: readonly TextLine[][]): Set<string> {
  const found = new Set<string>();
  for (const { text } of sheets.flat())
    for (const [word] of text.matchAll(/\p{L}{2,40}-\p{L}{2,40}/gu)) found.add(word.toLowerCase());
  return found;
}

/** Programs write the file's name, or nothing, where a title should be. */
function statedTitle(title: unknown): string | undefined {
  if (typeof title !== 'string') return undefined;
  const text = title.replace(/\s+/g, ' ').trim();
  return text.length < 3 ||
    /\.\w{2,5}$|^\(?(?:microsoft|untitled|unbenannt|slide|anonymous|unspecified)/i.test(text)
    ? undefined
    : text;
}

function firstHeading(blocks: readonly Block[]): string | undefined {
  const found = blocks.find((block) => block.kind === 'heading');
  return found?.kind === 'heading' ? found.text : undefined;
}
