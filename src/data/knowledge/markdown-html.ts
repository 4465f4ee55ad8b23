/**
 * Markdown blocks to HTML, so that pages which mix both are read by one reader. CommonMark with tables, definition lists
 * and notes as the common site generators have them; what has no meaning as text (images, rules, attributes) is left out.
 */
import { HtmlWriter } from './html-writer.ts';
import { inlineHtml, type LinkTargets } from './markdown-inline.ts';
import {
  cellsOf,
  endOfFence,
  endOfTable,
  isDelimiterRow,
  isEndOfFence,
  isRule,
  leading,
} from './markdown-lines.ts';

const fence = /^( {0,12})(`{3,}|~{3,})/;
/** A fence within a quote, whose lines all begin with the sign of the quote. */
const quotedFence = /^ {0,12}(?:> ?){1,20} {0,3}(`{3,}|~{3,})/;
const quoteSign = /^ {0,12}(?:> ?){1,20}/;
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
const definition =
  /^ {0,3}\[([^\]\n]{1,200})\]:\s{0,9}<?([^\s<>]{1,2000})>?(?:\s{1,9}["'(][^"'()\n]{0,500}["')])?\s{0,9}$/;

/** In front of the text of a footnote. */
const footnote = /^ {0,3}\[\^[^\]\s]{1,100}\]:\s{0,9}/;

/** How far a text is read. */
type Reading = {
  lines: readonly string[];
  targets: LinkTargets;
  writer: HtmlWriter;
  /** Whether the line before is empty, or what stands there begins anew in any other way. */
  afterBlank: boolean;
  /** Elements of HTML that are open around the Markdown. */
  openTags: number;
  inHtml: boolean;
  /** What ends the element whose content is passed on as it is: `</script`. */
  closing: string | undefined;
  /** Spaces before each line of the note that is open. */
  noteIndent: number;
};

/** A line without the indentation of the note it stands in. */
type Line = { text: string; index: number; indent: number; wasBlank: boolean };

/** Writes the block that begins with the line, and gives the index of the line behind it; nothing where it is another's. */
type BlockReader = (reading: Reading, line: Line) => number | undefined;

/** In this order: the first that knows the line has it. */
const blockReaders: readonly BlockReader[] = [
  readFence,
  readQuotedFence,
  readHtml,
  readHeading,
  readIndentedNote,
  readFencedNote,
  readUnderline,
  readRule,
  readItem,
  readTable,
  readDefinition,
];

/** Linear in the text. Templates, expressions and front matter are expected to be gone. */
export function markdownToHtml(text: string): string {
  const { lines, targets } = takeDefinitions(text);
  const writer = new HtmlWriter(targets);
  const reading: Reading = {
    lines,
    targets,
    writer,
    afterBlank: true,
    openTags: 0,
    inHtml: false,
    closing: undefined,
    noteIndent: 0,
  };
  for (let index = 0; index < lines.length;) index = readBlock(reading, index);
  writer.closeAll();
  return writer.html;
}

/** Index of the line behind the block. */
function readBlock(reading: Reading, index: number): number {
  const { writer } = reading;
  const whole = reading.lines[index]!;
  if (reading.closing !== undefined) {
    writer.raw(whole);
    if (whole.toLowerCase().includes(reading.closing)) reading.closing = undefined;
    return index + 1;
  }
  if (whole.trim() === '') {
    writer.endParagraph();
    if (reading.inHtml) writer.raw('');
    reading.afterBlank = true;
    reading.inHtml = false;
    return index + 1;
  }
  if (reading.noteIndent > 0 && !whole.startsWith(' '.repeat(reading.noteIndent))) reading.noteIndent = 0;
  const text = whole.slice(reading.noteIndent);
  const line = { text, index, indent: leading(text), wasBlank: reading.afterBlank };
  reading.afterBlank = false;
  for (const read of blockReaders) {
    const next = read(reading, line);
    if (next !== undefined) return next;
  }
  if (line.wasBlank) writer.closeLists(line.indent);
  const end = readIndentedCode(reading, line);
  if (end !== undefined) return end;
  writer.line(text.replace(/^ {0,3}(?:> ?){1,20}(?:\[!\w{1,20}\]\s*$)?/, '').replace(footnote, ''));
  return index + 1;
}

function readFence(
  { lines, writer, inHtml, noteIndent }: Reading,
  { text, index }: Line,
): number | undefined {
  const match = inHtml ? null : fence.exec(text);
  if (!match) return undefined;
  const end = endOfFence(lines, index, match[2]!);
  const code = lines
    .slice(index + 1, end)
    .map((one) => one.slice(Math.min(noteIndent + match[1]!.length, leading(one))));
  writer.code(code.join('\n'));
  return end + 1;
}

