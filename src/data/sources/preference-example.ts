/** What the shapes of preference records share: two answers to one prompt become a turn and its rejected reply. */
import { sha256 } from '../../base/hash.ts';
import { canonicalJson } from '../../base/json.ts';
import type { Example, Message, RejectedReply } from '../example.ts';
import { fail, RecordError } from './field-checks.ts';

/** Answers as a record holds them: the messages that follow the prompt. */
export type Answers = { chosen: readonly Message[]; rejected: readonly Message[] };
type Fields = { chosen: string; rejected: string };

/**
 * The conversation that ends in the preferred answer. Messages that both answers begin with belong to the prompt; after
 * them each must be one assistant message with something in it. Turns of the prompt are context: `trained: false`.
 */
export function preferenceMessages(
  prompt: readonly Message[],
  { chosen, rejected }: Answers,
  names: Fields,
): Message[] {
  let shared = 0;
  while (shared < Math.min(chosen.length, rejected.length) - 1 && isSame(chosen[shared]!, rejected[shared]!))
    shared += 1;
  const context = [...prompt, ...chosen.slice(0, shared)];
  if (!context.some(({ role }) => role === 'user'))
    throw new RecordError('no user message stands before the answers, so there is nothing to answer');
  if (context.at(-1)?.role === 'assistant')
    throw new RecordError('the prompt ends in an assistant message, so the answers answer nothing');
  const answer = onlyAnswer(chosen.slice(shared), names.chosen);
  const { content, toolCalls }: RejectedReply = onlyAnswer(rejected.slice(shared), names.rejected);
  return [...asContext(context), { ...answer, rejected: [{ content, ...(toolCalls && { toolCalls }) }] }];
}

/** Replies within a prompt are given, not learnt. */
export function asContext(prompt: readonly Message[]): Message[] {
  return prompt.map((one): Message => (one.role === 'assistant' ? { ...one, trained: false } : one));
}

/**
 * Records with one prompt, or with the same dialogue at different lengths, must end up in one split: what a prompt begins
 * with, up to the first user message, is their conversation unless they name one.
 */
export function conversationOf(prompt: readonly Message[]): string {
  const start = prompt.slice(0, prompt.findIndex(({ role }) => role === 'user') + 1);
  const texts = start.map(({ role, content, toolCalls }) => [role, content, toolCalls]);
  return `prompt-${sha256(canonicalJson(texts)).slice(0, 16)}`;
}

/** The answers of an example that ends in its only preference, for writing. Throws RecordError when it does not. */
export function preferenceOf({ messages }: Example): {
  prompt: readonly Message[];
  chosen: Message;
  rejected: Message;
} {
  const chosen = messages.at(-1);
  const others = messages.slice(0, -1).some((one) => one.rejected);
  if (chosen?.rejected?.length !== 1 || others)
    throw new RecordError(
      'a preference record holds one rejected reply, to the last turn; this example has others',
    );
  const { rejected, trained: _, ...reply } = chosen;
  return { prompt: messages.slice(0, -1), chosen: reply, rejected: { role: 'assistant', ...rejected[0]! } };
}

function isSame(a: Message, b: Message): boolean {
  const facts = ({ role, content, name, toolCalls }: Message): unknown => [role, content, name, toolCalls];
  return canonicalJson(facts(a)) === canonicalJson(facts(b));
}

function onlyAnswer(messages: readonly Message[], field: string): Message {
  const [answer, ...more] = messages;
  if (answer === undefined) throw new RecordError(`${field} holds no answer`);
  if (more.length > 0 || answer.role !== 'assistant')
    throw new RecordError(
      `${field} parts from the other answer ${messages.length} messages before its end (${messages.map(({ role }) => role).join(', ')}); one assistant message is needed`,
    );
  if (answer.content.trim() === '' && !answer.toolCalls)
    fail(field, answer.content, 'an answer must not be empty');
  return answer;
}
