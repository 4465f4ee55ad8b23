/** HTML files: their main text, with the title, language, address and marked-up questions that they state. */
import { htmlBlocks } from './html-blocks.ts';
import { questionsInJsonLd } from './json-ld.ts';
import { NoPage, type Page } from './page.ts';

/** A whole HTML file. Throws NoPage for a page that only redirects and for hostile markup. */
export async function readHtml(text: string): Promise<Page> {
  const { blocks, facts } = await htmlBlocks(text);
  if (facts.redirect !== undefined)
    throw new NoPage(`it only sends its readers on to ${facts.redirect}`, { bad: false });
  const heading = blocks.find((block) => block.kind === 'heading' && block.level === 1);
  const title = heading?.kind === 'heading' ? heading.text : facts.title;
  const { language, url, category } = facts;
  const questions = (await Promise.all(facts.jsonLd.map(questionsInJsonLd))).flat();
  return {
    ...(title !== undefined && { title }),
    ...(language !== undefined && { language }),
    ...(url !== undefined && { url }),
    ...(category !== undefined && { category }),
    blocks,
    questions,
    notes: [],
  };
}
