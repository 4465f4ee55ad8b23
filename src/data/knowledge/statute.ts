/** Statutes in Chinese: an article begins with its number and is quoted by it, so it stays one passage. */
import { isText, type Block } from './page.ts';

/** 第三条, 第十七条之一; the number is quoted in the section's path. */
const article = /^第[零〇一二三四五六七八九十百千]{1,9}条(?:之[一二三四五六七八九十]{1,3})?(?=[\s\u3000]|$)/;
/** A page that quotes an article or two is no statute. */
const leastArticles = 3;

/** The number of the article that a text begins with. */
function articleNumber(text: string): string | undefined {
  return article.exec(text)?.[0];
}

/** Puts a heading in front of every article of a statute; other pages come back as they are. */
export function withArticles(blocks: readonly Block[]): { blocks: Block[]; isStatute: boolean } {
  const count = blocks.filter((block) => isText(block) && articleNumber(block.text) !== undefined).length;
  if (count < leastArticles) return { blocks: [...blocks], isStatute: false };
  const marked: Block[] = [];
  for (const block of blocks) {
    const number = isText(block) ? articleNumber(block.text) : undefined;
    if (number !== undefined) marked.push({ kind: 'heading', level: articleLevel, text: number });
    marked.push(block);
  }
  return { blocks: marked, isStatute: true };
}

/** Below every heading that Markdown or HTML knows. */
const articleLevel = 7;
