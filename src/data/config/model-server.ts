/** A server of language models that is asked for data or for judgements, and what that may cost. */
import { z } from 'zod';
import { keyVariable, serverUrl } from './server-settings.ts';

const price = z
  .strictObject({
    input: z.number().min(0).describe('Price of a million tokens sent.'),
    output: z.number().min(0).describe('Price of a million tokens answered.'),
    currency: z.string().min(1).default('USD').describe('Currency of prices and limit, for reports.'),
  })
  .optional()
  .describe(
    "Prices of the model, from the vendor's price list; without them cost is counted in tokens alone.",
  );

const limit = z
  .strictObject({
    tokens: z
      .int()
      .min(0)
      .default(2_000_000)
      .describe('Tokens, sent and answered together, that all answers may cost.'),
    money: z.number().min(0).optional().describe('Money that all answers may cost; needs price.'),
  })
  .prefault({})
  .describe(
    'Nothing is sent that could pass these limits. What is missing when one is reached is made by a run with a higher limit; answers that are there are not paid for again.',
  );

export const modelServerConfig = z
  .strictObject({
    provider: z
      .enum(['openai', 'anthropic'])
      .default('openai')
      .describe("openai: any server with OpenAI's chat completions, such as vLLM, llama-server or a vendor."),
    url: serverUrl
      .optional()
      .describe(
        'Base URL: with /v1 for provider openai; https://api.anthropic.com when left out for anthropic.',
      ),
    model: z.string().min(1).describe("The model's name on that server."),
    api_key_env: keyVariable
      .optional()
      .describe('Environment variable that holds the API key; leave it out for a server without keys.'),
    temperature: z
      .number()
      .min(0)
      .max(2)
      .optional()
      .describe("Sampling temperature (the server's own when left out; Anthropic's servers take none)."),
    max_tokens: z
      .int()
      .min(16)
      .max(16_384)
      .default(2048)
      .describe('Tokens of one answer at most; one that is cut there is not used.'),
    concurrency: z.int().min(1).max(64).default(4).describe('Requests under way at once.'),
    retries: z
      .int()
      .min(0)
      .max(20)
      .default(5)
      .describe('Tries after the first one, when the server is busy, in trouble or does not answer.'),
    timeout_seconds: z.number().positive().max(3600).default(120).describe('How long one answer may take.'),
    price,
    limit,
  })
  .superRefine(({ provider, url, temperature, price: prices, limit: { money } }, context) => {
    const fail = (path: string[], message: string): void =>
      void context.addIssue({ code: 'custom', path, message });
    if (provider === 'openai' && url === undefined) fail(['url'], 'provider openai needs a url');
    if (provider === 'anthropic' && temperature !== undefined)
      fail(['temperature'], "Anthropic's Messages API takes no temperature");
    if (money !== undefined && prices === undefined)
      fail(['limit', 'money'], 'a limit in money needs the prices of the model: set price');
  })
  .describe('The server that is asked.');

export type ModelServerConfig = z.infer<typeof modelServerConfig>;

/** The settings that answers depend on; how fast and how patiently a server is asked is none of them. */
export function answerSettings({
  concurrency: _concurrency,
  retries: _retries,
  timeout_seconds: _timeout,
  ...settings
}: ModelServerConfig): Partial<ModelServerConfig> {
  return settings;
}
