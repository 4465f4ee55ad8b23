/** The body of a Word document as blocks. */
import { BlockBuilder } from './block-builder.ts';
import type { ListPlace, Numbering, Styles } from './docx-parts.ts';
import type { Block } from './page.ts';
import { readXml } from './xml.ts';

type Attribute = (name: string) => string | undefined;

type Parts = {
  styles: Styles;
  numbering: Numbering;
  relations: ReadonlyMap<string, string>;
  footnotes: ReadonlyMap<string, string>;
  endnotes: ReadonlyMap<string, string>;
};

/** Deleted text, instructions of fields, and the copies that Word keeps for older programs. */
const unseen = new Set(['del', 'moveFrom', 'instrText', 'delText', 'Fallback', 'comment']);

/** What is known of a paragraph before its first text: properties come first in it. */
type Paragraph = { style: string; outline: number | undefined; list: string; level: number; begun: boolean };

/** `title` is the paragraph in the style Title. Throws NoPage for hostile XML. */
export async function readDocumentXml(
  xml: string,
  parts: Parts,
): Promise<{ blocks: Block[]; title?: string }> {
  const reader = new BodyReader(parts);
  await readXml(xml, {
    open: (name, attribute) => reader.open(name, attribute),
    text: (data) => reader.text(data),
    close: (name) => reader.close(name),
  });
  return reader.finish();
}

/** One reader makes the blocks of one body, of what the parser meets. */
class BodyReader {
  readonly #parts: Parts;
  readonly #builder = new BlockBuilder();
  readonly #counters = new Map<string, number[]>();
  /** A text box holds paragraphs inside one. */
  readonly #open: Paragraph[] = [];
  #hiddenDepth = 0;
  #isHiddenRun = false;
  /** The run that is open; letters of the mark at a paragraph's end have properties too, and are none. */
  #run: { isBold: boolean } | undefined;
  #inText = false;
  #title: string | undefined;
  #heading = '';
  /** Notes that the open paragraphs refer to; each stands below its paragraph. */
  #notes: string[] = [];
  #noteCount = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  open(name: string, attribute: Attribute): void {
    if (this.#hiddenDepth > 0 || unseen.has(name)) this.#hiddenDepth += 1;
    if (this.#hiddenDepth > 0) return;
    const paragraph = this.#open.at(-1);
    if (name === 'p') this.#open.push({ style: '', outline: undefined, list: '', level: 0, begun: false });
    else if (name === 'tbl') this.#builder.openTable();
    else if (name === 'tr') this.#builder.openRow();
    else if (name === 'tc') this.#builder.openCell(false);
    else if (name === 'tblHeader') this.#builder.markHeaderRow();
    else if (paragraph !== undefined) this.#openInside(paragraph, name, attribute);
  }

  text(data: string): void {
    if (!this.#inText || this.#hiddenDepth > 0 || this.#isHiddenRun) return;
    const style = this.#parts.styles.get(this.#open.at(-1)?.style ?? '');
    if (style?.isContents === true) return;
    this.#builder.text(data);
    if (style?.level === 0 && this.#heading.length < 300) this.#heading += data;
  }

  close(name: string): void {
    if (this.#hiddenDepth > 0) this.#hiddenDepth -= 1;
    else if (name === 't') this.#inText = false;
    else if (name === 'r') {
      if (this.#run?.isBold === true) this.#builder.closeBold();
      this.#run = undefined;
    } else if (name === 'hyperlink') this.#builder.closeLink();
    else if (name === 'p') this.#closeParagraph();
    else if (name === 'tc') this.#builder.closeCell();
    else if (name === 'tr') this.#builder.closeRow();
    else if (name === 'tbl') this.#builder.closeTable();
  }

  finish(): { blocks: Block[]; title?: string } {
    const title = this.#title;
    return { blocks: this.#builder.finish(), ...(title !== undefined && { title }) };
  }

  #openInside(paragraph: Paragraph, name: string, attribute: Attribute): void {
    if (name === 'hyperlink') {
      this.#begin(paragraph);
      this.#builder.openLink(this.#parts.relations.get(attribute('id') ?? ''));
    } else if (name === 'pStyle') paragraph.style = attribute('val') ?? '';
    else if (name === 'outlineLvl') paragraph.outline = outlineLevel(attribute('val'));
    else if (name === 'ilvl') paragraph.level = Math.min(8, Number.parseInt(attribute('val') ?? '', 10) || 0);
    else if (name === 'numId') paragraph.list = attribute('val') ?? '';
    else if (name === 'r') {
      this.#begin(paragraph);
      this.#isHiddenRun = false;
      this.#run = { isBold: false };
    } else if (name === 'b' && this.#run && isOn(attribute)) {
      if (!this.#run.isBold) this.#builder.openBold();
      this.#run.isBold = true;
    } else if (name === 'vanish') this.#isHiddenRun = isOn(attribute);
    else if (name === 't') this.#inText = true;
    else if (name === 'tab') this.#builder.text(' ');
    else if (name === 'br' || name === 'cr') this.#builder.lineBreak();
    else if (name === 'noBreakHyphen') this.#builder.text('-');
    else if (name === 'footnoteReference') this.#refer(this.#parts.footnotes, attribute('id'));
    else if (name === 'endnoteReference') this.#refer(this.#parts.endnotes, attribute('id'));
  }

  /** Opens the paragraph's block at its first content: only then all of its properties are known. */
  #begin(one: Paragraph): void {
    if (one.begun) return;
    one.begun = true;
    const style = this.#parts.styles.get(one.style);
    const level = one.outline ?? style?.level;
    const list = one.list === '' ? style?.list : { id: one.list, level: one.level, depth: one.level };
    if (level !== undefined) this.#builder.openHeading(Math.max(1, level), undefined);
    else if (list !== undefined && list.id !== '0')
      this.#builder.item(list.depth, markerOf(list, this.#parts.numbering, this.#counters));
    else this.#builder.startParagraph();
  }

  #refer(notes: ReadonlyMap<string, string>, id = ''): void {
    const text = notes.get(id) ?? '';
    if (text === '') return;
    this.#noteCount += 1;
    this.#builder.text(`[${this.#noteCount}]`);
    this.#notes.push(`[${this.#noteCount}] ${text}`);
  }

  #closeParagraph(): void {
    this.#builder.closeHeading();
    this.#builder.closeItem();
    this.#title ??= this.#heading.trim() || undefined;
    this.#heading = '';
    this.#open.pop();
    if (this.#open.length > 0) return;
    for (const note of this.#notes) {
      this.#builder.text(note);
      this.#builder.startParagraph();
    }
    this.#notes = [];
  }
}

/** A property that is there is on, unless it says otherwise. */
function isOn(attribute: Attribute): boolean {
  return attribute('val') !== '0' && attribute('val') !== 'false';
}

/** Levels are counted from 0; 9 is body text. */
function outlineLevel(value: string | undefined): number | undefined {
  return value !== undefined && /^[0-8]$/.test(value) ? Number(value) + 1 : undefined;
}

function markerOf({ id, level }: ListPlace, numbering: Numbering, counters: Map<string, number[]>): string {
  const { ordered, start } = numbering(id, level);
  let counts = counters.get(id);
  if (!counts) counters.set(id, (counts = []));
  counts.length = Math.min(counts.length, level + 1);
  counts[level] = (counts[level] ?? start - 1) + 1;
  return ordered ? `${counts[level]}. ` : '- ';
}
