/** The body of a Word document as blocks. */
import { BlockBuilder } from './block-builder.ts';
import type { ListPlace, Numbering, Styles } from './docx-parts.ts';
import type { Block } from './page.ts';
import { readXml } from './xml.ts';

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
  const builder = new BlockBuilder();
  const counters = new Map<string, number[]>();
  /** A text box holds paragraphs inside one. */
  const open: Paragraph[] = [];
  let hiddenDepth = 0;
  let isHiddenRun = false;
  /** The run that is open; letters of the mark at a paragraph's end have properties too, and are none. */
  let run: { isBold: boolean } | undefined;
  let inText = false;
  let title: string | undefined;
  let heading = '';
  /** Notes that the open paragraphs refer to; each stands below its paragraph. */
  let notes: string[] = [];
  let noteCount = 0;

  const begin = (one: Paragraph): void => {
    if (one.begun) return;
    one.begun = true;
    const style = parts.styles.get(one.style);
    const level = one.outline ?? style?.level;
    const list = one.list === '' ? style?.list : { id: one.list, level: one.level, depth: one.level };
    if (level !== undefined) builder.openHeading(Math.max(1, level), undefined);
    else if (list !== undefined && list.id !== '0')
      builder.item(list.depth, markerOf(list, parts.numbering, counters));
    else builder.startParagraph();
  };
  await readXml(xml, {
    open: (name, attribute) => {
      if (hiddenDepth > 0 || unseen.has(name)) hiddenDepth += 1;
      if (hiddenDepth > 0) return;
      const paragraph = open.at(-1);
      if (name === 'p') open.push({ style: '', outline: undefined, list: '', level: 0, begun: false });
      else if (name === 'tbl') builder.openTable();
      else if (name === 'tr') builder.openRow();
      else if (name === 'tc') builder.openCell(false);
      else if (name === 'tblHeader') builder.markHeaderRow();
      else if (paragraph === undefined) return;
      else if (name === 'hyperlink') {
        begin(paragraph);
        builder.openLink(parts.relations.get(attribute('id') ?? ''));
      } else if (name === 'pStyle') paragraph.style = attribute('val') ?? '';
      else if (name === 'outlineLvl') paragraph.outline = outlineLevel(attribute('val'));
      else if (name === 'ilvl')
        paragraph.level = Math.min(8, Number.parseInt(attribute('val') ?? '', 10) || 0);
      else if (name === 'numId') paragraph.list = attribute('val') ?? '';
      else if (name === 'r') {
        begin(paragraph);
        isHiddenRun = false;
        run = { isBold: false };
      } else if (name === 'b' && run && attribute('val') !== '0' && attribute('val') !== 'false') {
        if (!run.isBold) builder.openBold();
        run.isBold = true;
      } else if (name === 'vanish') isHiddenRun = attribute('val') !== '0' && attribute('val') !== 'false';
      else if (name === 't') inText = true;
      else if (name === 'tab') builder.text(' ');
      else if (name === 'br' || name === 'cr') builder.lineBreak();
      else if (name === 'noBreakHyphen') builder.text('-');
      else if (name === 'footnoteReference' || name === 'endnoteReference') {
        const texts = name === 'footnoteReference' ? parts.footnotes : parts.endnotes;
        const text = texts.get(attribute('id') ?? '') ?? '';
        if (text === '') return;
        noteCount += 1;
        builder.text(`[${noteCount}]`);
        notes.push(`[${noteCount}] ${text}`);
      }
    },
    text: (data) => {
      if (!inText || hiddenDepth > 0 || isHiddenRun) return;
      const style = parts.styles.get(open.at(-1)?.style ?? '');
      if (style?.isContents === true) return;
      builder.text(data);
      if (style?.level === 0 && heading.length < 300) heading += data;
    },
    close: (name) => {
      if (hiddenDepth > 0) {
        hiddenDepth -= 1;
        return;
      }
      if (name === 't') inText = false;
      else if (name === 'r') {
        if (run?.isBold === true) builder.closeBold();
        run = undefined;
      } else if (name === 'hyperlink') builder.closeLink();
      else if (name === 'p') {
        builder.closeHeading();
        builder.closeItem();
        title ??= heading.trim() || undefined;
        heading = '';
        open.pop();
        if (open.length > 0) return;
        for (const note of notes) {
          builder.text(note);
          builder.startParagraph();
        }
        notes = [];
      } else if (name === 'tc') builder.closeCell();
      else if (name === 'tr') builder.closeRow();
      else if (name === 'tbl') builder.closeTable();
    },
  });
  return { blocks: builder.finish(), ...(title !== undefined && { title }) };
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
