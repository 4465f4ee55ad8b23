/**
 * Telling what a message says from what its template writes. A template makes one text of both, in which "<|im_end|>"
 * typed by a customer would end the turn: a prompt injection when a model answers, damaged data when it is trained. So
 * a guard is put behind the first character of every control token that a message spells out, before the template is
 * rendered; the tokenizer leaves guarded text whole and takes the guards out again (Tokenizer.encode). The ids are those
 * of `split_special_tokens` in transformers and of `parse_special = false` in llama.cpp, for the messages alone.
 */
import { isRecord } from '../base/json.ts';
import type { Message, ToolCall } from '../data/example.ts';
import type { ChatTemplate } from './chat-template.ts';
import type { Tokenizer } from './tokenizer.ts';

/** Where a token of the template begins in a message: in any part of it, or in one that holds data only. */
export type QuotePatterns = { everywhere: RegExp | undefined; inData: RegExp | undefined };

export type QuotedMessages = {
  messages: readonly Message[];
  /** What stands behind the first character of what is quoted; undefined where nothing is. */
  guard: string | undefined;
};

/** A noncharacter of Unicode, which texts for interchange do not have; where one does, the guard is a longer run of it. */
const guardCharacter = '\ufdd0';

/**
 * Control tokens are text in any part of a message. Markup that the template writes with other tokens of the vocabulary
 * (<tool_call>, <tool_response>, <think>) is text in what users and tools say and in the arguments of calls; it stays
 * what it is in system prompts, which explain it to the model, and in the model's own replies, which consist of it.
 */
export function quotePatterns(
  { addedTokens }: Pick<Tokenizer, 'addedTokens'>,
  template: ChatTemplate,
): QuotePatterns {
  const control = addedTokens.filter(({ isControl }) => isControl).map(({ content }) => content);
  const markup = addedTokens
    .map(({ content }) => content)
    .filter((content) => /^(?:<[^\s<>]+>|\[[^\s[\]]+\])$/.test(content) && template.source.includes(content));
  return { everywhere: startsOf(control), inData: startsOf([...control, ...markup]) };
}

/** `messages` with a guard in every control token that they spell out; the same messages where they spell out none. */
export function quoteMessages(messages: readonly Message[], patterns: QuotePatterns): QuotedMessages {
  const guard = freeGuard(messages);
  let found = false;
  const quote = (text: string, pattern: RegExp | undefined): string => {
    const quoted = pattern === undefined ? text : text.replace(pattern, `$1${guard}`);
    if (quoted !== text) found = true;
    return quoted;
  };
  const inData = (text: string): string => quote(text, patterns.inData);
  const quoted = messages.map((message): Message => {
    const { role, content, name, toolCalls } = message;
    const isData = role === 'user' || role === 'tool';
    return {
      ...message,
      content: quote(content, isData ? patterns.inData : patterns.everywhere),
      ...(name !== undefined && { name: inData(name) }),
      ...(toolCalls && { toolCalls: toolCalls.map((call) => quoteCall(call, inData)) }),
    };
  });
  return found ? { messages: quoted, guard } : { messages, guard: undefined };
}

const quoteCall = ({ name, arguments: given }: ToolCall, quote: (text: string) => string): ToolCall => ({
  name: quote(name),
  arguments: quoteValue(given, quote) as ToolCall['arguments'],
});

function quoteValue(value: unknown, quote: (text: string) => string): unknown {
  if (typeof value === 'string') return quote(value);
  if (Array.isArray(value)) return value.map((item) => quoteValue(item, quote));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [quote(key), quoteValue(item, quote)]),
  );
}

function freeGuard(messages: readonly Message[]): string {
  let longest = 0;
  for (const [run] of JSON.stringify(messages).matchAll(/\ufdd0+/g)) longest = Math.max(longest, run.length);
  return guardCharacter.repeat(longest + 1);
}

/** As much of a token is compared; a text that goes on differently is quoted without need, which changes no id. */
const comparedLength = 100;

/**
 * A pattern for the first character of each of `tokens`, and of a beginning of one at the end of a text, which what
 * follows could complete. The tokens make a tree, so that thousands of them cost no more than a few. Of a token of one
 * character nothing could be held apart: it is left out.
 */
function startsOf(tokens: readonly string[]): RegExp | undefined {
  const compared = tokens.filter((token) => token.length > 1).map((token) => token.slice(0, comparedLength));
  return compared.length === 0 ? undefined : new RegExp(`(?=${branches(compared)})([^])`, 'g');
}

function branches(tokens: readonly string[]): string {
  const rests = Map.groupBy(tokens, (token) => token[0]!);
  return [...rests]
    .map(([first, ofFirst]) => `${RegExp.escape(first)}${restOf(ofFirst.map((token) => token.slice(1)))}`)
    .join('|');
}

const restOf = (rests: readonly string[]): string => (rests.includes('') ? '' : `(?:$|${branches(rests)})`);
