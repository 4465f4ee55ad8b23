import { z } from 'zod';
import { keyVariable, serverUrl } from '../data/config/server-settings.ts';
import { metricNames } from './metrics/metric.ts';

const llamaCpp = z.strictObject({ kind: z.literal('llama.cpp').describe('The embedded llama.cpp.') });

const openai = z.strictObject({
  kind: z.literal('openai').describe('Any OpenAI-compatible URL (vLLM, TGI, llama-server, a vendor).'),
  url: serverUrl.describe('Where it answers, such as http://localhost:8000/v1.'),
  model: z.string().min(1).describe('Name of the tuned model there.'),
  base_model: z.string().min(1).describe('Name of the base model there.'),
  api_key_env: keyVariable.optional().describe('Environment variable that holds the API key.'),
  concurrency: z.int().min(1).max(256).default(4).describe('Requests in flight at once.'),
});

export const evaluateConfig = z
  .strictObject({
    backend: z
      .discriminatedUnion('kind', [llamaCpp, openai])
      .prefault({ kind: 'llama.cpp' })
      .describe('What generates the replies that are measured.'),
    metrics: z
      .array(z.enum(metricNames))
      .min(1)
      .default([...metricNames])
      .describe('What is measured; a metric that cannot be measured is left out and the report says why.'),
    actions: z
      .string()
      .min(1)
      .optional()
      .describe('File of reply templates by action, for next-action accuracy.'),
    max_examples: z
      .int()
      .positive()
      .optional()
      .describe('Generate replies on at most this many test conversations, drawn with the project seed.'),
    max_reply_tokens: z.int().positive().default(96).describe('Longest generated reply, in tokens.'),
    bootstrap: z
      .strictObject({
        resamples: z
          .int()
          .min(2000)
          .max(10000)
          .default(10000)
          .describe('Bootstrap resamples behind every interval.'),
        confidence: z.number().min(0.5).max(0.999).default(0.95).describe('Coverage of the intervals.'),
      })
      .prefault({})
      .describe('How the intervals are computed.'),
    groups: z
      .array(z.string().min(1))
      .default([])
      .describe('Facts about an example (outcome, language ...) by which the metrics are also reported.'),
    side_by_side: z.int().min(0).max(200).default(12).describe('Answers shown side by side in the report.'),
  })
  .describe('How base and tuned model are compared on the test split.');

export type EvaluateConfig = z.infer<typeof evaluateConfig>;
