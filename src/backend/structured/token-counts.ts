/** How many tokens a request can have, and had. */
import type { PaidAnswer } from './answer-cache.ts';
import { type Exchange, schemaInstruction, type ServerAnswer, type TokenCounts } from './server.ts';

/**
 * The most tokens that a request can cost. No tokenizer makes more tokens than there are bytes; what a chat template and
 * a vendor's own instructions around a schema add is allowed for.
 */
export function mostOf(request: Exchange): TokenCounts {
  const texts = [
    ...request.messages.map(({ content }) => content),
    schemaInstruction(request),
    request.schemaName,
  ];
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  return { input: bytes + 32 * request.messages.length + 256, output: request.maxTokens };
}

/** Where a server does not count, the bounds are counted, and as unconfirmed. */
export function priced(answer: ServerAnswer, lost: TokenCounts, most: TokenCounts): PaidAnswer {
  const { tokens, text, finish } = answer;
  const isSound =
    tokens !== undefined &&
    (finish === 'filtered' || (tokens.input > 0 && (tokens.output > 0 || text === '')));
  if (isSound) return { answer, spent: tokens, lost };
  const bound = { input: most.input, output: Math.min(most.output, Buffer.byteLength(text)) };
  return { answer, spent: nothing, lost: plus(lost, bound) };
}

export const nothing: TokenCounts = { input: 0, output: 0 };

export const plus = (a: TokenCounts, b: TokenCounts): TokenCounts => ({
  input: a.input + b.input,
  output: a.output + b.output,
});
export const minus = (a: TokenCounts, b: TokenCounts): TokenCounts => ({
  input: a.input - b.input,
  output: a.output - b.output,
});
