import type { Reporter } from '../base/progress.ts';
import { type Asker, openAsker } from '../backend/structured/asker.ts';
import type { ModelServerConfig } from '../data/config/model-server.ts';

export type AskerContext = {
  /** Where answers are kept from run to run. */
  cacheFolder: string;
  seed: number;
  report: Reporter;
  signal: AbortSignal;
};

const anthropicUrl = 'https://api.anthropic.com';

/** Opens the server of a project file. Throws AttuneError 'config' when the variable of its key is not set. */
export function openConfiguredAsker(server: ModelServerConfig, context: AskerContext): Promise<Asker> {
  const { provider, url = anthropicUrl, model, temperature, price, limit } = server;
  return openAsker({
    provider,
    url,
    model,
    apiKeyVariable: server.api_key_env,
    temperature,
    maxTokens: server.max_tokens,
    concurrency: server.concurrency,
    retries: server.retries,
    timeoutMs: server.timeout_seconds * 1000,
    prices: price,
    limit,
    ...context,
  });
}
