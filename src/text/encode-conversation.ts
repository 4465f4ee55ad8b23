/**
 * A conversation as token ids, with the assistant's turns marked for the loss.
 *
 * Works for any chat template, because it asks the template itself: the text before an answer is what the template
 * renders for the messages so far with the generation prompt, the answer ends where it ends when it is the last message.
 * Both are checked against the rendering of the whole conversation, whose token ids are the result.
 */
import { AttuneError } from '../base/errors.ts';
import type { Example, Message } from '../data/example.ts';
import type { ChatFormat } from './chat-format.ts';
import { renderChat, type ChatTemplate } from './chat-template.ts';
import type { EncodedExample } from './encoded-example.ts';
import { quoteMessages } from './quote-messages.ts';

/** Character offsets, half open. */
type Span = { start: number; end: number };

/**
 * Encodes `example` as the model sees it. Supervised are the assistant's turns: text, tool calls and the end-of-turn
 * token, but neither the header before them nor the white space after; turns with `trained: false` are left out.
 * Throws AttuneError 'model' when the template cannot show such a conversation, or shows it otherwise when it goes on
 * than when it is answered, so that what is trained would differ from what is served.
 */
export function encodeConversation(
  { tokenizer, template, patterns }: ChatFormat,
  example: Example,
): EncodedExample {
  const { messages, guard } = quoteMessages(example.messages, patterns);
  const text = renderChat(template, messages, { addGenerationPrompt: false });
  const spans = answerSpans(template, messages, text);
  const encode = (part: string): number[] => tokenizer.encode(part, guard);
  return { id: example.meta.id, ...encodeSpans(encode, text, spans) };
}

type Encode = (text: string) => number[];

/** Where the trained answers lie in `text`, the rendering of all messages. */
function answerSpans(template: ChatTemplate, messages: readonly Message[], text: string): Span[] {
  const spans: Span[] = [];
  let previousEnd: number | undefined;
  for (const [i, message] of messages.entries()) {
    if (message.role !== 'assistant') {
      previousEnd = undefined;
      continue;
    }
    const start = startOfAnswer(template, messages.slice(0, i), text, previousEnd);
    const answer = answerText(template, messages.slice(0, i + 1), text, start);
    checkNothingLost(message, answer);
    previousEnd = start + answer.length;
    if (message.trained !== false) spans.push({ start, end: start + answer.trimEnd().length });
  }
  return spans;
}

/** The length of what the model is given before it answers; `previousEnd` is the end of an answer just before. */
function startOfAnswer(
  template: ChatTemplate,
  before: readonly Message[],
  text: string,
  previousEnd: number | undefined,
): number {
  const prompt = renderChat(template, before, { addGenerationPrompt: true });
  if (text.startsWith(prompt)) return prompt.length;
  // Some templates (Qwen3) write the last answer differently, which matters where two answers follow one another.
  const withoutHeader =
    before.length === 0 ? '' : renderChat(template, before, { addGenerationPrompt: false });
  const header = prompt.startsWith(withoutHeader) ? prompt.slice(withoutHeader.length) : undefined;
  if (previousEnd !== undefined && header !== undefined && text.startsWith(header, previousEnd)) {
    return previousEnd + header.length;
  }
  throw inconsistent(prompt, text);
}

/** The answer from `start` on: header excluded, end-of-turn token and what the template writes after it included. */
function answerText(
  template: ChatTemplate,
  upToAnswer: readonly Message[],
  text: string,
  start: number,
): string {
  const whole = renderChat(template, upToAnswer, { addGenerationPrompt: false });
  if (text.startsWith(whole) && whole.length >= start) return whole.slice(start);
  // The template adds text (an empty <think> block) only before the last answer: leave that out.
  const contentAt = whole.lastIndexOf(upToAnswer.at(-1)!.content.trim());
  for (let from = 0; from <= contentAt; from++) {
    if (text.startsWith(whole.slice(from), start)) return whole.slice(from);
  }
  throw inconsistent(whole, text);
}

/** A template may leave out what it does not know, which would train the model on half an answer: throws AttuneError 'model'. */
export function checkNothingLost(message: Message, answer: string): void {
  const lost = (message.toolCalls ?? []).find((call) => !answer.includes(call.name));
  if (lost !== undefined) {
    throw new AttuneError('model', `The chat template leaves out the assistant's tool call "${lost.name}".`, {
      fix: 'Choose a base whose template knows tools, or leave tool calls out of the records.',
    });
  }
  if (!answer.includes(message.content.trim())) {
    const shown = JSON.stringify(message.content.trim().slice(0, 60));
    throw new AttuneError('model', `The chat template leaves out or changes the assistant's text ${shown}.`, {
      fix: 'Put text and tool calls into separate turns, or choose another base.',
    });
  }
}

function inconsistent(part: string, whole: string): AttuneError {
  let at = 0;
  while (at < part.length && part[at] === whole[at]) at++;
  const found = JSON.stringify(whole.slice(at, at + 40));
  const expected = JSON.stringify(part.slice(at, at + 40));
  return new AttuneError(
    'model',
    `The chat template writes ${expected} when an answer is due, but ${found} in the whole conversation.`,
    { fix: 'Use records with one answer each and no system prompt, or a base with a simpler chat template.' },
  );
}

function encodeSpans(
  encode: Encode,
  text: string,
  spans: readonly Span[],
): { tokens: Int32Array; supervised: Uint8Array } {
  const tokens = Int32Array.from(encode(text));
  const supervised = new Uint8Array(tokens.length);
  const ranges = rangesByPieces(encode, text, spans, tokens) ?? rangesByPrefix(encode, text, spans, tokens);
  for (const { start, end } of ranges) supervised.fill(1, start, end);
  return { tokens, supervised };
}

/** Token ranges of the spans, by encoding the text in pieces; undefined where a token lies across an edge. */
function rangesByPieces(
  encode: Encode,
  text: string,
  spans: readonly Span[],
  tokens: Int32Array,
): Span[] | undefined {
  const ranges: Span[] = [];
  let done = 0;
  let count = 0;
  const advance = (to: number): boolean => {
    const ids = encode(text.slice(done, to));
    const same = ids.every((id, i) => tokens[count + i] === id);
    count += ids.length;
    done = to;
    return same;
  };
  for (const span of spans) {
    if (!advance(span.start)) return undefined;
    const start = count;
    if (!advance(span.end)) return undefined;
    ranges.push({ start, end: count });
  }
  return advance(text.length) && count === tokens.length ? ranges : undefined;
}

/** The same by prefixes: an edge is the first token that differs from those of the text up to it. */
function rangesByPrefix(encode: Encode, text: string, spans: readonly Span[], tokens: Int32Array): Span[] {
  const edge = (offset: number): number => {
    const ids = encode(text.slice(0, offset));
    const different = ids.findIndex((id, i) => tokens[i] !== id);
    return different < 0 ? ids.length : different;
  };
  return spans.map(({ start, end }) => ({ start: edge(start), end: edge(end) }));
}
