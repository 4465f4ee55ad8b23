/** Attune's messages as OpenAI's, which tie a tool's answer to the call by an id. */
import type { OpenAI } from 'openai';
import type { Message } from '../data/example.ts';

/** Ids are made by counting, so equal conversations give equal requests. */
export function toOpenAiMessages(messages: readonly Message[]): OpenAI.ChatCompletionMessageParam[] {
  let calls = 0;
  let unanswered: { id: string; name: string }[] = [];
  return messages.map((message): OpenAI.ChatCompletionMessageParam => {
    const { role, content } = message;
    if (role === 'system' || role === 'user') return { role, content };
    if (role === 'tool') {
      const place = unanswered.findIndex(({ name }) => message.name === undefined || name === message.name);
      const [call] = unanswered.splice(Math.max(place, 0), 1);
      return { role, content, tool_call_id: call?.id ?? `call_${calls++}` };
    }
    const toolCalls = (message.toolCalls ?? []).map(({ name, arguments: given }) => ({
      id: `call_${calls++}`,
      type: 'function' as const,
      function: { name, arguments: JSON.stringify(given) },
    }));
    if (toolCalls.length === 0) return { role, content };
    unanswered = toolCalls.map(({ id, function: { name } }) => ({ id, name }));
    return { role, content: content || null, tool_calls: toolCalls };
  });
}
