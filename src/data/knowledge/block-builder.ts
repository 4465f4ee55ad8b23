/** Puts blocks together from what a parser of HTML meets. It knows no tags, only what they mean. */
import { type Block, isText, type TextBlock, type TextKind } from './page.ts';
import { questionLevel } from './question-blocks.ts';
import { isQuestion } from './question.ts';
import { isHan } from './size.ts';

type List = { next: number | undefined };
type Table = {
  header: string[] | undefined;
  /** Of the row that is open; `cell` is the one that is open, or -1. */
  cells: string[];
  cell: number;
  isHeader: boolean;
  /** Whether the row says of itself that it is the header. */
  isMarked: boolean;
};
type Zoned = { block: Block; zone: number };

/** A row whose first cell alone is filled is a sentence in a table. */
const cellSeparator = ' | ';

/** One builder makes the blocks of one page: call what the parser meets, then `finish`. */
export class BlockBuilder {
  #blocks: Zoned[] = [];
  #text = '';
  /** Characters of `#text` that are labels of links. */
  #linked = 0;
  /** How many elements in bold letters are open, and what the text begins with in them, until other text follows. */
  #bold = 0;
  #lead = '';
  #isLeadOver = false;
  #kind: TextKind = 'paragraph';
  #heading: { level: number; anchor: string | undefined } | undefined;
  #level = 0;
  #lists: List[] = [];
  /** What stands in front of the next text of a list's item; continued lines of it are only indented. */
  #marker: string | undefined;
  /** Whether the open item is of no list. */
  #isLoose = false;
  /** The link that is open, with the text before it: `#text` is its label until it is closed. */
  #link: { href: string | undefined; before: string } | undefined;
  #code = 0;
  #tables: Table[] = [];
  #details: number[] = [];
  #definitions: { level: number; open: boolean }[] = [];
  #isTerm = false;
  #isButton = false;
  #zones: number[] = [];

