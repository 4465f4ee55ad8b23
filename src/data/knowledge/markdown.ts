/** Markdown pages of sites and repositories: Jekyll, Hugo, Docusaurus, MkDocs, plain. */
import { isRecord } from '../../base/json.ts';
import { readFrontMatter } from './front-matter.ts';
import { htmlBlocks } from './html-blocks.ts';
import { stripLiquid } from './liquid.ts';
import { markdownToHtml } from './markdown-html.ts';
import { stripMdx } from './mdx.ts';
import { isText, NoPage, type Page, type QuestionAndAnswer } from './page.ts';

/** A list whose only item kramdown puts the table of contents in place of. */
const kramdownContents = /^ {0,3}(?:[*+-]|1\.) [^\n]{0,100}\n {0,3}\{:\s?toc\b[^}\n]{0,100}\}[ \t]{0,20}$/gim;

/** Throws NoPage for a page that only sends its readers on, and for hostile HTML in it. */
export async function readMarkdown(text: string, { mdx }: { mdx: boolean }): Promise<Page> {
  const { facts, body, error } = await readFrontMatter(text.replace(/\r\n?/g, '\n'));
  const target = factText(facts, 'redirect_to') ?? factText(facts, 'redirect');
  if (target !== undefined) throw new NoPage(`it only sends its readers on to ${target}`, { bad: false });
  const isMdx = mdx || importsComponents(body);
  const plain = outsideFences(body, (prose) => {
    const markdown = stripComments(stripLiquid(prose, facts)).replace(kramdownContents, '');
    return isMdx ? stripMdx(markdown) : markdown;
  });
  const { blocks } = await htmlBlocks(markdownToHtml(plain));
  const heading = blocks.find((block) => !isText(block));
  const title =
    factText(facts, 'title') ??
    factText(facts, 'meta_title') ??
    (heading?.kind === 'heading' && heading.level === 1 ? heading.text : undefined);
  const language = factText(facts, 'lang') ?? factText(facts, 'language') ?? factText(facts, 'locale');
  const address = factText(facts, 'permalink') ?? factText(facts, 'slug') ?? factText(facts, 'url');
  const category = firstText(facts, ['category', 'categories', 'section', 'topic', 'topics']);
  return {
    ...(title !== undefined && { title }),
    ...(language !== undefined && { language }),
    ...(address !== undefined && (/^https?:\/\//.test(address) ? { url: address } : { address })),
    ...(category !== undefined && { category }),
    blocks,
    questions: await questionsInFacts(facts),
    notes: error === undefined ? [] : [error],
  };
}

function factText(facts: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const fact = facts[name];
  if (typeof fact !== 'string' && typeof fact !== 'number') return undefined;
  return String(fact).replace(/\s+/g, ' ').trim() || undefined;
}

function firstText(facts: Readonly<Record<string, unknown>>, names: readonly string[]): string | undefined {
  for (const name of names) {
    const fact = facts[name];
    const text = Array.isArray(fact) ? factText({ first: fact[0] }, 'first') : factText(facts, name);
    if (text !== undefined) return text;
  }
  return undefined;
}

/** Questions that layouts show from a page's facts: `faq: [{question, answer}]`. */
async function questionsInFacts(facts: Readonly<Record<string, unknown>>): Promise<QuestionAndAnswer[]> {
  const found: QuestionAndAnswer[] = [];
  for (const list of [facts['faq'], facts['faqs'], facts['questions']]) {
    if (!Array.isArray(list)) continue;
    for (const entry of list as unknown[]) {
      if (!isRecord(entry)) continue;
      const question = factText(entry, 'question') ?? factText(entry, 'q') ?? factText(entry, 'title');
      const answer = ['answer', 'a', 'content']
        .map((name) => entry[name])
        .find((one) => typeof one === 'string');
      if (question === undefined || answer === undefined) continue;
      const { blocks } = await htmlBlocks(markdownToHtml(answer as string));
      found.push({
        question,
        answer: blocks
          .filter(isText)
          .map((block) => block.text)
          .join('\n'),
      });
    }
  }
  return found;
}

/** Applies `change` to what is not between code fences. */
function outsideFences(text: string, change: (prose: string) => string): string {
  if (!/^ {0,12}(?:```|~~~)/m.test(text)) return change(text);
  const parts: string[] = [];
  let prose: string[] = [];
  let mark: string | undefined;
  for (const line of text.split('\n')) {
    const found = /^ {0,12}(`{3,20}|~{3,20})/.exec(line)?.[1];
    if (mark === undefined && found !== undefined) {
      if (prose.length > 0) parts.push(change(prose.join('\n')));
      prose = [];
      mark = found;
      parts.push(line);
    } else if (mark !== undefined) {
      parts.push(line);
      if (found !== undefined && found.startsWith(mark)) mark = undefined;
    } else prose.push(line);
  }
  if (prose.length > 0) parts.push(change(prose.join('\n')));
  return parts.join('\n');
}

/** Docusaurus reads its .md files as MDX too; a page that uses components imports them. */
function importsComponents(body: string): boolean {
  let found = false;
  outsideFences(body, (prose) => {
    found ||= /^import [\w*{][^'"\n]{0,300} from ['"][^'"\n]{1,300}['"];?\s{0,5}$/m.test(prose);
    return prose;
  });
  return found;
}

/** HTML comments; one that is never closed is text. */
function stripComments(text: string): string {
  let plain = '';
  let at = 0;
  for (let open = text.indexOf('<!--'); open >= 0; open = text.indexOf('<!--', at)) {
    const close = text.indexOf('-->', open + 4);
    if (close < 0) break;
    plain += text.slice(at, open);
    at = close + 3;
  }
  return plain + text.slice(at);
}
