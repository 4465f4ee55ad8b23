/** Questions that a page answers: those it marks up for machines, its title, and its headings. */
import { joinBlocks, type Page, type QuestionAndAnswer } from './page.ts';
import { isQuestion, withQuestionMark } from './question-heading.ts';
import { type Heading, type Section, subtree } from './sections.ts';
import { countWords } from './count-words.ts';

/** What stands below a heading is an answer with at least a short sentence, and at most what a person would still read as a reply. */
const leastWords = 5;
const mostPassages = 2;

/**
 * Each question once, with the whole text of its section as the answer. Where the section has too much text for a
 * reply, its first part, up to the next heading, answers when it says enough; else there is no example.
 */
export function questionsOf(
  page: Page,
  sections: readonly Section[],
  { title, maxWords }: { title: string; maxWords: number },
): QuestionAndAnswer[] {
  const found = new Map<string, QuestionAndAnswer>();
  const add = (question: string, answer: string | undefined, least = leastWords, anchor?: string): void => {
    const key = question
      .toLowerCase()
      .replace(/[\s?？¿]+/g, ' ')
      .trim();
    if (answer === undefined || countWords(answer) < least || found.has(key)) return;
    found.set(key, { question: withQuestionMark(question), answer, ...(anchor !== undefined && { anchor }) });
  };
  const most = maxWords * mostPassages;
  // What a page itself calls an answer may be "Yes."
  for (const { question, answer } of page.questions) add(question, answer, 1);
  if (isQuestion(title) && sections.length > 0) add(title, answerOf(sections, 0, most));
  sections.forEach(({ path }, index) => {
    const heading = path.at(-1);
    const before = sections[index - 1]?.path;
    if (heading === undefined || before?.includes(heading) || !isQuestion(heading.text)) return;
    add(heading.text, answerOf(subtree(sections, index), path.length, most), leastWords, heading.anchor);
  });
  return [...found.values()];
}

/** All the text under a question, its inner headings as lines, or as much of it as makes a reply. */
function answerOf(sections: readonly Section[], inside: number, mostWords: number): string | undefined {
  const told = new Set<Heading>();
  const whole = sections
    .flatMap(({ path, blocks }) => {
      const heading = path.length > inside ? path.at(-1) : undefined;
      const isNew = heading !== undefined && !told.has(heading);
      if (heading !== undefined) told.add(heading);
      return [isNew ? heading.text : '', joinBlocks(blocks)];
    })
    .filter((text) => text !== '')
    .join('\n\n');
  if (countWords(whole) <= mostWords) return whole;
  const first = sections[0]!.path.length <= inside ? joinBlocks(sections[0]!.blocks) : '';
  // What ends with a colon announces what is not in the reply any more.
  return countWords(first) <= mostWords && !/[:：]$/.test(first) ? first : undefined;
}
