/** The body of POST /v1/chat/completions: what is understood, what is ignored on purpose, what is refused. */
import { z } from 'zod';
import { isRecord } from '../base/json.ts';
import type { GenerateRequest } from '../backend/backend.ts';
import type { Message, ToolCall } from '../data/example.ts';
import { ApiError } from './errors.ts';

/** Where a request names no limit; the backend cuts it to what its context holds. */
const defaultMaxTokens = 1024;
const maxMessages = 2048;
const maxStops = 4;

const text = z.union(
  [z.string(), z.array(z.strictObject({ type: z.literal('text'), text: z.string() })).min(1)],
  'expected a string or a list of text parts (images and audio are not supported)',
);
const toolCall = z.looseObject({
  id: z.string(),
  type: z.literal('function'),
  function: z.looseObject({ name: z.string().min(1), arguments: z.string() }),
});
const message = z.discriminatedUnion('role', [
  z.looseObject({ role: z.enum(['system', 'developer', 'user']), content: text }),
  z.looseObject({
    role: z.literal('assistant'),
    content: text.nullish(),
    tool_calls: z.array(toolCall).nullish(),
  }),
  z.looseObject({ role: z.literal('tool'), content: text, tool_call_id: z.string() }),
]);

const only = <T extends boolean | number | string>(value: T, why: string): z.ZodType =>
  z.literal(value, `${why}; leave it out`).nullish();
const emptyOnly = (why: string): z.ZodType =>
  z
    .union(
      [
        z.array(z.unknown()).max(0),
        z.record(z.string(), z.unknown()).refine((map) => Object.keys(map).length === 0),
      ],
      `${why}; leave it out`,
    )
    .nullish();
/** Has no meaning here and does not change the answer a client may expect. */
const ignored = z.unknown().optional();

const chatRequest = z.strictObject({
  model: z.string(),
  messages: z.array(message).min(1).max(maxMessages),
  stream: z.boolean().nullish(),
  stream_options: z
    .strictObject({ include_usage: z.boolean().nullish(), include_obfuscation: z.boolean().nullish() })
    .nullish(),
  max_tokens: z.int().min(1).nullish(),
  max_completion_tokens: z.int().min(1).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  seed: z.int().nullish(),
  stop: z.union([z.string(), z.array(z.string()).max(maxStops)]).nullish(),
  n: only(1, 'only one choice per request is supported'),
  logprobs: only(false, 'log-probabilities are not supported'),
  top_logprobs: only(0, 'log-probabilities are not supported'),
  frequency_penalty: only(0, 'penalties are not supported'),
  presence_penalty: only(0, 'penalties are not supported'),
  logit_bias: emptyOnly('logit_bias is not supported'),
  response_format: z
    .strictObject({ type: z.literal('text', 'only text is supported; leave response_format out') })
    .nullish(),
  tools: emptyOnly('a model calls the tools it was trained with; tools per request are not supported'),
  functions: emptyOnly('functions are not supported'),
  tool_choice: only('auto', 'a model decides by itself when to call a tool'),
  function_call: only('auto', 'a model decides by itself when to call a tool'),
  modalities: z.array(z.literal('text', 'only text is supported')).nullish(),
  audio: z.null('audio is not supported; leave it out').optional(),
  web_search_options: z.null('web search is not supported; leave it out').optional(),
  user: ignored,
  metadata: ignored,
  store: ignored,
  service_tier: ignored,
  safety_identifier: ignored,
  prompt_cache_key: ignored,
  prompt_cache_retention: ignored,
  prediction: ignored,
  parallel_tool_calls: ignored,
  reasoning_effort: ignored,
  verbosity: ignored,
});

export type ChatRequest = {
  model: string;
  stream: boolean;
  includeUsage: boolean;
  generate: GenerateRequest;
};

/** Checks a parsed body. Throws ApiError 400 naming the parameter that is wrong. */
export function parseChatRequest(body: unknown): ChatRequest {
  const parsed = chatRequest.safeParse(body);
  if (!parsed.success) throw badRequest(parsed.error.issues[0]!);
  const {
    model,
    stream,
    stream_options: streamOptions,
    temperature,
    top_p: topP,
    seed,
    stop,
    ...rest
  } = parsed.data;
  if (streamOptions && !stream)
    throw new ApiError(400, 'stream_options is only allowed when stream is true.', {
      param: 'stream_options',
    });
  return {
    model,
    stream: stream ?? false,
    includeUsage: streamOptions?.include_usage ?? false,
    generate: {
      messages: toMessages(rest.messages),
      maxTokens: rest.max_completion_tokens ?? rest.max_tokens ?? defaultMaxTokens,
      // OpenAI's default is to sample.
      temperature: temperature ?? 1,
      ...(topP === null || topP === undefined ? {} : { topP }),
      ...(seed === null || seed === undefined ? {} : { seed: seed >>> 0 }),
      stop: typeof stop === 'string' ? [stop] : (stop ?? []),
    },
  };
}

function badRequest({ path, message: problem, code, ...issue }: z.core.$ZodIssue): ApiError {
  const unknownKeys = code === 'unrecognized_keys' ? (issue as { keys: string[] }).keys : [];
  const param = [...path, ...unknownKeys.slice(0, 1)]
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
  const what = unknownKeys.length > 0 ? 'this parameter is not known' : problem;
  return new ApiError(
    400,
    param ? `${param}: ${what}.` : `The body must be a JSON object: ${what}.`,
    param ? { param } : {},
  );
}

function toMessages(messages: z.infer<typeof message>[]): Message[] {
  const toolNames = new Map<string, string>();
  return messages.map((given, index): Message => {
    const content = joinText(given.content);
    if (given.role === 'tool') {
      const name = toolNames.get(given.tool_call_id);
      if (name === undefined)
        throw new ApiError(
          400,
          `No earlier message calls a tool with the id ${JSON.stringify(given.tool_call_id)}.`,
          {
            param: `messages[${index}].tool_call_id`,
          },
        );
      return { role: 'tool', content, name };
    }
    if (given.role !== 'assistant') return { role: given.role === 'user' ? 'user' : 'system', content };
    const toolCalls = (given.tool_calls ?? []).map((call): ToolCall => {
      toolNames.set(call.id, call.function.name);
      return { name: call.function.name, arguments: parseArguments(call.function.arguments, index) };
    });
    return toolCalls.length === 0
      ? { role: 'assistant', content }
      : { role: 'assistant', content, toolCalls };
  });
}

function joinText(content: z.infer<typeof text> | null | undefined): string {
  if (typeof content === 'string') return content;
  return (content ?? []).map((part) => part.text).join('');
}

function parseArguments(json: string, index: number): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(json || '{}');
    if (isRecord(value)) return value;
  } catch {
    // Reported below, like JSON that is not an object.
  }
  throw new ApiError(400, 'The arguments of a tool call must be a JSON object.', {
    param: `messages[${index}].tool_calls`,
  });
}
