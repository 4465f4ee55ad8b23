/** Text of tokens as they come. A character may be spread over several tokens, so incomplete ones are held back. */
import type { Tokenizer } from '../text/tokenizer.ts';

const replacement = '\ufffd';
/** Beyond this the bytes are not a slow character but no UTF-8 at all, and are shown as the decoder shows them. */
const maxHeldTokens = 16;

export class TokenText {
  readonly #tokenizer: Tokenizer;
  #held: number[] = [];

  constructor(tokenizer: Tokenizer) {
    this.#tokenizer = tokenizer;
  }

  /** Takes the next token and returns the text that is complete with it. */
  push(token: number): string {
    this.#held.push(token);
    const text = this.#tokenizer.decode(this.#held);
    if (text.endsWith(replacement) && this.#held.length < maxHeldTokens) return '';
    this.#held = [];
    return text;
  }

  /** No more tokens will come: returns what was held back. */
  finish(): string {
    const text = this.#tokenizer.decode(this.#held);
    this.#held = [];
    return text;
  }
}
