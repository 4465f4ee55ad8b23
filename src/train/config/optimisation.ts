import { z } from 'zod';

/** How weights are changed in a step. */
export const optimisationOptions = {
  optimizer: z
    .enum(['adamw', 'adamw_8bit', 'adafactor'])
    .default('adamw')
    .describe(
      'adamw keeps 8 bytes of state a trained weight; adamw_8bit 2; adafactor next to none, for method full: its learning rate is relative to the size of each matrix (1e-2 is usual).',
    ),
  learning_rate: z
    .number()
    .positive()
    .optional()
    .describe('Peak learning rate (default: by the method and the width of the model).'),
  schedule: z
    .enum(['cosine', 'linear', 'constant'])
    .default('cosine')
    .describe('Shape of the learning rate after warm-up.'),
  warmup_ratio: z
    .number()
    .min(0)
    .max(0.5)
    .optional()
    .describe('Share of the steps with a rising learning rate (default: 0.05).'),
  warmup_steps: z
    .int()
    .min(0)
    .optional()
    .describe('Steps with a rising learning rate, in place of warmup_ratio.'),
  weight_decay: z
    .number()
    .min(0)
    .default(0)
    .describe('Decay of all trained weights but biases and norms, as in AdamW.'),
  adam_beta1: z.number().min(0).max(0.9999).default(0.9).describe('AdamW beta 1.'),
  adam_beta2: z.number().min(0).max(0.99999).default(0.999).describe('AdamW beta 2.'),
  adam_epsilon: z.number().positive().default(1e-8).describe('AdamW epsilon.'),
  max_gradient_norm: z.number().positive().default(1).describe('Gradients are scaled down to this norm.'),
  neftune_alpha: z
    .number()
    .positive()
    .optional()
    .describe(
      'NEFTune: uniform noise on the embeddings in training, scaled by this / √(tokens of the example · hidden size); 5 is usual.',
    ),
};
