/**
 * What a user sees of the tokens that a model generates. Where the tokenizer has tokens for the marks of a tool call, as
 * training writes them, only these make a call: a model that repeats what somebody typed spells the marks in letters.
 */
import { toolCallMarks } from '../text/tool-call.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import { type CallMark, ReplyText } from './reply-text.ts';
import { TokenText } from './token-text.ts';

export class ReplyTokens {
  readonly reply: ReplyText;
  readonly #text: TokenText;
  readonly #marks: ReadonlyMap<number, CallMark>;

  constructor(tokenizer: Tokenizer, stops: readonly string[] = []) {
    this.#text = new TokenText(tokenizer);
    this.#marks = markTokens(tokenizer);
    this.reply = new ReplyText(stops, { marksAreTokens: this.#marks.size > 0 });
  }

  /** Takes the next token and returns the text that can be shown now. */
  push(token: number): string {
    const mark = this.#marks.get(token);
    if (mark === undefined) return this.reply.push(this.#text.push(token));
    return this.reply.push(this.#text.finish()) + this.reply.pushMark(mark);
  }

  /** No more tokens will come: returns what was held back. */
  finish(): string {
    return this.reply.push(this.#text.finish()) + this.reply.finish();
  }
}

/** Ids of the tokens that mark calls; none where the tokenizer lacks one, and marks are letters. */
function markTokens(tokenizer: Tokenizer): Map<number, CallMark> {
  const added = new Set(tokenizer.addedTokens.map(({ content }) => content));
  const marks = new Map<number, CallMark>();
  for (const mark of ['start', 'end'] as const) {
    const id = added.has(toolCallMarks[mark]) ? tokenizer.tokenId(toolCallMarks[mark]) : undefined;
    if (id === undefined) return new Map();
    marks.set(id, mark);
  }
  return marks;
}
