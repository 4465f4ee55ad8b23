/** Anthropic's Messages API. Its structured output is `output_config.format`; it takes neither a seed nor a temperature. */
import type { Anthropic } from '@anthropic-ai/sdk';
import { isRecord } from '../../base/json.ts';
import { readApiKey } from '../api-key.ts';
import { guardedFetch } from '../guarded-fetch.ts';
import { withoutKey } from '../redact.ts';
import { withoutVendorSettings } from '../vendor-settings.ts';
import type { ServerOptions } from './openai-server.ts';
import {
  type Exchange,
  joinTextParts,
  type ModelServer,
  noUsableResponse,
  readResponseBody,
  readTokens,
  schemaInstruction,
} from './server.ts';
import type { ServerAnswer, TokenCounts, Trouble } from './server.ts';
import { readTrouble } from './read-trouble.ts';

/** Throws AttuneError 'config' when the key's variable is not set. Nothing is sent before the first exchange. */
export async function openAnthropicServer(options: ServerOptions): Promise<ModelServer> {
  const { url, model, apiKeyVariable, timeoutMs } = options;
  const sdk = await import('@anthropic-ai/sdk');
  const { APIError, APIConnectionError, APIConnectionTimeoutError } = sdk;
  const apiKey = readApiKey(apiKeyVariable);
  const client = withoutVendorSettings(
    () =>
      new sdk.Anthropic({
        baseURL: url,
        apiKey,
        timeout: timeoutMs,
        // Retried by who also keeps the limits and the counts.
        maxRetries: 0,
        fetch: guardedFetch,
        logLevel: 'off',
        openTelemetry: false,
      }),
  );
  const errors = { APIError, APIConnectionError, APIConnectionTimeoutError };
  let holdsToSchema = true;

  const send = async (request: Exchange, withSchema: boolean, signal: AbortSignal) => {
    // The client's own time limit ends with the headers; a body may stall as well.
    const timeout = AbortSignal.timeout(timeoutMs);
    try {
      const body = bodyOf(model, request, withSchema);
      const response = await client.messages.create(body, { signal: AbortSignal.any([signal, timeout]) });
      return readResponse(response, apiKey);
    } catch (cause) {
      return readTrouble(cause, { errors, url, apiKey, timedOut: timeout.aborted, now: Date.now() });
    }
  };

  return {
    name: `${model} at ${url}`,
    exchange: async (request, signal) => {
      const outcome = await send(request, holdsToSchema, signal);
      const refused = 'cause' in outcome && outcome.cause === 'refused request';
      if (!refused || !holdsToSchema || !/output_config|schema|format/i.test(outcome.message)) return outcome;
      const plainer = await send(request, false, signal);
      if (!('cause' in plainer)) holdsToSchema = false;
      return plainer;
    },
  };
}

function bodyOf(
  model: string,
  request: Exchange,
  withSchema: boolean,
): Anthropic.MessageCreateParamsNonStreaming {
  const { messages, maxTokens, schema } = request;
  const system = messages.filter(({ role }) => role === 'system').map(({ content }) => content);
  if (!withSchema) system.push(schemaInstruction(request));
  return {
    model,
    max_tokens: maxTokens,
    ...(system.length > 0 && { system: system.join('\n\n') }),
    messages: messages.flatMap(({ role, content }) => (role === 'system' ? [] : [{ role, content }])),
    ...(withSchema && { output_config: { format: { type: 'json_schema' as const, schema: { ...schema } } } }),
  };
}

function readResponse(given: unknown, apiKey: string): ServerAnswer | Trouble {
  const response = readResponseBody(given);
  const content = response?.['content'];
  if (response === undefined || !Array.isArray(content))
    return noUsableResponse(given, 'list of content', apiKey);
  const text = withoutKey(joinTextParts(content), apiKey);
  const reason = response['stop_reason'];
  const cut = reason === 'max_tokens' || reason === 'model_context_window_exceeded';
  const finish = reason === 'refusal' ? 'refused' : cut ? 'length' : 'stop';
  return { text, finish, tokens: countTokens(response['usage']) };
}

/** Input that was written to or read from the vendor's prompt cache is counted apart, and is input all the same. */
function countTokens(usage: unknown): TokenCounts | undefined {
  if (!isRecord(usage)) return undefined;
  const cached = readTokens(usage['cache_creation_input_tokens'] ?? 0, usage['cache_read_input_tokens'] ?? 0);
  const plain = readTokens(usage['input_tokens'], usage['output_tokens']);
  if (plain === undefined || cached === undefined) return undefined;
  return { input: plain.input + cached.input + cached.output, output: plain.output };
}
