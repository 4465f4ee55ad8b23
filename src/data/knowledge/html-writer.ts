/** Writes the HTML of Markdown's blocks. It knows no lines of Markdown, only what they mean. */
import { escapeHtml, inlineHtml, type LinkTargets } from './markdown-inline.ts';

const attributes = /\{:?\s?[#.][^{}\n]{0,500}\}|\{:[^{}\n]{0,500}\}/g;
const anchorOf = /\{:?\s?(?:[^{}\n]{0,200}\s)?#([\w:.-]{1,200})[^{}\n]{0,200}\}/;

type List = { indent: number; ordered: boolean };

/** One writer makes the HTML of one text: paragraphs and lists stay open until what follows ends them. */
export class HtmlWriter {
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
