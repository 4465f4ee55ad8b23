/** DOCX (ECMA-376, WordprocessingML): headings by style, paragraphs, lists, tables and notes of the document's body. */
import { openZip, type ZipArchive, ZipError, type ZipLimits } from '../../formats/zip.ts';
import { readDocumentXml } from './docx-body.ts';
import { readNotes, readNumbering, readRelations, readStyles } from './docx-parts.ts';
import { NoPage, type Page } from './page.ts';
import { readXml } from './xml.ts';

/** Far over any document of text; a manual of 1,000 pages unpacks to about 10 MB. */
const limits: ZipLimits = {
  entries: 10_000,
  entryBytes: 64 * 1024 * 1024,
  totalBytes: 128 * 1024 * 1024,
  ratio: 200,
};
/** Encrypted documents and those of Word before 2007 are in Microsoft's older container. */
const compoundFile = Buffer.from('d0cf11e0a1b11ae1', 'hex');

/** Throws NoPage for what is no DOCX file, is encrypted or damaged, and for bombs of any kind. */
export async function readDocx(bytes: Buffer): Promise<Page> {
  if (bytes.subarray(0, 8).equals(compoundFile))
    throw new NoPage('it is encrypted or of a Word older than 2007', { bad: true });
  try {
    return await readParts(openZip(bytes, limits));
  } catch (cause) {
    if (cause instanceof ZipError) throw new NoPage(cause.message, { bad: true });
    throw cause;
  }
}

async function readParts(zip: ZipArchive): Promise<Page> {
  const part = (name: string): string | undefined => zip.read(name)?.toString('utf8');
  const main = await mainPart(part);
  const folder = main.slice(0, main.lastIndexOf('/') + 1);
  const document = part(main);
  if (document === undefined)
    throw new NoPage('it is a ZIP archive without a Word document in it', { bad: true });
  const relations = await readRelations(part(`${folder}_rels/${main.slice(folder.length)}.rels`));
  const styles = await readStyles(part(`${folder}styles.xml`));
  const numbering = await readNumbering(part(`${folder}numbering.xml`));
  const footnotes = await readNotes(part(`${folder}footnotes.xml`));
  const endnotes = await readNotes(part(`${folder}endnotes.xml`));
  const { blocks, title } = await readDocumentXml(document, {
    styles,
    numbering,
    relations,
    footnotes,
    endnotes,
  });
  const stated = title ?? (await statedTitle(part('docProps/core.xml')));
  return { ...(stated !== undefined && { title: stated }), blocks, questions: [], notes: [] };
}

/** The package says which part is the document; nearly always word/document.xml. */
async function mainPart(part: (name: string) => string | undefined): Promise<string> {
  let target: string | undefined;
  await readXml(part('_rels/.rels') ?? '', {
    open: (name, attribute) => {
      if (name === 'Relationship' && attribute('Type')?.endsWith('/officeDocument'))
        target ??= attribute('Target');
    },
  });
  return (target ?? 'word/document.xml').replace(/^\//, '');
}

async function statedTitle(core: string | undefined): Promise<string | undefined> {
  let title = '';
  let isTitle = false;
  await readXml(core ?? '', {
    open: (name) => (isTitle = name === 'title'),
    text: (data) => {
      if (isTitle && title.length < 300) title += data;
    },
    close: () => (isTitle = false),
  });
  return title.trim() || undefined;
}
