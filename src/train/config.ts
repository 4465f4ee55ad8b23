import { z } from 'zod';
import { adapterOptions, adapterProblems } from './config/adapter.ts';
import { optimisationOptions } from './config/optimisation.ts';
import { runningOptions } from './config/running.ts';
import type { Hyperparameters } from './hyperparameters.ts';

export const trainConfig = z
  .strictObject({
    base: z
      .string()
      .default('attune-base')
      .describe(
        'Base model: a folder in Hugging Face layout, a hub id (owner/name), or attune-base, the small one that comes with Attune.',
      ),
    engine: z
      .enum(['embedded'])
      .default('embedded')
      .describe('What trains. embedded runs on this machine with ONNX Runtime.'),
    method: z
      .enum(['lora', 'qlora', 'full', 'prefix'])
      .default('lora')
      .describe(
        'lora trains a small adapter; qlora the same on a base held in 4 bits; full trains every weight; prefix trains keys and values that stand before every text.',
      ),
    ...adapterOptions,
    quantization: z
      .strictObject({
        type: z
          .enum(['nf4', 'fp4'])
          .default('nf4')
          .describe('Numbers of 4 bits: nf4 for weights that are spread like a normal distribution, or fp4.'),
        double: z.boolean().default(true).describe('Quantise the scales of the blocks too, to 8 bits.'),
      })
      .prefault({})
      .describe('How method qlora holds the base, as bitsandbytes does.'),
    supervise: z
      .enum(['assistant', 'all'])
      .default('assistant')
      .describe('Tokens that are learnt: those of assistant turns, or all of the conversation.'),
    epochs: z
      .number()
      .positive()
      .optional()
      .describe('Passes over the training examples; may be a fraction (default: by the number of examples).'),
    max_steps: z
      .int()
      .positive()
      .optional()
      .describe('Stop after this many optimiser steps, whatever the epochs say.'),
    sequence_length: z
      .int()
      .min(16)
      .max(131072)
      .default(512)
      .describe('Tokens in one packed row; longer examples are cut, and counted.'),
    max_truncated_share: z
      .number()
      .min(0)
      .max(1)
      .default(0.2)
      .describe('Refused beyond this: the share of all tokens to learn from that sequence_length cuts off.'),
    batch_size: z.int().min(1).default(8).describe('Packed rows in one forward pass.'),
    gradient_accumulation: z.int().min(1).default(1).describe('Forward passes in one optimiser step.'),
    group_by_length: z
      .boolean()
      .default(false)
      .describe(
        'Sort examples by length within groups of 50 batches. Rows are packed either way; sorted, they are about 1% fuller.',
      ),
    ...optimisationOptions,
    ...runningOptions,
  })
  .superRefine(checkTogether)
  .describe('How the model is trained.');

/** What options forbid one another. */
function checkTogether(
  config: {
    warmup_ratio?: number | undefined;
    warmup_steps?: number | undefined;
    method: string;
    optimizer: string;
    adapter?: string | undefined;
    lora?: object | undefined;
    prefix?: object | undefined;
  },
  context: z.RefinementCtx,
): void {
  const refuse = (option: string, message: string): void =>
    context.addIssue({ code: 'custom', path: [option], message });
  if (config.warmup_ratio !== undefined && config.warmup_steps !== undefined)
    refuse('warmup_steps', 'not together with warmup_ratio: give one of the two');
  for (const [option, message] of adapterProblems(config)) refuse(option, message);
  if (config.optimizer === 'adafactor' && config.method !== 'full')
    refuse(
      'optimizer',
      "adafactor is for method full: its steps are relative to the size of a matrix, and a new adapter's starts at zero",
    );
}

/** As the project file says it. */
export type TrainConfig = z.infer<typeof trainConfig>;

/** With a value for every setting that has a default by size. */
export type ResolvedTrainConfig = TrainConfig & Hyperparameters;
