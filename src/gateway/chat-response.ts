/** Replies in OpenAI's shapes: one object, or a stream of chunks. */
import type { Reply } from '../backend/backend.ts';

export type CompletionHead = { id: string; created: number; model: string };

/** 'abort' never reaches a client that is still there, except when the server is going down. */
function finishReason(reply: Reply): 'stop' | 'length' | 'tool_calls' {
  return reply.finishReason === 'abort' ? 'length' : reply.finishReason;
}

function usageOf({ promptTokens, completionTokens }: Reply): Record<string, number> {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
  };
}

function toolCallsOf(
  reply: Reply,
  id: string,
): { id: string; type: 'function'; function: { name: string; arguments: string } }[] {
  return reply.toolCalls.map(({ name, arguments: given }, index) => ({
    id: `call_${id}_${index}`,
    type: 'function',
    function: { name, arguments: JSON.stringify(given) },
  }));
}

/** A whole reply as a `chat.completion` object. */
export function completionObject({ id, created, model }: CompletionHead, reply: Reply): object {
  const calls = toolCallsOf(reply, id);
  const message = {
    role: 'assistant',
    content: calls.length > 0 && reply.content === '' ? null : reply.content,
    refusal: null,
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  };
  return {
    id: `chatcmpl-${id}`,
    object: 'chat.completion',
    created,
    model,
    choices: [{ index: 0, message, logprobs: null, finish_reason: finishReason(reply) }],
    usage: usageOf(reply),
  };
}

/** Makes the chunks of one stream; with `includeUsage` every chunk has `usage`, null in all but the last. */
export function chunkWriter(
  { id, created, model }: CompletionHead,
  includeUsage: boolean,
): { start: () => object; text: (piece: string) => object; end: (reply: Reply) => object[] } {
  const chunk = (choices: object[], usage: object | null = null): object => ({
    id: `chatcmpl-${id}`,
    object: 'chat.completion.chunk',
    created,
    model,
    choices,
    ...(includeUsage ? { usage } : {}),
  });
  const delta = (content: object, reason: string | null = null): object =>
    chunk([{ index: 0, delta: content, logprobs: null, finish_reason: reason }]);
  return {
    start: () => delta({ role: 'assistant', content: '', refusal: null }),
    text: (piece) => delta({ content: piece }),
    end: (reply) => {
      const calls = toolCallsOf(reply, id).map((call, index) => ({ index, ...call }));
      return [
        ...(calls.length === 0 ? [] : [delta({ tool_calls: calls })]),
        delta({}, finishReason(reply)),
        ...(includeUsage ? [chunk([], usageOf(reply))] : []),
      ];
    },
  };
}
