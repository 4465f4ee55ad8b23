/** What a line of Markdown is, where only itself or its neighbours say so, and where a block ends. */

/** Index of the line that closes a fence, or the number of lines. */
export function endOfFence(lines: readonly string[], start: number, mark: string): number {
  for (let i = start + 1; i < lines.length; i++) if (isEndOfFence(lines[i]!, mark)) return i;
  return lines.length;
}

export function isEndOfFence(line: string, mark: string): boolean {
  const text = line.trim();
  return text.startsWith(mark) && text.length === countSame(text);
}

function countSame(text: string): number {
  let length = 0;
  while (text[length] === text[0] && length < text.length) length += 1;
  return length;
}

export function leading(line: string): number {
  return line.length - line.trimStart().length;
}

/** Three or more of one sign, with or without spaces. */
export function isRule(line: string): boolean {
  const signs = line.replaceAll(' ', '').trim();
  return (
    signs.length >= 3 &&
    (signs[0] === '-' || signs[0] === '*' || signs[0] === '_') &&
    countSame(signs) === signs.length
  );
}

export function isDelimiterRow(line: string | undefined): boolean {
  return line !== undefined && line.includes('-') && line.includes('|') && /^[\s|:-]+$/.test(line);
}

export function endOfTable(lines: readonly string[], start: number): number {
  let end = start + 2;
  while (end < lines.length && lines[end]!.includes('|') && lines[end]!.trim() !== '') end += 1;
  return end;
}

/** Cells between bars; a bar in code or behind a backslash is part of its cell. */
export function cellsOf(line: string): string[] {
  const cells = line
    .trim()
    .replace(/`[^`]{1,500}`|\\\|/g, (found) => found.replaceAll('|', '\ue002').replace('\\\ue002', '\ue002'))
    .split('|')
    .map((cell) => cell.replaceAll('\ue002', '|').trim());
  if (cells[0] === '') cells.shift();
  if (cells.at(-1) === '') cells.pop();
  return cells;
}
