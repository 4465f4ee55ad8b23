/** The thread that pdf.ts starts: says that it is ready, then bytes of a file in, its page or why there is none out. */
import { parentPort } from 'node:worker_threads';
import { getDocumentProxy, getResolvedPDFJS } from 'unpdf';
import type { Page } from './page.ts';
import { pageOfSheets, type TextLine } from './pdf-layout.ts';

export type PdfReply = { type: 'page'; page: Page } | { type: 'refused'; reason: string };

const mostSheets = 5000;
const mostCharacters = 50_000_000;

parentPort!.on('message', (bytes: Uint8Array) => {
  void readPdf(bytes).then((reply) => parentPort!.postMessage(reply));
});
await getResolvedPDFJS();
parentPort!.postMessage('ready');

async function readPdf(bytes: Uint8Array): Promise<PdfReply> {
  const refused = (reason: string): PdfReply => ({ type: 'refused', reason });
  let document: Awaited<ReturnType<typeof getDocumentProxy>> | undefined;
  try {
    document = await getDocumentProxy(bytes, {
      useSystemFonts: false,
      disableFontFace: true,
      useWasm: false,
      maxImageSize: 1,
      verbosity: 0,
    });
    if (document.numPages > mostSheets)
      return refused(`it has ${document.numPages} pages, over ${mostSheets}`);
    const sheets: TextLine[][] = [];
    let characters = 0;
    for (let number = 1; number <= document.numPages; number++) {
      const sheet = await document.getPage(number);
      const lines = linesOf((await sheet.getTextContent()).items);
      sheet.cleanup();
      characters += lines.reduce((sum, { text }) => sum + text.length, 0);
      if (characters > mostCharacters) return refused(`it holds more than ${mostCharacters} characters`);
      sheets.push(lines);
    }
    if (characters === 0)
      return refused(
        'there is no text in it: its pages are pictures, or its fonts do not say what their letters are',
      );
    const { info } = (await document.getMetadata()) as { info: { Title?: unknown; Language?: unknown } };
    return { type: 'page', page: pageOfSheets(sheets, { title: info.Title, language: info.Language }) };
  } catch (cause) {
    const { name } = cause as Error;
    return refused(
      name === 'PasswordException'
        ? 'it is protected by a password'
        : `it is no PDF file that can be read (${name})`,
    );
  } finally {
    await document?.loadingTask.destroy().catch(() => {});
  }
}

type Item = { str: string; transform: number[]; width: number; hasEOL: boolean };

/** A gap of so many letters' heights is none between words. */
const wideGap = 1.5;

/** Pieces of text in the order of the file, put together where they stand on one line and next to one another. */
function linesOf(items: readonly object[]): TextLine[] {
  const lines: TextLine[] = [];
  let line: TextLine | undefined;
  /** Blanks are pieces of their own, as wide as the gap that they fill. */
  let blank = false;
  for (const item of items) {
    if (!('str' in item)) continue;
    const { str, transform, width, hasEOL } = item as Item;
    const [, , c = 0, d = 0, x = 0, y = 0] = transform;
    const size = Math.hypot(c, d);
    if (str.trim() !== '') {
      if (line !== undefined && Math.abs(line.y - y) > 0.5 * Math.max(size, line.size)) line = undefined;
      const gap = line === undefined ? 0 : x - line.right;
      if (line === undefined || gap > wideGap * Math.max(size, line.size))
        lines.push((line = { text: '', x, y, size, right: x, ...(line && { beside: true }) }));
      const isApart =
        line.text !== '' && (blank || gap > 0.2 * size) && !/\s$/.test(line.text) && !/^\s/.test(str);
      line.text += (isApart ? ' ' : '') + str;
      line.right = Math.max(line.right, x + width);
      line.size = Math.max(line.size, size);
      blank = false;
    } else if (str !== '') blank = true;
    if (hasEOL) line = undefined;
  }
  return lines.filter(({ text }) => text.trim() !== '');
}
