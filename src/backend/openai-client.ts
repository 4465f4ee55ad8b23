import type { OpenAI } from 'openai';
import { readApiKey } from './api-key.ts';
import { guardedFetch } from './guarded-fetch.ts';
import { withoutVendorSettings } from './vendor-settings.ts';

export type OpenAiClientOptions = {
  /** Up to and including /v1. */
  baseUrl: string;
  /** Name of the environment variable that holds the key; servers without keys need none. */
  apiKeyVariable?: string | undefined;
  timeoutMs: number;
  /** Tries after the first one, for connection failures and answers 408, 409, 429 and 5xx. */
  retries: number;
};

/** A client of this server that knows nothing from the environment but the key. Throws AttuneError 'config' when the key's variable is not set. */
export async function openAiClient(options: OpenAiClientOptions): Promise<OpenAI> {
  const { baseUrl, apiKeyVariable, timeoutMs, retries } = options;
  const { OpenAI: Client } = await import('openai');
  // Read before the vendor's variables are hidden: OPENAI_API_KEY is the name that most keys have.
  const apiKey = readApiKey(apiKeyVariable);
  return withoutVendorSettings(
    () =>
      new Client({
        baseURL: baseUrl,
        apiKey,
        timeout: timeoutMs,
        maxRetries: retries,
        logLevel: 'off',
        fetch: guardedFetch,
      }),
  );
}
