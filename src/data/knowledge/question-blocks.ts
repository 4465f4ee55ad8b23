/** Questions that stand in the text of a page without being headings, as help pages write them. */
import { type Block, isText, type TextBlock } from './page.ts';
import { isQuestion } from './question-heading.ts';

const questionMark = /^(?:q|question|frage|pregunta|domanda|问|問|问题)\s?\d{0,3}\s?[:.：)]\s{0,5}/i;
const answerMark = /^(?:a|answer|antwort|réponse|respuesta|risposta|答|回答)\s?\d{0,3}\s?[:.：)]\s{0,5}/i;
/** "Q: Where is it? A: On its way." in one paragraph. */
const both =
  /^[^?？]{3,300}[?？]\s{0,5}(?=(?:a|answer|antwort|réponse|respuesta|risposta|答|回答)\s?\d{0,3}\s?[:.：)])/i;
const longestQuestion = 300;

type Found = { question: string; rest: string };

/** Below every heading that Markdown or HTML knows, so that each of them ends the answer. */
export const questionLevel = 7;

/**
 * Puts a heading in place of every paragraph that is a question: one marked "Q:" whose answer is marked "A:", or one
 * whose emphasised beginning ends with a question mark. Other blocks come back as they are.
 */
export function withQuestionHeadings(blocks: readonly Block[]): Block[] {
  const result: Block[] = [];
  let answering = false;
  blocks.forEach((block, i) => {
    if (!isText(block)) {
      // The end of a part of the page only matters to an answer.
      if (answering || block.kind === 'heading' || block.level < questionLevel) result.push(block);
      answering = false;
      return;
    }
    const found = block.kind === 'paragraph' ? questionIn(block, blocks[i + 1]) : undefined;
    if (found) {
      const sheet = block.sheet === undefined ? {} : { sheet: block.sheet };
      result.push({ kind: 'heading', level: questionLevel, text: found.question, ...sheet });
      if (found.rest !== '') result.push({ ...plain(block), text: found.rest.replace(answerMark, '') });
      answering = true;
    } else if (answering && block.kind === 'paragraph' && answerMark.test(block.text))
      result.push({ ...plain(block), text: block.text.replace(answerMark, '') });
    else result.push(plain(block));
  });
  return result;
}

/** The question that a paragraph begins with, where an answer stands behind or below it. */
function questionIn({ text, lead }: TextBlock, next: Block | undefined): Found | undefined {
  const mark = questionMark.exec(text)?.[0];
  if (mark !== undefined) {
    const asked = text.slice(mark.length);
    const question = both.exec(asked)?.[0].trim();
    if (question !== undefined) return { question, rest: asked.slice(question.length).trim() };
    const answered = next !== undefined && isText(next) && answerMark.test(next.text);
    if (answered && asked.length <= longestQuestion) return { question: asked, rest: '' };
  }
  if (lead === undefined || !/[?？]["'”’»)）]?$/.test(lead) || !isQuestion(lead)) return undefined;
  const rest = text.slice(lead.length).trim();
  const isAnswered = rest !== '' || (next !== undefined && isText(next) && next.lead !== next.text);
  return isAnswered ? { question: mark === undefined ? lead : lead.slice(mark.length), rest } : undefined;
}

function plain(block: TextBlock): TextBlock {
  const { lead: _lead, ...rest } = block;
  return rest;
}
