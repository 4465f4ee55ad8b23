/** An adapter's configuration as PEFT's adapter_config.json holds it. What changes the arithmetic is read, or refused by name. */
import { z } from 'zod';
import { AttuneError } from '../base/errors.ts';
import type { AdapterConfig } from './adapter.ts';
import type { ModelConfig } from './config.ts';
import type { LoraConfig } from './lora.ts';
import { patternProblem } from './module-match.ts';
import type { PrefixConfig } from './prefix.ts';

const pattern = z.string().superRefine((source, context) => {
  const problem = patternProblem(source);
  if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
});
const names = z.array(z.string().min(1));

/** PEFT's rank_pattern and alpha_pattern: values by the regular expression that the end of a module's name fits. */
export function valuesByPattern(value: z.ZodNumber): z.ZodRecord<z.ZodString, z.ZodNumber> {
  return z.record(z.string(), value).superRefine((values, context) => {
    for (const key of Object.keys(values)) {
      const message = patternProblem(key);
      if (message !== undefined) context.addIssue({ code: 'custom', path: [key], message });
    }
  });
}

/** Starting values that only say where A and B began. The others also change the base's weights (PiSSA, OLoRA, CorDA, LoftQ ...). */
const plainStarts = [true, false, 'gaussian', 'eva', 'orthogonal', null, undefined];

const taskType = z.literal('CAUSAL_LM', 'only adapters of causal language models can be read').nullish();

const loraFile = z.looseObject({
  peft_type: z.literal('LORA'),
  task_type: taskType,
  r: z.int().positive(),
  lora_alpha: z.number().positive(),
  lora_dropout: z.number().min(0).lt(1).default(0),
  target_modules: z.union([pattern, names.min(1)]),
  exclude_modules: z.union([pattern, names]).nullish(),
  layers_to_transform: z.union([z.int().transform((layer) => [layer]), z.array(z.int())]).nullish(),
  layers_pattern: z
    .union([pattern.transform((list) => (list === '' ? [] : [list])), z.array(pattern)])
    .nullish(),
  rank_pattern: valuesByPattern(z.int().positive()).nullish(),
  alpha_pattern: valuesByPattern(z.number().positive()).nullish(),
  use_rslora: z.boolean().nullish(),
  use_dora: z.boolean().nullish(),
  bias: z.enum(['none', 'lora_only', 'all']).nullish(),
  modules_to_save: names.nullish(),
  init_lora_weights: z
    .any()
    .optional()
    .refine((start) => plainStarts.includes(start), 'changes the base model, which is not supported yet'),
});

const prefixFile = z.looseObject({
  peft_type: z.literal('PREFIX_TUNING'),
  task_type: taskType,
  num_virtual_tokens: z.int().positive(),
  num_transformer_submodules: z
    .literal(1, 'is for models with an encoder, which are not supported')
    .nullish(),
});

const adapterFile = z.discriminatedUnion('peft_type', [loraFile, prefixFile]);

/** Fields that change no arithmetic, or that the shapes of the tensors say again. */
const papers = {
  common: [
    'auto_mapping',
    'base_model_name_or_path',
    'revision',
    'inference_mode',
    'peft_version',
    'runtime_config',
  ],
  LORA: ['eva_config', 'qalora_group_size', 'megatron_core'],
  // A saved prefix is what its projection gave, whether there was one or not.
  PREFIX_TUNING: [
    'prefix_projection',
    'encoder_hidden_size',
    'init_weights',
    'token_dim',
    'num_attention_heads',
    'num_layers',
  ],
};

/**
 * What `file` (parsed JSON, found at `path`) says. Throws AttuneError 'model' naming a field that is missing, wrong,
 * or set to something that this engine does not compute.
 */
export function parseAdapterConfig(file: unknown, path: string): AdapterConfig {
  const parsed = adapterFile.safeParse(file);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const field = issue!.path.join('.') || 'the file';
    throw new AttuneError('model', `${path}: ${field}: ${issue!.message}`, {
      fix: 'LoRA and prefix-tuning adapters of PEFT can be read.',
    });
  }
  const { data } = parsed;
  const read = data.peft_type === 'LORA' ? loraFile.shape : prefixFile.shape;
  const known = new Set([...Object.keys(read), ...papers.common, ...papers[data.peft_type]]);
  for (const [field, value] of Object.entries(data))
    if (!known.has(field) && !isEmpty(value))
      throw new AttuneError('model', `${path}: ${field} = ${JSON.stringify(value)} is not supported yet`, {
        fix: 'Go on from an adapter without it, or start a new one.',
      });
  if (data.peft_type === 'PREFIX_TUNING')
    return { kind: 'prefix', config: { tokens: data.num_virtual_tokens } };
  return {
    kind: 'lora',
    config: {
      rank: data.r,
      alpha: data.lora_alpha,
      dropout: data.lora_dropout,
      targetModules: data.target_modules,
      excludeModules: data.exclude_modules ?? undefined,
      layersToTransform: data.layers_to_transform ?? undefined,
      layersPattern: data.layers_pattern ?? undefined,
      rankPattern: data.rank_pattern ?? {},
      alphaPattern: data.alpha_pattern ?? {},
      useRslora: data.use_rslora ?? false,
      useDora: data.use_dora ?? false,
      bias: data.bias ?? 'none',
      modulesToSave: data.modules_to_save ?? [],
    },
  };
}

function isEmpty(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0;
  return value === null || value === undefined || value === false || value === '';
}

/** An adapter as adapter_config.json holds it; fields left out have PEFT's defaults. */
export function adapterFileOf(
  { kind, config: adapter }: AdapterConfig,
  config: ModelConfig,
  baseName: string,
): Record<string, unknown> {
  const common = { base_model_name_or_path: baseName, inference_mode: true, task_type: 'CAUSAL_LM' };
  return { ...common, ...(kind === 'lora' ? loraFields(adapter) : prefixFields(adapter, config)) };
}

function loraFields(lora: LoraConfig): Record<string, unknown> {
  return {
    alpha_pattern: lora.alphaPattern,
    bias: lora.bias,
    exclude_modules: lora.excludeModules ?? null,
    fan_in_fan_out: false,
    init_lora_weights: true,
    layers_pattern: lora.layersPattern ?? null,
    layers_to_transform: lora.layersToTransform ?? null,
    lora_alpha: lora.alpha,
    lora_dropout: lora.dropout,
    modules_to_save: lora.modulesToSave.length > 0 ? lora.modulesToSave : null,
    peft_type: 'LORA',
    r: lora.rank,
    rank_pattern: lora.rankPattern,
    target_modules: lora.targetModules,
    use_dora: lora.useDora,
    use_rslora: lora.useRslora,
  };
}

function prefixFields(
  { tokens }: PrefixConfig,
  { layers, keyValueHeads, headDim }: ModelConfig,
): Record<string, unknown> {
  return {
    encoder_hidden_size: keyValueHeads * headDim,
    num_attention_heads: keyValueHeads,
    num_layers: layers,
    num_transformer_submodules: 1,
    num_virtual_tokens: tokens,
    peft_type: 'PREFIX_TUNING',
    prefix_projection: false,
    token_dim: keyValueHeads * headDim,
  };
}
