/**
 * Markdown blocks to HTML, so that pages which mix both are read by one reader. CommonMark with tables, definition lists
 * and notes as the common site generators have them; what has no meaning as text (images, rules, attributes) is left out.
 */
import { escapeHtml, inlineHtml, type LinkTargets } from './inline.ts';

const fence = /^( {0,12})(`{3,}|~{3,})/;
const heading = /^ {0,3}(#{1,6})[ \t]+(\S.*)$/;
const item = /^( {0,40})([-*+]|\d{1,9}[.)])(?:( {1,4})|\t|$)(.*)$/;
/** A line that begins with one of these is HTML, and so are those after it, up to the next empty line. */
const htmlLine =
  /^\s{0,60}<\/?(?:article|aside|blockquote|button|caption|center|col|colgroup|dd|details|div|dl|dt|fieldset|figcaption|figure|footer|form|h[1-6]|header|hr|iframe|li|main|nav|noscript|ol|p|picture|pre|script|section|style|summary|svg|table|tbody|td|tfoot|th|thead|tr|ul|video)(?=[\s/>]|$)/i;
/** What these hold goes on over empty lines. */
const opaque = /<(pre|script|style)(?=[\s>])/i;
const blockTag =
  /<(\/?)(?:article|aside|blockquote|details|div|dl|figure|footer|header|main|ol|p|section|table|ul)(?=[\s>])/gi;
/** `!!! note "Title"` of MkDocs; its text is indented. `:::tip Title` of Docusaurus; its text is not. */
const indentedNote =
  /^ {0,12}(?:!!!|\?\?\?\+?|===)\s{1,9}(?:[\w-]{1,30}\s{0,9})?(?:"([^"]{0,300})")?\s{0,9}$/;
const fencedNote = /^ {0,12}:{3,9}\s{0,9}(?:[\w-]{1,30})?(?:\s{1,9}(.{0,300})|\[([^\]]{0,300})\].{0,100})?$/;
const attributes = /\{:?\s?[#.][^{}\n]{0,500}\}|\{:[^{}\n]{0,500}\}/g;
const anchorOf = /\{:?\s?(?:[^{}\n]{0,200}\s)?#([\w:.-]{1,200})[^{}\n]{0,200}\}/;
const definition =
  /^ {0,3}\[([^\]\n]{1,200})\]:\s{0,9}<?([^\s<>]{1,2000})>?(?:\s{1,9}["'(][^"'()\n]{0,500}["')])?\s{0,9}$/;

type List = { indent: number; ordered: boolean };

/** One writer makes the HTML of one text. */
class Writer {
  html = '';
  #targets: LinkTargets;
  #paragraph: string[] = [];
  #lists: List[] = [];

  constructor(targets: LinkTargets) {
    this.#targets = targets;
  }

  get inParagraph(): boolean {
    return this.#paragraph.length > 0;
  }

  get listIndent(): number {
    return this.#lists.at(-1)?.indent ?? -1;
  }

  line(text: string): void {
    this.#paragraph.push(text);
  }

  endParagraph(tag = 'p'): void {
    if (this.#paragraph.length === 0) return;
    const text = this.#paragraph.join('\n');
    this.#paragraph = [];
    const anchor = tag.startsWith('h') ? anchorOf.exec(text)?.[1] : undefined;
    const shown = inlineHtml(text.replace(attributes, '').trim(), this.#targets);
    if (shown !== '')
      this.html += `<${tag}${anchor === undefined ? '' : ` id="${escapeHtml(anchor)}"`}>${shown}</${tag}>\n`;
  }

  /** The paragraph so far is the term that the next definition explains. */
  term(): void {
    const last = this.#paragraph.pop();
    this.endParagraph();
    if (last !== undefined) this.html += `<dt>${inlineHtml(last.trim(), this.#targets)}</dt>`;
  }

  heading(level: number, text: string): void {
    this.closeAll();
    this.#paragraph = [text.replace(/\s#{1,6}(?=\s*(?:\{|$))/g, ' ')];
    this.endParagraph(`h${level}`);
  }

  raw(html: string): void {
    this.html += `${html}\n`;
  }

  code(text: string): void {
    this.endParagraph();
    this.html += `<pre>${escapeHtml(text)}</pre>\n`;
  }

  item(indent: number, marker: string, text: string): void {
    this.endParagraph();
    const ordered = /^\d/.test(marker);
    this.closeLists(indent + 1);
    const open = this.#lists.at(-1);
    if (open && open.indent >= indent - 1 && open.ordered !== ordered) this.closeLists(open.indent);
    const current = this.#lists.at(-1);
    if (!current || indent > current.indent + 1) {
      this.#lists.push({ indent, ordered });
      this.html += ordered ? `<ol start="${Number.parseInt(marker, 10)}"><li>` : '<ul><li>';
    } else this.html += '</li><li>';
    if (text.trim() !== '') this.line(text);
  }

  /** Closes the lists whose items stand at `indent` or further right. */
  closeLists(indent: number): void {
    while (this.#lists.length > 0 && this.#lists.at(-1)!.indent >= indent) {
      this.endParagraph();
      this.html += this.#lists.pop()!.ordered ? '</li></ol>\n' : '</li></ul>\n';
    }
  }

  closeAll(): void {
    this.endParagraph();
    this.closeLists(0);
  }

  table(rows: readonly string[][]): void {
    this.endParagraph();
    const cells = (row: readonly string[], tag: string): string =>
      `<tr>${row.map((cell) => `<${tag}>${inlineHtml(cell, this.#targets)}</${tag}>`).join('')}</tr>`;
    this.html += `<table>${rows.map((row, i) => cells(row, i === 0 ? 'th' : 'td')).join('')}</table>\n`;
  }
}

/** Linear in the text. Templates, expressions and front matter are expected to be gone. */
export function markdownToHtml(text: string): string {
  const { lines, targets } = takeDefinitions(text);
  const writer = new Writer(targets);
  let afterBlank = true;
  let openTags = 0;
  let inHtml = false;
  let closing: string | undefined;
  let noteIndent = 0;
  for (let i = 0; i < lines.length; i++) {
    let line = lines[i]!;
    if (closing !== undefined) {
      writer.raw(line);
      if (line.toLowerCase().includes(closing)) closing = undefined;
      continue;
    }
    if (line.trim() === '') {
      writer.endParagraph();
      if (inHtml) writer.raw('');
      afterBlank = true;
      inHtml = false;
      continue;
    }
    if (noteIndent > 0 && !line.startsWith(' '.repeat(noteIndent))) noteIndent = 0;
    line = line.slice(noteIndent);
    const indent = line.length - line.trimStart().length;
    const wasBlank = afterBlank;
    afterBlank = false;

    const fenced = fence.exec(line);
    if (fenced && !inHtml) {
      const end = endOfFence(lines, i, fenced[2]!);
      writer.code(
        lines
          .slice(i + 1, end)
          .map((one) => one.slice(Math.min(noteIndent + fenced[1]!.length, leading(one))))
          .join('\n'),
      );
      i = end;
      continue;
    }
    if (inHtml || htmlLine.test(line)) {
      writer.endParagraph();
      if (!inHtml) writer.closeLists(indent);
      inHtml = true;
      const open = opaque.exec(line)?.[1]!.toLowerCase();
      if (open !== undefined && !line.toLowerCase().includes(`</${open}`)) closing = `</${open}`;
      for (const [, slash] of line.matchAll(blockTag)) openTags += slash === '/' ? -1 : 1;
      writer.raw(line);
      continue;
    }
    const title = heading.exec(line);
    if (title) {
      writer.heading(title[1]!.length, title[2]!);
      continue;
    }
    const note = indentedNote.exec(line);
    if (note && wasBlank) {
      writer.closeAll();
      if (note[1]) writer.heading(6, note[1]);
      noteIndent = leading(lines[i + 1] ?? '') >= 4 ? 4 : 0;
      afterBlank = true;
      continue;
    }
    const admonition = fencedNote.exec(line);
    if (admonition) {
      writer.closeAll();
      const label = admonition[1] ?? admonition[2];
      if (label) {
        writer.line(label);
        writer.endParagraph();
      }
      afterBlank = true;
      continue;
    }
    if (writer.inParagraph && indent < 4 && /^\s*(?:=+|-{2,})\s*$/.test(line) && writer.listIndent < 0) {
      writer.endParagraph(line.includes('=') ? 'h1' : 'h2');
      continue;
    }
    if (isRule(line)) {
      writer.closeAll();
      continue;
    }
    const bullet = item.exec(line);
    if (bullet && (!writer.inParagraph || writer.listIndent >= 0 || /^(?:[-*+]|1[.)])/.test(bullet[2]!))) {
      writer.item(bullet[1]!.length, bullet[2]!, bullet[4]!);
      continue;
    }
    if (line.includes('|') && isDelimiterRow(lines[i + 1])) {
      const end = endOfTable(lines, i);
      writer.closeLists(indent);
      writer.table([line, ...lines.slice(i + 2, end)].map(cellsOf));
      i = end - 1;
      continue;
    }
    if (/^ {0,3}:\s{1,9}\S/.test(line)) {
      writer.raw('<dl>');
      writer.term();
      writer.raw(`<dd>${inlineHtml(line.replace(/^\s*:\s*/, ''), targets)}</dd></dl>`);
      continue;
    }
    if (wasBlank) writer.closeLists(indent);
    if (wasBlank && indent >= 4 && writer.listIndent < 0 && openTags <= 0) {
      let end = i;
      while (end < lines.length && (leading(lines[end]!) >= 4 || lines[end]!.trim() === '')) end += 1;
      writer.code(
        lines
          .slice(i, end)
          .map((one) => one.slice(4))
          .join('\n')
          .trimEnd(),
      );
      i = end - 1;
      afterBlank = true;
      continue;
    }
    writer.line(line.replace(/^ {0,3}(?:> ?){1,20}(?:\[!\w{1,20}\]\s*$)?/, ''));
  }
  writer.closeAll();
  return writer.html;
}

/** The lines without comments and without the targets of named links. */
function takeDefinitions(text: string): { lines: string[]; targets: LinkTargets } {
  const targets = new Map<string, string>();
  const lines = expandTabs(text)
    .split('\n')
    .filter((line) => {
      const match = definition.exec(line);
      if (match) targets.set(match[1]!.toLowerCase().trim(), match[2]!);
      return !match || match[1]!.startsWith('^');
    });
  return { lines, targets };
}

/** Tabs at the beginnings of lines as four spaces: only indentation has a meaning. */
function expandTabs(text: string): string {
  return text.includes('\t') ? text.replace(/^[ \t]+/gm, (space) => space.replaceAll('\t', '    ')) : text;
}

/** Index of the line that closes a fence, or the number of lines. */
function endOfFence(lines: readonly string[], start: number, mark: string): number {
  for (let i = start + 1; i < lines.length; i++) {
    const text = lines[i]!.trim();
    if (text.startsWith(mark) && text.length === countSame(text)) return i;
  }
  return lines.length;
}

function countSame(text: string): number {
  let length = 0;
  while (text[length] === text[0] && length < text.length) length += 1;
  return length;
}

function leading(line: string): number {
  return line.length - line.trimStart().length;
}

/** Three or more of one sign, with or without spaces. */
function isRule(line: string): boolean {
  const signs = line.replaceAll(' ', '').trim();
  return (
    signs.length >= 3 &&
    (signs[0] === '-' || signs[0] === '*' || signs[0] === '_') &&
    countSame(signs) === signs.length
  );
}

function isDelimiterRow(line: string | undefined): boolean {
  return line !== undefined && line.includes('-') && line.includes('|') && /^[\s|:-]+$/.test(line);
}

function endOfTable(lines: readonly string[], start: number): number {
  let end = start + 2;
  while (end < lines.length && lines[end]!.includes('|') && lines[end]!.trim() !== '') end += 1;
  return end;
}

/** Cells between bars; a bar in code or behind a backslash is part of its cell. */
function cellsOf(line: string): string[] {
  const cells = line
    .trim()
    .replace(/`[^`]{1,500}`|\\\|/g, (found) => found.replaceAll('|', '\ue002').replace('\\\ue002', '\ue002'))
    .split('|')
    .map((cell) => cell.replaceAll('\ue002', '|').trim());
  if (cells[0] === '') cells.shift();
  if (cells.at(-1) === '') cells.pop();
  return cells;
}
