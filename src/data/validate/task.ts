/** What kind of task a data set teaches, told from the data, and how many examples that kind needs. */
import type { Example } from '../example.ts';
import { countWords } from '../knowledge/count-words.ts';
import type { TaskType } from './report.ts';

/** Fewer examples than this seldom teach a task. */
export const leastExamples: Readonly<Record<TaskType, number>> = {
  classification: 100,
  generation: 100,
  chat: 500,
  code: 200,
  summarisation: 100,
};

/** A label, not an answer. */
const labelWords = 6;
/** Replies that are labels repeat: at most this share of them is distinct. */
const distinctLabels = 0.2;
const longPromptCharacters = 400;
const shortReplyShare = 0.35;
const countedReplies = 10_000;

/** Gathers what tells the task, in memory that does not grow with the data. */
export class TaskSigns {
  #records = 0;
  #dialogues = 0;
  #code = 0;
  #labels = 0;
  #summaries = 0;
  #asked = 0;
  readonly #replies = new Set<string>();

  add({ messages }: Example): void {
    const users = messages.filter(({ role }) => role === 'user');
    const reply = messages.findLast(({ role }) => role === 'assistant')?.content.trim();
    if (reply === undefined || users.length === 0) return;
    this.#records += 1;
    if (users.length > 1) this.#dialogues += 1;
    if (reply.includes('```') || looksLikeCode(reply)) this.#code += 1;
    if (countWords(reply.slice(0, 400)) <= labelWords) {
      this.#labels += 1;
      if (this.#replies.size < countedReplies) this.#replies.add(reply.toLowerCase());
    }
    const prompt = messages.reduce(
      (sum, { role, content }) => sum + (role === 'user' || role === 'system' ? content.length : 0),
      0,
    );
    if (prompt >= longPromptCharacters && reply.length <= shortReplyShare * prompt) this.#summaries += 1;
    if (users.some(({ content }) => /\b(?:summar|tl;?dr\b|in brief\b)/i.test(content))) this.#asked += 1;
  }

  /** The type that most records look like, with the figures that say so. */
  told(): { type: TaskType; reason: string } {
    const share = (count: number): number => count / Math.max(1, this.#records);
    const percent = (count: number): string => `${Math.round(100 * share(count))} %`;
    if (this.#records === 0) return { type: 'generation', reason: 'no record could be looked at' };
    if (share(this.#dialogues) >= 0.5)
      return {
        type: 'chat',
        reason: `${percent(this.#dialogues)} of the records have more than one user message`,
      };
    if (share(this.#code) >= 0.5)
      return { type: 'code', reason: `${percent(this.#code)} of the replies are code` };
    const distinct = this.#replies.size;
    if (share(this.#labels) >= 0.8 && distinct <= Math.max(2, distinctLabels * this.#labels))
      return {
        type: 'classification',
        reason: `${percent(this.#labels)} of the replies are ${labelWords} words or fewer, and only ${distinct} of them differ`,
      };
    if (share(this.#asked) >= 0.5)
      return { type: 'summarisation', reason: `${percent(this.#asked)} of the records ask for a summary` };
    if (share(this.#summaries) >= 0.8 && share(this.#labels) < 0.5)
      return {
        type: 'summarisation',
        reason: `${percent(this.#summaries)} of the records have a long text and a reply of at most ${100 * shortReplyShare} % of its length`,
      };
    return { type: 'generation', reason: 'most records are one question and one written answer' };
  }
}

/** Most of its lines end or begin as lines of code do. */
function looksLikeCode(text: string): boolean {
  const lines = text
    .slice(0, 4000)
    .split('\n')
    .filter((line) => line.trim() !== '');
  const code = lines.filter((line) =>
    /[;{}]$|^\s*(?:def|class|import|from|return|const|let|var|function|SELECT|#include|public|private)\b.|=>|==/.test(
      line.trimEnd(),
    ),
  );
  return lines.length >= 2 && code.length >= lines.length / 2;
}