function readQuotedFence({ lines, writer, inHtml }: Reading, { text, index }: Line): number | undefined {
  const match = inHtml ? null : quotedFence.exec(text);
  if (!match) return undefined;
  const mark = match[1]!;
  const code: string[] = [];
  let end = index + 1;
  for (; end < lines.length && quoteSign.test(lines[end]!); end++) {
    const line = lines[end]!.replace(quoteSign, '');
    if (isEndOfFence(line, mark)) {
      end += 1;
      break;
    }
    code.push(line);
  }
  writer.endParagraph();
  writer.code(code.join('\n'));
  return end;
}

function readHtml(reading: Reading, { text, index, indent }: Line): number | undefined {
  const { writer } = reading;
  if (!reading.inHtml && !htmlLine.test(text)) return undefined;
  writer.endParagraph();
  if (!reading.inHtml) writer.closeLists(indent);
  reading.inHtml = true;
  const open = opaque.exec(text)?.[1]!.toLowerCase();
  if (open !== undefined && !text.toLowerCase().includes(`</${open}`)) reading.closing = `</${open}`;
  for (const [, slash] of text.matchAll(blockTag)) reading.openTags += slash === '/' ? -1 : 1;
  writer.raw(text);
  return index + 1;
}

function readHeading({ writer }: Reading, { text, index }: Line): number | undefined {
  const match = heading.exec(text);
  if (!match) return undefined;
  writer.heading(match[1]!.length, match[2]!);
  return index + 1;
}

function readIndentedNote(reading: Reading, { text, index, wasBlank }: Line): number | undefined {
  const match = wasBlank ? indentedNote.exec(text) : null;
  if (!match) return undefined;
  reading.writer.closeAll();
  if (match[1]) reading.writer.heading(6, match[1]);
  let next = index + 1;
  while (next < reading.lines.length && reading.lines[next]!.trim() === '') next += 1;
  reading.noteIndent = leading(reading.lines[next] ?? '') >= 4 ? 4 : 0;
  reading.afterBlank = true;
  return index + 1;
}

function readFencedNote(reading: Reading, { text, index }: Line): number | undefined {
  const match = fencedNote.exec(text);
  if (!match) return undefined;
  reading.writer.closeAll();
  const label = match[1] ?? match[2];
  if (label) {
    reading.writer.line(label);
    reading.writer.endParagraph();
  }
  reading.afterBlank = true;
  return index + 1;
}

/** A line of `=` or `-` makes a heading of the paragraph above it. */
function readUnderline({ writer }: Reading, { text, index, indent }: Line): number | undefined {
  const isUnderline = indent < 4 && /^\s*(?:=+|-{2,})\s*$/.test(text);
  if (!isUnderline || !writer.inParagraph || writer.listIndent >= 0) return undefined;
  writer.endParagraph(text.includes('=') ? 'h1' : 'h2');
  return index + 1;
}

function readRule({ writer }: Reading, { text, index }: Line): number | undefined {
  if (!isRule(text)) return undefined;
  writer.closeAll();
  return index + 1;
}

/** In a paragraph a number begins an item only where it is 1, as CommonMark has it. */
function readItem({ writer }: Reading, { text, index }: Line): number | undefined {
  const match = item.exec(text);
  if (!match || (writer.inParagraph && writer.listIndent < 0 && !/^(?:[-*+]|1[.)])/.test(match[2]!)))
    return undefined;
  writer.item(match[1]!.length, match[2]!, match[4]!);
  return index + 1;
}

function readTable({ lines, writer }: Reading, { text, index, indent }: Line): number | undefined {
  if (!text.includes('|') || !isDelimiterRow(lines[index + 1])) return undefined;
  const end = endOfTable(lines, index);
  writer.closeLists(indent);
  writer.table([text, ...lines.slice(index + 2, end)].map(cellsOf));
  return end;
}

/** `: What it means`, below its term. */
function readDefinition({ writer, targets }: Reading, { text, index }: Line): number | undefined {
  if (!/^ {0,3}:\s{1,9}\S/.test(text)) return undefined;
  writer.raw('<dl>');
  writer.term();
  writer.raw(`<dd>${inlineHtml(text.replace(/^\s*:\s*/, ''), targets)}</dd></dl>`);
  return index + 1;
}

function readIndentedCode(reading: Reading, { index, indent, wasBlank }: Line): number | undefined {
  const { lines, writer } = reading;
  if (!wasBlank || indent < 4 || writer.listIndent >= 0 || reading.openTags > 0) return undefined;
  let end = index;
  while (end < lines.length && (leading(lines[end]!) >= 4 || lines[end]!.trim() === '')) end += 1;
  const code = lines.slice(index, end).map((one) => one.slice(4));
  writer.code(code.join('\n').trimEnd());
  reading.afterBlank = true;
  return end;
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
