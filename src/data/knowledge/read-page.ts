/** One file of a knowledge base as a page, by the format that its name says. */
import { readFile, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { decodeText } from './decode-text.ts';
import { readDocx } from './docx.ts';
import { readHtml } from './html.ts';
import { readMarkdown } from './markdown.ts';
import { NoPage, type Page } from './page.ts';
import type { PdfReader } from './pdf.ts';
import { readPlainText } from './plain-text.ts';

/** A page is read whole. A book has 1 MB of text, and its pictures fill PDF and DOCX files. */
const mostBytes = { text: 16 * 1024 * 1024, document: 64 * 1024 * 1024 };

type Reader = {
  mostBytes: number;
  read: (bytes: Buffer, pdf: PdfReader, signal: AbortSignal) => Promise<Page> | Page;
};

const markdown: Reader = {
  mostBytes: mostBytes.text,
  read: (bytes) => readMarkdown(decodeText(bytes), { mdx: false }),
};
const html: Reader = { mostBytes: mostBytes.text, read: (bytes) => readHtml(decodeText(bytes)) };
const plain: Reader = { mostBytes: mostBytes.text, read: (bytes) => readPlainText(decodeText(bytes)) };

const readers: Readonly<Record<string, Reader>> = {
  '.md': markdown,
  '.markdown': markdown,
  '.mdx': { mostBytes: mostBytes.text, read: (bytes) => readMarkdown(decodeText(bytes), { mdx: true }) },
  '.html': html,
  '.htm': html,
  '.xhtml': html,
  '.pdf': { mostBytes: mostBytes.document, read: (bytes, pdf, signal) => pdf.read(bytes, signal) },
  '.docx': { mostBytes: mostBytes.document, read: (bytes) => readDocx(bytes) },
  '.txt': plain,
  '.text': plain,
};

/** Throws NoPage with the reason why the file gives none; nothing in a file makes it throw anything else. */
export async function readPage(path: string, pdf: PdfReader, signal: AbortSignal): Promise<Page> {
  const extension = extname(path).toLowerCase();
  const reader = Object.hasOwn(readers, extension) ? readers[extension] : undefined;
  if (!reader)
    throw new NoPage(
      extension === ''
        ? 'its name has no ending that says what it is'
        : `${extension.slice(0, 20)} files are not read`,
      { bad: false },
    );
  try {
    const { size } = await stat(path);
    if (size > reader.mostBytes)
      throw new NoPage(`it is ${size} bytes long, over ${reader.mostBytes}`, { bad: true });
    return await reader.read(await readFile(path), pdf, signal);
  } catch (cause) {
    if (cause instanceof NoPage) throw cause;
    const { code, name } = cause as NodeJS.ErrnoException;
    throw new NoPage(
      code === undefined ? `it breaks its reader (${name})` : `it cannot be opened (${code})`,
      { bad: true },
    );
  }
}
