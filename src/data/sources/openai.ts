/** OpenAI's chat format for fine-tuning: {"messages": [{"role", "content", "tool_calls"?, "weight"?, "name"?}], "tools"?}. */
import { isRecord } from '../../base/json.ts';
import { parseStrictJson } from '../../formats/strict-json.ts';
import type { Example, Message, Role, ToolCall, ToolDefinition } from '../example.ts';
import {
  checkConversation,
  checkList,
  checkOneOf,
  checkRecord,
  checkText,
  checkWeight,
  fail,
  isFact,
  RecordError,
  type UnknownRecord,
} from './field-checks.ts';
import { type ParsedRecord, readMeta, type RecordShape } from './record-shape.ts';

const roles = ['system', 'developer', 'user', 'assistant', 'tool'] as const;
const messageFields = ['role', 'content', 'tool_calls', 'tool_call_id', 'weight', 'name', 'refusal'];

export const openai: RecordShape = {
  matches: (record) => {
    const first = Array.isArray(record['messages']) ? (record['messages'][0] as unknown) : undefined;
    return isRecord(first) && 'role' in first;
  },
  parse: (record) => {
    const { messages, ignored } = parseMessages(record['messages'], 'messages');
    checkConversation(messages, 'messages');
    const tools = parseTools(record['tools'], 'tools');
    const facts = readMeta(record, ['messages', 'tools', 'parallel_tool_calls']);
    return { messages, ...facts, ignored: [...facts.ignored, ...ignored], ...(tools && { tools }) };
  },
  write: ({ messages, tools }: Example) => ({ messages: writeMessages(messages), ...(tools && { tools }) }),
};

export function parseTools(value: unknown, field: string): ToolDefinition[] | undefined {
  if (value === undefined || value === null) return undefined;
  return checkList(value, field).map((item, i) => {
    const tool = checkRecord(item, `${field}[${i}]`);
    checkOneOf(tool['type'], `${field}[${i}].type`, ['function']);
    const definition = checkRecord(tool['function'], `${field}[${i}].function`);
    checkText(definition['name'], `${field}[${i}].function.name`);
    return { type: 'function', function: definition };
  });
}

/** A list of chat messages, wherever a record holds one. */
export function parseMessages(value: unknown, field: string): Pick<ParsedRecord, 'messages' | 'ignored'> {
  const ignored = new Set<string>();
  const toolOfCall = new Map<string, string>();
  const messages = checkList(value, field).map((item, i): Message => {
    const at = `${field}[${i}]`;
    const raw = checkRecord(item, at);
    const role = checkOneOf(raw['role'], `${at}.role`, roles);
    const parsed = parseMessage(raw, role === 'developer' ? 'system' : role, at, toolOfCall);
    const meta: NonNullable<Message['meta']> = { ...parsed.meta };
    for (const [key, fact] of Object.entries(raw)) {
      if (messageFields.includes(key) || fact === null || fact === undefined) continue;
      if (isFact(fact)) meta[key] = fact;
      else ignored.add(`${field}[].${key}`);
    }
    return Object.keys(meta).length > 0 ? { ...parsed, meta } : parsed;
  });
  return { messages, ignored: [...ignored] };
}

function parseMessage(raw: UnknownRecord, role: Role, at: string, toolOfCall: Map<string, string>): Message {
  const name =
    raw['name'] === undefined || raw['name'] === null ? undefined : checkText(raw['name'], `${at}.name`);
  const only = (field: string, allowed: Role): void => {
    const value = raw[field];
    if (role !== allowed && value !== undefined && value !== null)
      fail(`${at}.${field}`, value, `only a message of role ${allowed} has it`);
  };
  only('tool_calls', 'assistant');
  only('weight', 'assistant');
  only('tool_call_id', 'tool');
  if (role === 'assistant') return parseAssistant(raw, at, name, toolOfCall);
  const content = parseContent(raw['content'], `${at}.content`);
  if (role !== 'tool') return name === undefined ? { role, content } : { role, content, meta: { name } };
  const id = raw['tool_call_id'];
  const tool = name ?? (id === undefined ? undefined : toolOfCall.get(checkText(id, `${at}.tool_call_id`)));
  if (tool === undefined)
    fail(`${at}.tool_call_id`, id, 'it must be the id of a call made before, or the message needs a name');
  return { role, content, name: tool };
}

