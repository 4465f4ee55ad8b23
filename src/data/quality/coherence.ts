import { isContentLength } from '../../text/hashed-words.ts';
import { isCutOff } from './cut-off.ts';
import { meanOfKnown } from './mean-of-known.ts';
import { repliesOf, type Turn } from './reading.ts';

/** A reply that shares this many content words with what was said before is about it. */
const enoughShared = 3;
/** Replies with fewer content words ("You're welcome!") are about nothing in particular. */
const leastContentWords = 3;
/** A statement of fewer words is a courtesy, no answer. */
const leastAnswerWords = 3;

/**
 * Whether the replies belong to what was asked, from 0 to 1, the mean of three: the overlap of words between replies and
 * what the customer said before, the share of the customer's questions that the next reply says something to, and
 * whether the last reply is whole. Unknown without a reply in words.
 */
export function coherence(turns: readonly Turn[]): number | undefined {
  const last = repliesOf(turns).at(-1);
  if (last === undefined) return undefined;
  return meanOfKnown([relatedness(turns), answeredShare(turns), isCutOff(last.text) ? 0 : 1]);
}

/** Mean over the replies that state something: shared content stems with the customer's words so far, of at most `enoughShared`. */
function relatedness(turns: readonly Turn[]): number | undefined {
  const asked = new Set<number>();
  let sum = 0;
  let count = 0;
  for (const { role, text, words } of turns) {
    if (role === 'user') {
      words.stems.forEach((stem, i) => isContentLength(words.lengths[i]!) && asked.add(stem));
      continue;
    }
    // An agent who asks back brings new words of need.
    if (asked.size === 0 || endsInQuestion(text)) continue;
    const content = new Set(words.stems.filter((_, i) => isContentLength(words.lengths[i]!)));
    if (content.size < leastContentWords) continue;
    let shared = 0;
    for (const stem of content) shared += Number(asked.has(stem));
    sum += Math.min(1, shared / Math.min(enoughShared, asked.size, content.size));
    count += 1;
  }
  return count === 0 ? undefined : sum / count;
}

function answeredShare(turns: readonly Turn[]): number | undefined {
  let questions = 0;
  let answered = 0;
  turns.forEach(({ role, text }, i) => {
    if (role !== 'user' || !hasQuestionMark(text)) return;
    const reply = turns.slice(i + 1, i + 4).find((one) => one.role === 'assistant' && one.text !== '');
    questions += 1;
    if (reply && says(reply)) answered += 1;
  });
  return questions === 0 ? undefined : answered / questions;
}

/** Whether a reply says more than a courtesy; a question back is fair where the agent needs to know more. */
function says({ words }: Turn): boolean {
  return words.hashes.length >= leastAnswerWords;
}

const hasQuestionMark = (text: string): boolean => /[?？؟]/.test(text);

function endsInQuestion(text: string): boolean {
  let end = text.length;
  while (end > 0 && /[\s"'”’)\]]/.test(text[end - 1]!)) end -= 1;
  return end > 0 && hasQuestionMark(text[end - 1]!);
}
