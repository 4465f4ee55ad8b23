/** ShareGPT: {"conversations": [{"from": "human" | "gpt" | ..., "value"}], "system"?, "tools"?}. */
import { isRecord } from '../../base/json.ts';
import { parseStrictJson } from '../../formats/strict-json.ts';
import type { Message, ToolCall } from '../example.ts';
import {
  checkConversation,
  checkList,
  checkOneOf,
  checkRecord,
  checkText,
  checkWeight,
  isFact,
  RecordError,
} from './field-checks.ts';
import { parseArguments, parseTools } from './openai.ts';
import { readMeta, type RecordShape } from './record-shape.ts';

const speakers = {
  system: 'system',
  human: 'user',
  user: 'user',
  gpt: 'assistant',
  assistant: 'assistant',
  chatgpt: 'assistant',
  model: 'assistant',
  function_call: 'call',
  observation: 'tool',
  tool: 'tool',
} as const;
type Speaker = keyof typeof speakers;

const written = { system: 'system', user: 'human', assistant: 'gpt', tool: 'observation' } as const;
const turnFields = ['from', 'value', 'weight', 'name'];

export const sharegpt: RecordShape = {
  matches: (record) => {
    const first = Array.isArray(record['conversations'])
      ? (record['conversations'][0] as unknown)
      : undefined;
    return isRecord(first) && 'from' in first;
  },
  parse: (record) => {
    const messages: Message[] = [];
    const ignored = new Set<string>();
    const system = record['system'];
    if (system !== undefined && system !== null && system !== '')
      messages.push({ role: 'system', content: checkText(system, 'system') });
    let open: string[] = [];
    checkList(record['conversations'], 'conversations').forEach((item, i) => {
      const at = `conversations[${i}]`;
      const turn = parseTurn(item, at, open);
      if (turn.toolCalls) open = turn.toolCalls.map(({ name }) => name);
      else if (turn.role === 'tool') open = open.slice(1);
      for (const [key, fact] of Object.entries(checkRecord(item, at))) {
        if (turnFields.includes(key) || fact === null || fact === undefined) continue;
        if (isFact(fact)) turn.meta = { ...turn.meta, [key]: fact };
        else ignored.add(`conversations[].${key}`);
      }
      messages.push(turn);
    });
    checkConversation(messages, 'conversations');
    const listed = record['tools'] === '' ? undefined : record['tools'];
    const tools = parseTools(typeof listed === 'string' ? parseToolText(listed) : listed, 'tools');
    const facts = readMeta(record, ['conversations', 'system', 'tools']);
    return { messages, ...facts, ignored: [...facts.ignored, ...ignored], ...(tools && { tools }) };
  },
  write: ({ messages, tools }) => ({
    conversations: messages.map(writeTurn),
    ...(tools && { tools: JSON.stringify(tools) }),
  }),
};

function parseTurn(item: unknown, at: string, open: readonly string[]): Message {
  const turn = checkRecord(item, at);
  const speaker = speakers[checkOneOf(turn['from'], `${at}.from`, Object.keys(speakers) as Speaker[])];
  const content = checkText(turn['value'], `${at}.value`);
  const weight = checkWeight(turn['weight'], `${at}.weight`);
  if (speaker === 'call')
    return { role: 'assistant', content: '', toolCalls: parseCalls(content, `${at}.value`), ...weight };
  if (speaker === 'assistant') return { role: 'assistant', content, ...weight };
  if (speaker !== 'tool') return { role: speaker, content };
  const name = turn['name'] === undefined ? open[0] : checkText(turn['name'], `${at}.name`);
  if (name === undefined)
    throw new RecordError(`${at} is the answer of a tool, but no call stands before it`);
  return { role: 'tool', content, name };
}

/** LLaMA-Factory's function_call: {"name", "arguments"} as JSON, or a list of them. */
function parseCalls(text: string, field: string): ToolCall[] {
  const { value, error } = parseStrictJson(text);
  if (error !== undefined) throw new RecordError(`${field} of a function_call is ${error}`);
  const calls = (Array.isArray(value) ? value : [value]) as unknown[];
  if (calls.length === 0) throw new RecordError(`${field} of a function_call is an empty list`);
  return calls.map((item) => {
    const call = checkRecord(item, field);
    return {
      name: checkText(call['name'], `${field}.name`),
      arguments: parseArguments(call['arguments'], `${field}.arguments`),
    };
  });
}

/** LLaMA-Factory writes the tools as JSON in a string, with or without OpenAI's wrapping. */
function parseToolText(text: string): unknown {
  const { value, error } = parseStrictJson(text);
  if (error !== undefined) throw new RecordError(`tools is ${error}`);
  if (!Array.isArray(value)) return value;
  return value.map((tool: unknown) =>
    isRecord(tool) && !('function' in tool) ? { type: 'function', function: tool } : tool,
  );
}

function writeTurn(one: Message): Record<string, unknown> {
  const weight = one.trained === false ? { weight: 0 } : {};
  if (!one.toolCalls)
    return {
      from: written[one.role],
      value: one.content,
      ...weight,
      ...(one.role === 'tool' && { name: one.name }),
    };
  if (one.content !== '') throw new RecordError('a ShareGPT turn holds text or tool calls, not both');
  const calls = one.toolCalls.map((call) => ({ name: call.name, arguments: call.arguments }));
  return { from: 'function_call', value: JSON.stringify(calls.length === 1 ? calls[0] : calls), ...weight };
}