  text(data: string): void {
    const added = this.#code > 0 ? data : data.replace(/[\s\u00a0]+/g, collapsed);
    if (this.#bold === 0 && added.trim() !== '') this.#isLeadOver = true;
    if (!this.#isLeadOver) this.#lead += added;
    this.#text += added;
  }

  lineBreak(): void {
    const added = this.#heading || this.#tables.length > 0 ? ' ' : '\n';
    if (!this.#isLeadOver) this.#lead += added;
    this.#text += added;
  }

  get inHeading(): boolean {
    return this.#heading !== undefined;
  }

  openBold(): void {
    this.#bold += 1;
  }

  closeBold(): void {
    this.#bold = Math.max(0, this.#bold - 1);
  }

  /** What opens a part of the page when it is pressed: a paragraph in bold letters where it is a question, else nothing. */
  openButton(): void {
    if (this.#heading) return;
    this.startParagraph();
    this.#isButton = true;
  }

  closeButton(): void {
    if (!this.#isButton) return;
    this.#isButton = false;
    const text = tidy(this.#take()).replaceAll('\n', ' ');
    if (isQuestion(text)) this.#put('paragraph', text, { lead: text });
  }

  /** A part of the page ends here that no heading opened: of a question asked within it, the answer ends too. */
  endPart(): void {
    this.#flush();
    this.#add({ kind: 'end', level: questionLevel });
  }

  startParagraph(): void {
    if (this.#heading) this.#text += ' ';
    else this.#flush();
  }

  /** An element that is passed over separates words, and paragraphs where it is not inside a line. */
  breakOff(name: string): void {
    if (name === 'svg' || name === 'math') this.#text += ' ';
    else this.startParagraph();
  }

  openZone(zone: number): void {
    this.#flush();
    this.#zones.push(zone);
  }

  closeZone(): void {
    this.#flush();
    this.#zones.pop();
  }

  openHeading(level: number, anchor: string | undefined): void {
    this.#flush();
    this.#heading = { level, anchor };
  }

  closeHeading(): void {
    if (!this.#heading) return;
    const { level, anchor } = this.#heading;
    this.#heading = undefined;
    const text = tidy(this.#take()).replaceAll('\n', ' ');
    // In a cell or an item a heading is only emphasis.
    if (this.#tables.length > 0 || this.#lists.length > 0) this.#put('paragraph', text, {});
    else if (text !== '') this.#section(level, text, anchor);
  }

  openList(start?: number): void {
    this.#flush();
    this.#lists.push({ next: start });
  }

  closeList(): void {
    this.#flush();
    this.#lists.pop();
  }

  openItem(): void {
    this.#flush();
    const list = this.#lists.at(-1);
    this.#marker = list?.next === undefined ? '- ' : `${list.next++}. `;
  }

  /** An item of a list that has no beginning and end, only a depth (from 0) and a mark of its own. */
  item(depth: number, marker: string): void {
    this.#flush();
    this.#lists = Array.from({ length: depth + 1 }, () => ({ next: undefined }));
    this.#marker = marker;
    this.#isLoose = true;
  }

  closeItem(): void {
    this.#flush();
    this.#marker = undefined;
    if (this.#isLoose) this.#lists = [];
    this.#isLoose = false;
  }

  openLink(href: string | undefined): void {
    this.closeLink();
    this.#link = { href, before: this.#text };
    this.#text = '';
  }

  /** Adds the address of a link to another site behind its label: `Help desk (https://help.example.com)`. */
  closeLink(): void {
    if (!this.#link) return;
    const { href = '', before } = this.#link;
    this.#link = undefined;
    const label = this.#text.trimEnd();
    const address = href.replace(/^(?:mailto|tel):/i, '').trim();
    const isElsewhere = /^https?:\/\/\S|^(?:mailto|tel):\S/i.test(href) && this.#code === 0;
    const shown =
      isElsewhere && label !== '' && !sameAddress(label, address) ? `${label} (${address})` : label;
    this.#linked += shown.trim().length;
    this.#text = before + shown + this.#text.slice(label.length);
  }

  openCode(): void {
    this.#flush();
    this.#code += 1;
    this.#kind = 'code';
  }

  closeCode(): void {
    this.#flush();
    this.#code = Math.max(0, this.#code - 1);
    this.#kind = 'paragraph';
  }

  openTable(): void {
    this.#flush();
    this.#tables.push({ header: undefined, cells: [], cell: -1, isHeader: true, isMarked: false });
  }

  closeTable(): void {
    this.closeRow();
    this.#tables.pop();
  }

  openRow(): void {
    this.closeRow();
  }

  openCell(isHeader: boolean): void {
    const table = this.#tables.at(-1);
    if (!table) return;
    this.closeCell();
    table.cells.push('');
    table.cell = table.cells.length - 1;
    if (!isHeader && !table.isMarked) table.isHeader = false;
  }

  /** The row that is open is a header, whatever its cells are called. */
  markHeaderRow(): void {
    const table = this.#tables.at(-1);
    if (table) table.isMarked = true;
  }

  closeCell(): void {
    this.#flush();
    const table = this.#tables.at(-1);
    if (table) table.cell = -1;
  }

  /** A row under a header says what each cell is: `Country: Chile; Code: +56`. */
  closeRow(): void {
    this.closeCell();
    const table = this.#tables.at(-1);
    if (!table || table.cells.length === 0) return;
    const { cells, header, isHeader } = table;
    Object.assign(table, { cells: [], isHeader: true, isMarked: false });
    const filled = cells.filter((cell) => cell !== '');
    if (filled.length === 0) return;
    if (isHeader && cells.length > 1 && header === undefined) {
      table.header = cells;
      return;
    }
    const text =
      header === undefined || filled.length === 1
        ? filled.join(cellSeparator)
        : cells
            .map((cell, i) => (header[i] ? `${header[i]}: ${cell}` : cell))
            .filter((_, i) => cells[i] !== '')
            .join('; ');
    this.#emit(filled.length === 1 && header === undefined ? 'paragraph' : 'row', text, {});
  }

  openDetails(): void {
    this.#flush();
    this.#details.push(-1);
  }

  openSummary(): void {
    if (this.#details.length > 0) this.openHeading(this.#innerLevel(), undefined);
  }

  closeSummary(): void {
    const level = this.#heading?.level;
    this.closeHeading();
    if (level !== undefined && this.#details.length > 0) this.#details[this.#details.length - 1] = level;
  }

  closeDetails(): void {
    this.#flush();
    const level = this.#details.pop();
    if (level !== undefined && level > 0) this.#end(level);
  }

  openDefinitions(): void {
    this.#flush();
    this.#definitions.push({ level: this.#innerLevel(), open: false });
  }

  openTerm(): void {
    this.#flush();
    this.#isTerm = true;
  }

  /** A term that is a question is a heading over its answer; any other announces its definition. */
  closeTerm(): void {
    const list = this.#definitions.at(-1);
    this.#isTerm = false;
    const text = tidy(this.#take());
    if (text === '') return;
    if (list && isQuestion(text)) {
      this.#section(list.level, text, undefined);
      list.open = true;
    } else this.#put('paragraph', /[:：?!。.]$/.test(text) ? text : `${text}:`, {});
  }

  closeDefinitions(): void {
    this.#flush();
    const list = this.#definitions.pop();
    if (list?.open) this.#end(list.level);
  }

  /** The blocks of the page's main part where it marks one, else all of them. */
  finish(): Block[] {
    this.closeLink();
    this.#flush();
    while (this.#tables.length > 0) this.closeTable();
    let best = 0;
    for (const { block, zone } of this.#blocks) if (isText(block) && zone > best) best = zone;
    return this.#blocks.filter(({ zone }) => zone >= best).map(({ block }) => block);
  }

  #innerLevel(): number {
    return Math.min(this.#level, 6) + 1;
  }

  #section(level: number, text: string, anchor: string | undefined): void {
    this.#level = level;
    this.#add({ kind: 'heading', level, text, ...(anchor !== undefined && { anchor }) });
  }

  #end(level: number): void {
    this.#level = level - 1;
    this.#add({ kind: 'end', level });
  }

  #take(): string {
    this.closeLink();
    const text = this.#text;
    this.#text = '';
    this.#linked = 0;
    this.#lead = '';
    this.#isLeadOver = false;
    return text;
  }

  #flush(): void {
    if (this.#heading || this.#isTerm || this.#isButton) {
      this.#text += ' ';
      return;
    }
    if (this.#link) this.closeLink();
    const linked = this.#linked;
    const lead = tidy(this.#lead);
    const raw = this.#take();
    const text = this.#kind === 'code' ? raw.replace(/^\n/, '').trimEnd() : tidy(raw);
    if (text.trim() === '') return;
    this.#put(this.#kind, text, {
      ...(linked > 0 && linked >= lengthWithoutSigns(text) && { linksOnly: true }),
      ...(lead !== '' && text.startsWith(lead) && { lead }),
    });
  }

  /** Into the cell that is open, else as a block of its own. */
  #put(kind: TextKind, text: string, facts: Pick<TextBlock, 'linksOnly' | 'lead'>): void {
    if (text === '') return;
    const table = this.#tables.at(-1);
    if (!table || table.cell < 0) this.#emit(kind, text, facts);
    else {
      const before = table.cells[table.cell]!;
      const marker = this.#marker !== undefined ? '- ' : '';
      this.#marker = undefined;
      const line = text.replaceAll('\n', ' ');
      table.cells[table.cell] = before === '' ? line : `${before} ${marker}${line}`;
    }
  }

  #emit(kind: TextKind, text: string, { linksOnly, lead }: Pick<TextBlock, 'linksOnly' | 'lead'>): void {
    const outer = this.#tables.at(-2);
    if (outer && outer.cell >= 0) {
      outer.cells[outer.cell] = `${outer.cells[outer.cell]} ${text}`.trim();
      return;
    }
    const inList = this.#lists.length > 0;
    const indent = '  '.repeat(Math.min(Math.max(0, this.#lists.length - 1), 8));
    const marker = this.#marker;
    if (inList) this.#marker = undefined;
    const line = inList ? `${indent}${marker ?? '  '}${text.replaceAll('\n', `\n${indent}  `)}` : text;
    this.#add({
      kind: inList ? 'item' : kind,
      text: line,
      ...(linksOnly && { linksOnly }),
      ...(lead !== undefined && !inList && { lead }),
    });
  }

  #add(block: Block): void {
    this.#blocks.push({ block, zone: Math.max(0, ...this.#zones) });
  }
}

/** One space for white space, and none for a line break between two Chinese characters. */
function collapsed(space: string, at: number, text: string): string {
  if (!space.includes('\n')) return ' ';
  const before = text.charCodeAt(at - 1);
  const after = text.charCodeAt(at + space.length);
  return isWide(before) && isWide(after) ? '' : ' ';
}

/** Chinese characters and the punctuation between them. */
function isWide(code: number): boolean {
  return isHan(code) || (code >= 0x3000 && code <= 0x303f) || (code >= 0xff00 && code <= 0xff60);
}

/** No white space at the ends of lines or twice in a row, no empty lines. */
function tidy(text: string): string {
  return text
    .split('\n')
    .map((line) => line.replace(/ {2,}/g, ' ').trim())
    .filter((line) => line !== '')
    .join('\n');
}

const signs = ' \n-•*>|.;,·';

/** Characters without the signs between and around links. */
function lengthWithoutSigns(text: string): number {
  let start = 0;
  let end = text.length;
  while (start < end && signs.includes(text[start]!)) start += 1;
  while (end > start && signs.includes(text[end - 1]!)) end -= 1;
  return end - start;
}

function sameAddress(label: string, address: string): boolean {
  const bare = (text: string): string =>
    text
      .toLowerCase()
      .replace(/^https?:\/\/(?:www\.)?/, '')
      .replace(/\/$/, '');
  return bare(label) === bare(address);
}
