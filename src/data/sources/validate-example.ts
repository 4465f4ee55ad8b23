/** Checks an example that a user's own module made, field by field. */
import type { Example, ExampleMeta, Message, RejectedReply, Role, ToolCall } from '../example.ts';
import {
  checkConversation,
  checkList,
  checkOneOf,
  checkRecord,
  checkText,
  fail,
  isFact,
  RecordError,
  type UnknownRecord,
} from './field-checks.ts';
import { parseTools } from './openai.ts';

const roles: readonly Role[] = ['system', 'user', 'assistant', 'tool'];
const fieldsByRole: Readonly<Record<Role, readonly string[]>> = {
  system: ['role', 'content', 'meta'],
  user: ['role', 'content', 'meta'],
  assistant: ['role', 'content', 'meta', 'toolCalls', 'trained', 'rejected'],
  tool: ['role', 'content', 'meta', 'name'],
};

/** The example, copied. `id` and `source` may be missing: the caller fills them. Throws RecordError with the reason. */
export function validateExample(value: unknown): Omit<Example, 'meta'> & { meta: Partial<ExampleMeta> } {
  const raw = checkRecord(value, 'the example');
  for (const key of Object.keys(raw))
    if (!['messages', 'meta', 'tools'].includes(key)) throw new RecordError(`an example has no field ${key}`);
  const messages = checkList(raw['messages'], 'messages').map((one, i) =>
    validateMessage(one, `messages[${i}]`),
  );
  checkConversation(messages, 'messages');
  const meta = validateFacts(raw['meta'] ?? {}, 'meta');
  for (const key of ['id', 'source', 'topic', 'outcome', 'language', 'createdAt', 'place', 'conversation'])
    if (meta[key] !== undefined && checkText(meta[key], `meta.${key}`).trim() === '')
      fail(`meta.${key}`, meta[key], 'it must not be empty');
  const tools = parseTools(raw['tools'], 'tools');
  return { messages, meta, ...(tools && { tools }) };
}

function validateMessage(value: unknown, at: string): Message {
  const raw = checkRecord(value, at);
  const role = checkOneOf(raw['role'], `${at}.role`, roles);
  for (const key of Object.keys(raw))
    if (raw[key] !== undefined && !fieldsByRole[role].includes(key))
      throw new RecordError(
        `${at}.${key} is not a field of a message of role ${role}; those are ${fieldsByRole[role].join(', ')}`,
      );
  const result: Message = { role, content: checkText(raw['content'], `${at}.content`) };
  if (role === 'tool') result.name = checkText(raw['name'], `${at}.name`);
  if (raw['toolCalls'] !== undefined) result.toolCalls = validateCalls(raw['toolCalls'], `${at}.toolCalls`);
  if (raw['trained'] !== undefined) {
    if (typeof raw['trained'] !== 'boolean') fail(`${at}.trained`, raw['trained'], 'true or false is needed');
    if (!raw['trained']) result.trained = false;
  }
  if (raw['rejected'] !== undefined) {
    const rejected = checkList(raw['rejected'], `${at}.rejected`);
    if (rejected.length > 0)
      result.rejected = rejected.map((item, i) => validateRejected(item, `${at}.rejected[${i}]`));
  }
  if (raw['meta'] !== undefined) result.meta = validateFacts(raw['meta'], `${at}.meta`);
  return result;
}

function validateRejected(value: unknown, at: string): RejectedReply {
  const raw = checkRecord(value, at);
  for (const key of Object.keys(raw))
    if (!['content', 'toolCalls'].includes(key))
      throw new RecordError(`${at}.${key} is not a field of a rejected reply; those are content, toolCalls`);
  const content = checkText(raw['content'], `${at}.content`);
  return raw['toolCalls'] === undefined
    ? { content }
    : { content, toolCalls: validateCalls(raw['toolCalls'], `${at}.toolCalls`) };
}

function validateCalls(value: unknown, at: string): ToolCall[] {
  return checkList(value, at).map((item, i) => {
    const call = checkRecord(item, `${at}[${i}]`);
    return {
      name: checkText(call['name'], `${at}[${i}].name`),
      arguments: checkRecord(call['arguments'], `${at}[${i}].arguments`),
    };
  });
}

function validateFacts(value: unknown, at: string): Record<string, string | number | boolean> {
  const facts: UnknownRecord = checkRecord(value, at);
  const kept = Object.entries(facts).filter(([, fact]) => fact !== undefined);
  return Object.fromEntries(
    kept.map(([key, fact]) => [
      key,
      isFact(fact) ? fact : fail(`${at}.${key}`, fact, 'text, a number, true or false is needed'),
    ]),
  );
}
