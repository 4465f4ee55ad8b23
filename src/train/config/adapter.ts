/** What is trained on a frozen base: a new adapter's settings, or an adapter to go on from. */
import { z } from 'zod';
import { valuesByPattern } from '../../model/peft-config.ts';

const moduleName = z
  .string()
  .regex(/^[A-Za-z_][\w.]*$/, 'the name of a module, or the last parts of it: q_proj, mlp.up_proj');

const rank = z.int().min(1).max(512);
const alpha = z.number().positive();

export const loraSection = z.strictObject({
  rank: rank.default(16).describe('Rank of the adapter matrices.'),
  alpha: alpha.default(32).describe('Scale: the adapter is multiplied by alpha / rank.'),
  dropout: z
    .number()
    .min(0)
    .max(0.9)
    .default(0)
    .describe('Dropout on the input of the adapter, in [0, 0.9].'),
  use_rslora: z
    .boolean()
    .default(false)
    .describe('Scale by alpha / √rank, so that a high rank is worth its cost.'),
  use_dora: z
    .boolean()
    .default(false)
    .describe('Train the length of every row of a weight apart from its direction (DoRA); slower.'),
  target_modules: z
    .union([z.literal('all-linear'), z.array(moduleName).min(1)])
    .default('all-linear')
    .describe(
      'Linear layers that get an adapter, by the ends of their names (q_proj, layers.0.mlp.up_proj, lm_head), or all-linear: all but the output head.',
    ),
  rank_pattern: valuesByPattern(rank)
    .default({})
    .describe('Other ranks for modules whose name ends in a pattern, as PEFT matches it: {down_proj: 8}.'),
  alpha_pattern: valuesByPattern(alpha)
    .default({})
    .describe('Other alphas for modules whose name ends in a pattern.'),
  bias: z
    .enum(['none', 'lora_only', 'all'])
    .default('none')
    .describe('Biases that are trained: none, those of the layers with an adapter, or all.'),
  modules_to_save: z
    .array(moduleName)
    .default([])
    .describe(
      'Modules that are trained whole and saved with the adapter, by the ends of their names: embed_tokens, lm_head, norm.',
    ),
});

export const prefixSection = z.strictObject({
  tokens: z
    .int()
    .min(1)
    .max(1024)
    .default(20)
    .describe('Trained key-value pairs before every text, per layer.'),
});

export const adapterOptions = {
  adapter: z
    .string()
    .optional()
    .describe(
      'Folder of a PEFT adapter on this base to go on from, in place of a new one; its own settings hold.',
    ),
  lora: loraSection
    .optional()
    .describe('A new adapter of methods lora and qlora (default: the values below).'),
  prefix: prefixSection.optional().describe('A new prefix of method prefix (default: the values below).'),
};

type Given = { method: string; adapter?: unknown; lora?: unknown; prefix?: unknown };

/** Sections that the method or an adapter to go on from leaves without meaning: option and reason. */
export function adapterProblems(config: Given): [option: string, message: string][] {
  const { method } = config;
  const problems: [string, string][] = [];
  if (config.adapter !== undefined && method === 'full')
    problems.push(['adapter', 'not with method full, which trains no adapter']);
  for (const [section, methods] of [
    ['lora', ['lora', 'qlora']],
    ['prefix', ['prefix']],
  ] as const) {
    if (config[section] === undefined) continue;
    if (!(methods as readonly string[]).includes(method))
      problems.push([section, `not with method ${method}, but with ${methods.join(' and ')}`]);
    else if (config.adapter !== undefined)
      problems.push([
        section,
        'describes a new adapter; with train.adapter, the settings in its folder hold',
      ]);
  }
  return problems;
}
