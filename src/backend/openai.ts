/** Any server with OpenAI's chat completions as a backend: vLLM, TGI, llama-server, another gateway, a vendor. */
import type { OpenAI } from 'openai';
import { AttuneError } from '../base/errors.ts';
import type { ToolCall } from '../data/example.ts';
import type { Backend, GenerateRequest, Reply } from './backend.ts';
import { openAiClient } from './openai-client.ts';
import { toOpenAiMessages } from './openai-messages.ts';
import { redact } from './redact.ts';

export type OpenAiBackendOptions = {
  /** Up to and including /v1. */
  baseUrl: string;
  model: string;
  /** Name of the environment variable that holds the key; servers without keys need none. */
  apiKeyVariable?: string;
  timeoutMs?: number;
  /** Tries after the first one, for connection failures and answers 408, 409, 429 and 5xx. */
  retries?: number;
};

/** Throws AttuneError 'config' when the key's variable is not set. Nothing is sent before the first request. */
export async function openOpenAiBackend(options: OpenAiBackendOptions): Promise<Backend> {
  const { baseUrl, model, apiKeyVariable, timeoutMs = 120_000, retries = 2 } = options;
  const client = await openAiClient({ baseUrl, apiKeyVariable, timeoutMs, retries });
  return {
    name: `${model} at ${baseUrl}`,
    generate: (request) => generate(client, model, baseUrl, request),
    close: async () => {},
  };
}

async function* generate(
  client: OpenAI,
  model: string,
  baseUrl: string,
  request: GenerateRequest,
): AsyncGenerator<string, Reply> {
  const { messages, maxTokens, temperature = 0, topP, seed, stop, signal } = request;
  const reply: Reply = {
    content: '',
    toolCalls: [],
    finishReason: 'abort',
    promptTokens: 0,
    completionTokens: 0,
  };
  const calls: { name: string; arguments: string }[] = [];
  try {
    const stream = await client.chat.completions.create(
      {
        model,
        messages: toOpenAiMessages(messages),
        max_tokens: maxTokens,
        temperature,
        ...(topP === undefined ? {} : { top_p: topP }),
        ...(seed === undefined ? {} : { seed }),
        ...(stop === undefined || stop.length === 0 ? {} : { stop: [...stop] }),
        stream: true,
        stream_options: { include_usage: true },
      },
      { signal },
    );
    for await (const { choices, usage } of stream) {
      reply.promptTokens = usage?.prompt_tokens ?? reply.promptTokens;
      reply.completionTokens = usage?.completion_tokens ?? reply.completionTokens;
      const [choice] = choices;
      if (!choice) continue;
      for (const { index, function: part } of choice.delta.tool_calls ?? []) {
        const call = (calls[index] ??= { name: '', arguments: '' });
        call.name += part?.name ?? '';
        call.arguments += part?.arguments ?? '';
      }
      if (choice.finish_reason) reply.finishReason = finishReasons[choice.finish_reason];
      const piece = choice.delta.content;
      if (!piece) continue;
      reply.content += piece;
      yield piece;
    }
  } catch (cause) {
    if (!signal?.aborted) throw await serverError(cause, client);
  }
  if (signal?.aborted) reply.finishReason = 'abort';
  else if (reply.finishReason === 'abort')
    throw new AttuneError('backend', `${baseUrl} ended its answer before it was complete.`, {
      fix: 'Try again.',
    });
  reply.toolCalls = calls.map((call) => parseCall(call, baseUrl));
  return reply;
}

const finishReasons = {
  stop: 'stop',
  length: 'length',
  tool_calls: 'tool_calls',
  function_call: 'tool_calls',
  content_filter: 'stop',
} as const;

function parseCall(
  { name, arguments: text }: { name: string; arguments: string },
  baseUrl: string,
): ToolCall {
  try {
    return { name, arguments: JSON.parse(text || '{}') as Record<string, unknown> };
  } catch (cause) {
    throw new AttuneError(
      'backend',
      `${baseUrl} called the tool ${name} with arguments that are not JSON: ${text}`,
      { cause },
    );
  }
}

/** What went wrong between us and the server of `client`, with what to do about it, and without the key. */
export async function serverError(
  cause: unknown,
  client: Pick<OpenAI, 'baseURL' | 'apiKey'>,
): Promise<AttuneError> {
  const { APIError, APIConnectionError, APIConnectionTimeoutError } = await import('openai');
  if (cause instanceof AttuneError) return cause;
  const { baseURL: url } = client;
  const apiKey = client.apiKey ?? '';
  // Without `cause`: what the server repeats of the request would be in it.
  const failure = (what: string, fix?: string): AttuneError =>
    new AttuneError('backend', `${url} ${what}`, { fix });
  if (cause instanceof APIConnectionTimeoutError)
    return failure(
      'did not answer in time.',
      'See whether the server is overloaded, and run the same command again.',
    );
  const error = cause as Error & { status?: number; headers?: Headers };
  if (cause instanceof APIConnectionError) {
    const said = redact((error.cause as Error | undefined)?.message ?? error.message, apiKey);
    return failure(`cannot be reached: ${said}`, 'Check the URL and that the server is running.');
  }
  const said = redact(error.message, apiKey);
  const { status, headers } = error;
  if (!(cause instanceof APIError)) return failure(`gave no usable answer: ${said}`);
  if (status !== undefined && status >= 300 && status < 400)
    return failure(
      `points to another address (${status}): ${redact(headers?.get('location') ?? 'which one it does not say', apiKey)}`,
      'Put the address that answers into url; nothing is sent on to another one.',
    );
  const fixes: Record<number, string> = {
    401: 'Check the API key.',
    403: 'Check the API key and its rights.',
    404: 'Check the model name and that the URL ends in /v1.',
    429: 'The server limits requests; try again later.',
  };
  return failure(`refused the request: ${said}`, fixes[status ?? 0]);
}
