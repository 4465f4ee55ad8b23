/** Any server with OpenAI's chat completions. What one of them does not know is asked for in a plainer way. */
import type { OpenAI } from 'openai';
import { isRecord } from '../../base/json.ts';
import { readApiKey } from '../api-key.ts';
import { guardedFetch } from '../guarded-fetch.ts';
import { withoutKey } from '../redact.ts';
import { withoutVendorSettings } from '../vendor-settings.ts';
import {
  type Exchange,
  joinTextParts,
  type ModelServer,
  noUsableResponse,
  readResponseBody,
  readTokens,
  schemaInstruction,
} from './server.ts';
import type { ChatMessage, ServerAnswer, TokenCounts, Trouble } from './server.ts';
import { readTrouble } from './read-trouble.ts';

export type ServerOptions = {
  /** Up to and including /v1 for OpenAI's shape; Anthropic's without it. */
  url: string;
  model: string;
  /** Name of the environment variable that holds the key; servers without keys need none. */
  apiKeyVariable?: string | undefined;
  timeoutMs: number;
};

/** How a server wants to be asked. The richest first; learnt from what it refuses. */
type Dialect = {
  format: 'json_schema' | 'json_object' | 'prompt';
  limit: 'max_tokens' | 'max_completion_tokens';
  seed: boolean;
};

/** Throws AttuneError 'config' when the key's variable is not set. Nothing is sent before the first exchange. */
export async function openOpenAiServer(options: ServerOptions): Promise<ModelServer> {
  const { url, model, apiKeyVariable, timeoutMs } = options;
  const { OpenAI, APIError, APIConnectionError, APIConnectionTimeoutError } = await import('openai');
  const apiKey = readApiKey(apiKeyVariable);
  const client = withoutVendorSettings(
    () =>
      new OpenAI({
        baseURL: url,
        apiKey,
        timeout: timeoutMs,
        // Retried by who also keeps the limits and the counts.
        maxRetries: 0,
        fetch: guardedFetch,
        logLevel: 'off',
      }),
  );
  const errors = { APIError, APIConnectionError, APIConnectionTimeoutError };
  let dialect: Dialect = { format: 'json_schema', limit: 'max_tokens', seed: true };

  const send = async (body: Body, signal: AbortSignal): Promise<ServerAnswer | Trouble> => {
    // The client's own time limit ends with the headers; a body may stall as well.
    const timeout = AbortSignal.timeout(timeoutMs);
    try {
      const response = await client.chat.completions.create(body, {
        signal: AbortSignal.any([signal, timeout]),
      });
      return readResponse(response, apiKey);
    } catch (cause) {
      if (isFiltered(cause)) return { text: '', finish: 'filtered', tokens: { input: 0, output: 0 } };
      return readTrouble(cause, { errors, url, apiKey, timedOut: timeout.aborted, now: Date.now() });
    }
  };

  return {
    name: `${model} at ${url}`,
    exchange: async (request, signal) => {
      for (let tried = dialect; ;) {
        const outcome = await send(bodyOf(model, request, tried), signal);
        if (!('cause' in outcome)) dialect = tried;
        if (!('cause' in outcome) || outcome.cause !== 'refused request') return outcome;
        const plainer = concede(tried, outcome.message);
        if (plainer === undefined) return outcome;
        tried = plainer;
      }
    },
  };
}

type Body = OpenAI.ChatCompletionCreateParamsNonStreaming;

function bodyOf(model: string, request: Exchange, { format, limit, seed }: Dialect): Body {
  const { messages, schema, schemaName, maxTokens, temperature } = request;
  return {
    model,
    messages: format === 'json_schema' ? [...messages] : withInstruction(request),
    [limit]: maxTokens,
    ...(temperature === undefined ? {} : { temperature }),
    ...(seed && request.seed !== undefined ? { seed: request.seed } : {}),
    ...(format === 'json_schema' && {
      response_format: {
        type: 'json_schema' as const,
        json_schema: { name: schemaName, strict: true, schema: { ...schema } },
      },
    }),
    ...(format === 'json_object' && { response_format: { type: 'json_object' as const } }),
  };
}

/** The schema goes into the last message: templates of many models refuse two user messages in a row. */
function withInstruction(request: Exchange): ChatMessage[] {
  const { messages } = request;
  const last = messages.at(-1)!;
  return [...messages.slice(0, -1), { ...last, content: `${last.content}\n\n${schemaInstruction(request)}` }];
}

/** The next plainer way to ask, where the refusal is about the way; undefined where it is about the request. */
function concede(dialect: Dialect, message: string): Dialect | undefined {
  const said = message.toLowerCase();
  if (dialect.limit === 'max_tokens' && said.includes('max_completion_tokens'))
    return { ...dialect, limit: 'max_completion_tokens' };
  if (dialect.seed && /\bseed\b/.test(said)) return { ...dialect, seed: false };
  if (!/response_format|json|schema|grammar|guided|structured/.test(said)) return undefined;
  if (dialect.format === 'json_schema') return { ...dialect, format: 'json_object' };
  if (dialect.format === 'json_object') return { ...dialect, format: 'prompt' };
  return undefined;
}

/** Read with suspicion: proxies answer 200 with a page of HTML, and some servers leave fields out. */
function readResponse(given: unknown, apiKey: string): ServerAnswer | Trouble {
  const response = readResponseBody(given);
  const choices = response?.['choices'];
  const choice: unknown = Array.isArray(choices) ? choices[0] : undefined;
  const message = isRecord(choice) ? choice['message'] : undefined;
  if (response === undefined || !isRecord(choice) || !isRecord(message))
    return noUsableResponse(given, 'choices[0].message', apiKey);
  const reason = choice['finish_reason'];
  // Of routers and of vLLM: what came until then is no answer.
  if (reason === 'error' || reason === 'abort')
    return noUsableResponse({ error: choice['error'] ?? `it ended in "${reason}"` }, 'answer', apiKey);
  const tokens = countTokens(response['usage']);
  const { content, refusal } = message;
  const text = withoutKey(
    Array.isArray(content) ? joinTextParts(content) : typeof content === 'string' ? content : '',
    apiKey,
  );
  if (typeof refusal === 'string' && refusal !== '')
    return { text: withoutKey(refusal, apiKey), finish: 'refused', tokens };
  if (reason === 'content_filter') return { text, finish: 'filtered', tokens };
  return { text, finish: reason === 'length' ? 'length' : 'stop', tokens };
}

/** Some servers count a model's thoughts in the total alone; they are on the bill like the answer. */
function countTokens(given: unknown): TokenCounts | undefined {
  const usage = isRecord(given) ? given : {};
  const tokens = readTokens(usage['prompt_tokens'], usage['completion_tokens']);
  const total = readTokens(usage['total_tokens'], 0)?.input ?? 0;
  return tokens && { input: tokens.input, output: Math.max(tokens.output, total - tokens.input) };
}

/** Azure refuses a prompt that its filter dislikes with status 400; asking again would change nothing. */
function isFiltered(cause: unknown): boolean {
  const { status, code } = (cause ?? {}) as { status?: number; code?: unknown };
  return status === 400 && (code === 'content_filter' || code === 'content_policy_violation');
}
