/** A knowledge base as its files, page by page: passages, and examples for the questions that a page answers. */
import { resolve } from 'node:path';
import { sha256 } from '../../base/hash.ts';
import { loadLanguageDetector } from '../../text/language.ts';
import { type KnowledgeConfig, knowledgeName, type PassagesConfig } from '../config/knowledge.ts';
import type { Example } from '../example.ts';
import { throwIfInterrupted } from '../../base/interrupt.ts';
import { pageAddress, withAnchor } from './page-address.ts';
import { questionsOf } from './faq.ts';
import { withQuestionHeadings } from './question-blocks.ts';
import { isText, NoPage, type Page } from './page.ts';
import { pageLanguage } from './page-language.ts';
import type { Passage } from './passage.ts';
import { openPdfReader } from './pdf.ts';
import { readPage } from './read-page.ts';
import { type Section, sectionsOf, withoutSignposts } from './sections.ts';
import { sitemapFiles, sitemapPages } from './sitemap.ts';
import { splitSections } from './split-sections.ts';
import { withArticles } from './statute.ts';
import { type FoundFile, versionDate, walkFiles } from './walk-files.ts';

export type KnowledgePage =
  /** `notes`: what was left out of the page. */
  | { place: string; passages: Passage[]; examples: Example[]; notes: string[]; left?: undefined }
  /** Why a file gave nothing; `bad` when it is broken or was refused. */
  | { place: string; left: string; bad: boolean; passages?: undefined };

export type KnowledgeContext = { projectFolder: string; passages: PassagesConfig; signal: AbortSignal };

/** Every file of a knowledge base in order. Memory is bounded by the largest page. */
export async function* readKnowledge(
  config: KnowledgeConfig,
  context: KnowledgeContext,
): AsyncGenerator<KnowledgePage> {
  const detect = await loadLanguageDetector();
  const pdf = openPdfReader();
  const read = new Map<string, string>();
  try {
    for await (const file of filesOf(config, context)) {
      throwIfInterrupted(context.signal);
      const place = placeOf(config, file);
      if (file.left !== undefined) {
        yield { place, left: file.left, bad: false };
        continue;
      }
      try {
        const page = await readPage(file.path, pdf, context.signal);
        throwIfInterrupted(context.signal);
        refuseRepeated(page, place, read);
        yield { place, ...cutPage(page, file, place, config, context.passages, detect) };
      } catch (cause) {
        if (!(cause instanceof NoPage)) throw cause;
        throwIfInterrupted(context.signal);
        yield { place, left: cause.message, bad: cause.bad };
      }
    }
  } finally {
    await pdf.close();
  }
}

/** The files on disk that a knowledge base is made from. */
export async function knowledgeFiles(config: KnowledgeConfig, projectFolder: string): Promise<string[]> {
  const context = { projectFolder, signal: new AbortController().signal };
  const files: string[] = [];
  for await (const file of filesOf(config, context)) if (file.left === undefined) files.push(file.path);
  if (config.sitemap !== undefined)
    files.push(...(await sitemapFiles(resolve(projectFolder, config.sitemap))));
  return files;
}

function filesOf(
  { path, sitemap }: KnowledgeConfig,
  { projectFolder, signal }: Pick<KnowledgeContext, 'projectFolder' | 'signal'>,
): AsyncGenerator<FoundFile> {
  const root = resolve(projectFolder, path);
  return sitemap === undefined
    ? walkFiles(root, signal)
    : sitemapPages(resolve(projectFolder, sitemap), root);
}

/** The file as the project file would write it. */
function placeOf({ path }: KnowledgeConfig, { name }: FoundFile): string {
  const root = path.replaceAll('\\', '/').replace(/\/$/, '');
  return root === name || root.endsWith(`/${name}`) ? root : `${root}/${name}`;
}

/** Sites keep copies of pages; each text is read once. */
function refuseRepeated(page: Page, place: string, read: Map<string, string>): void {
  const text = page.blocks.map((block) => (block.kind === 'end' ? '' : block.text)).join('\n');
  if (text.trim() === '') return;
  const key = sha256(text).slice(0, 32);
  const before = read.get(key);
  if (before !== undefined) throw new NoPage(`it has the same text as ${before}`, { bad: false });
  read.set(key, place);
}

function cutPage(
  page: Page,
  { name, url: listed }: FoundFile & { left?: undefined },
  place: string,
  config: KnowledgeConfig,
  passages: PassagesConfig,
  detect: Awaited<ReturnType<typeof loadLanguageDetector>>,
): { passages: Passage[]; examples: Example[]; notes: string[] } {
  const source = knowledgeName(config);
  const fileName = name.split('/').at(-1)!;
  const title = titleOf(page, fileName);
  const { blocks, isStatute } = withArticles(withQuestionHeadings(page.blocks));
  const { kept, dropped } = withoutSignposts(withoutTitle(sectionsOf(blocks), page.title));
  const text = page.blocks.filter(isText).map((block) => block.text);
  if (text.length === 0 && page.questions.length === 0)
    throw new NoPage('there is no text in it', { bad: false });
  const url = page.url ?? listed ?? pageAddress(page, name, config.base_url);
  const language = pageLanguage(page.language, name, page.address, config.language, () =>
    detect(text.join('\n').slice(0, 4000)),
  );
  const facts = { source, ...(language !== undefined && { language }) };
  const id = `${source}/${name}`;
  return {
    passages: splitSections(kept, passages, { whole: isStatute }).map(({ text: piece, path, sheet }, i) => {
      const section = path.map((heading) => heading.text).join(' › ');
      return {
        id: `${id}#${i + 1}`,
        text: piece,
        title,
        ...(section !== '' && { section }),
        ...(url !== undefined && { url: withAnchor(url, { anchor: path.at(-1)?.anchor, sheet }) }),
        ...facts,
        place: sheet === undefined ? `${place}#${i + 1}` : `${place}#page=${sheet}`,
      };
    }),
    examples: questionsOf(page, kept, { title, maxWords: passages.max_words }).map(
      ({ question, answer, anchor }, i): Example => ({
        messages: [
          { role: 'user', content: question },
          { role: 'assistant', content: answer },
        ],
        meta: {
          id: `${id}#question-${i + 1}`,
          // An answer may hold those of other questions about the page.
          conversation: `page ${id}`,
          ...facts,
          ...(page.category !== undefined && { topic: page.category }),
          ...(url !== undefined && { url: withAnchor(url, { anchor }) }),
          kind: 'faq',
          place,
        },
      }),
    ),
    notes: [
      ...page.notes,
      ...dropped.map(
        ({ path }) => `left out a section that is only links to other pages: ${path.at(-1)!.text}`,
      ),
    ],
  };
}

/** The page's own title, with the date that its file's name ends with; else its first heading, else the name. */
function titleOf(page: Page, fileName: string): string {
  const date = versionDate(fileName);
  const heading = page.blocks.find((block) => block.kind === 'heading');
  const title =
    page.title ??
    (heading?.kind === 'heading'
      ? heading.text
      : fileName
          .replace(/\.\w{1,8}$/, '')
          .replace(/[-_]+/g, ' ')
          .trim());
  return date === undefined || title.includes(date) ? title : `${title} (${date})`;
}

/** A heading that only repeats the page's title is no section of its own. */
function withoutTitle(sections: readonly Section[], title: string | undefined): Section[] {
  if (title === undefined) return [...sections];
  const isTitle = (text: string): boolean => text.trim().toLowerCase() === title.trim().toLowerCase();
  return sections.map(({ path, blocks }) => ({ path: path.filter(({ text }) => !isTitle(text)), blocks }));
}
