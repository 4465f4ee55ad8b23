/** Puts blocks together from what a parser of HTML meets. It knows no tags, only what they mean. */
import { newTable, openCell, type Table, takeRow } from './open-table.ts';
import { type Block, isText, type TextBlock, type TextKind } from './page.ts';
import { questionLevel } from './question-blocks.ts';
import { isQuestion } from './question-heading.ts';
import { RunningText } from './running-text.ts';

/** Where a line may break: soft hyphens and spaces of no width, which no reader sees and no search finds. */
const unseen = /[\u00ad\u200b\u2060\ufeff]/g;

type Facts = Pick<TextBlock, 'linksOnly' | 'lead'>;
type List = { next: number | undefined };
type Zoned = { block: Block; zone: number };

/** One builder makes the blocks of one page: call what the parser meets, then `finish`. */
export class BlockBuilder {
  #blocks: Zoned[] = [];
  #text = new RunningText();
  #kind: TextKind = 'paragraph';
  #heading: { level: number; anchor: string | undefined } | undefined;
  #level = 0;
  #lists: List[] = [];
  /** What stands in front of the next text of a list's item; continued lines of it are only indented. */
  #marker: string | undefined;
  /** Whether the open item is of no list. */
  #isLoose = false;
  #tables: Table[] = [];
  #details: number[] = [];
  #definitions: { level: number; open: boolean }[] = [];
  #isTerm = false;
  #isButton = false;
  #zones: number[] = [];

  text(data: string): void {
    this.#text.add(data.replace(unseen, ''));
  }

  lineBreak(): void {
    this.#text.addBreak(this.#heading || this.#tables.length > 0 ? ' ' : '\n');
  }

  get inHeading(): boolean {
    return this.#heading !== undefined;
  }

  openBold(): void {
    this.#text.openBold();
  }

  closeBold(): void {
    this.#text.closeBold();
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
    const text = this.#text.take().text.replaceAll('\n', ' ');
    if (isQuestion(text)) this.#put('paragraph', text, { lead: text });
  }

  /** A part of the page ends here that no heading opened: of a question asked within it, the answer ends too. */
  endPart(): void {
    this.#flush();
    this.#add({ kind: 'end', level: questionLevel });
  }

  startParagraph(): void {
    if (this.#heading) this.#text.separateWords();
    else this.#flush();
  }

  /** An element that is passed over separates words, and paragraphs where it is not inside a line. */
  breakOff(name: string): void {
    if (name === 'svg' || name === 'math') this.#text.separateWords();
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
    const text = this.#text.take().text.replaceAll('\n', ' ');
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
    this.#text.openLink(href);
  }

  closeLink(): void {
    this.#text.closeLink();
  }

  openCode(): void {
    this.#flush();
    this.#text.openCode();
    this.#kind = 'code';
  }

  closeCode(): void {
    this.#flush();
    this.#text.closeCode();
    this.#kind = 'paragraph';
  }

  openTable(): void {
    this.#flush();
    this.#tables.push(newTable());
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
    openCell(table, isHeader);
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

  closeRow(): void {
    this.closeCell();
    const table = this.#tables.at(-1);
    const row = table && takeRow(table);
    if (row) this.#emit(row.kind, row.text, {});
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
    const { text } = this.#text.take();
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

  #flush(): void {
    if (this.#heading || this.#isTerm || this.#isButton) {
      this.#text.separateWords();
      return;
    }
    const { text, linksOnly, lead } = this.#text.take(this.#kind === 'code');
    this.#put(this.#kind, text, { ...(linksOnly && { linksOnly }), ...(lead !== undefined && { lead }) });
  }

  /** Into the cell that is open, else as a block of its own. */
  #put(kind: TextKind, text: string, facts: Facts): void {
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

  #emit(kind: TextKind, text: string, { linksOnly, lead }: Facts): void {
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