function parseAssistant(
  raw: UnknownRecord,
  at: string,
  name: string | undefined,
  toolOfCall: Map<string, string>,
): Message {
  if (raw['function_call'] !== undefined && raw['function_call'] !== null)
    throw new RecordError(`${at}.function_call is the old form of a tool call; write it as tool_calls`);
  const calls = raw['tool_calls'] ?? undefined;
  const toolCalls = calls === undefined ? undefined : parseToolCalls(calls, `${at}.tool_calls`, toolOfCall);
  const text = raw['content'] ?? raw['refusal'] ?? (toolCalls ? '' : undefined);
  return {
    role: 'assistant',
    content: parseContent(text, `${at}.content`),
    ...(toolCalls && { toolCalls }),
    ...checkWeight(raw['weight'], `${at}.weight`),
    ...(name !== undefined && { meta: { name } }),
  };
}

/** Text, or a list of text parts, which are joined. */
function parseContent(value: unknown, field: string): string {
  if (!Array.isArray(value)) return checkText(value, field);
  return value
    .map((item: unknown, i) => {
      const part = checkRecord(item, `${field}[${i}]`);
      const type = checkOneOf(part['type'], `${field}[${i}].type`, ['text', 'refusal']);
      return checkText(part[type], `${field}[${i}].${type}`);
    })
    .join('');
}

function parseToolCalls(value: unknown, field: string, toolOfCall: Map<string, string>): ToolCall[] {
  const calls = checkList(value, field);
  if (calls.length === 0) fail(field, value, 'at least one call is needed');
  return calls.map((item, i) => {
    const call = checkRecord(item, `${field}[${i}]`);
    if (call['type'] !== undefined) checkOneOf(call['type'], `${field}[${i}].type`, ['function']);
    const details = checkRecord(call['function'], `${field}[${i}].function`);
    const name = checkText(details['name'], `${field}[${i}].function.name`);
    if (call['id'] !== undefined) toolOfCall.set(checkText(call['id'], `${field}[${i}].id`), name);
    return { name, arguments: parseArguments(details['arguments'], `${field}[${i}].function.arguments`) };
  });
}

/** Arguments as OpenAI writes them, JSON in a string; an object as it is is accepted too. */
export function parseArguments(value: unknown, field: string): Record<string, unknown> {
  if (isRecord(value)) return value;
  const { value: parsed, error } = parseStrictJson(checkText(value, field));
  if (error !== undefined) throw new RecordError(`${field} is ${error}`);
  return checkRecord(parsed, field);
}

/** Chat messages in OpenAI's shape; a tool message answers the first open call of its name. */
export function writeMessages(messages: readonly Message[]): UnknownRecord[] {
  let open: { id: string; name: string }[] = [];
  return messages.map((one, i) => {
    const name = one.name ?? one.meta?.['name'];
    const record: UnknownRecord = { role: one.role, content: one.content };
    if (one.role === 'assistant' && one.toolCalls) {
      open = one.toolCalls.map((call, k) => ({ id: `call_${i}_${k}`, name: call.name }));
      if (one.content === '') record['content'] = null;
      record['tool_calls'] = one.toolCalls.map((call, k) => ({
        id: open[k]!.id,
        type: 'function',
        function: { name: call.name, arguments: JSON.stringify(call.arguments) },
      }));
    }
    if (one.role === 'tool') {
      const at = open.findIndex((call) => call.name === name);
      const [answered] = open.splice(Math.max(at, 0), 1);
      record['tool_call_id'] = answered?.id ?? `call_${i}`;
    }
    if (typeof name === 'string') record['name'] = name;
    if (one.trained === false) record['weight'] = 0;
    return record;
  });
}

/** Of a prompt: no reply in it is trained, so weights say nothing there. */
export function withoutWeights(records: readonly UnknownRecord[]): UnknownRecord[] {
  return records.map((record) =>
    Object.fromEntries(Object.entries(record).filter(([key]) => key !== 'weight')),
  );
}
