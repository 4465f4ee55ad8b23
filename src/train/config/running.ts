import { z } from 'zod';

/** What happens between steps, and on what. */
export const runningOptions = {
  evaluate_every: z
    .int()
    .positive()
    .default(50)
    .describe('Steps between two losses on the validation split.'),
  checkpoint_every: z
    .int()
    .positive()
    .default(50)
    .describe('Steps between two checkpoints: what a crash can lose at most.'),
  keep_checkpoints: z
    .int()
    .positive()
    .default(2)
    .describe('Newest checkpoints that are kept during a run, besides the best weights.'),
  early_stopping: z
    .int()
    .positive()
    .optional()
    .describe('Stop after this many evaluations without a better validation loss.'),
  log: z
    .array(z.enum(['tensorboard', 'wandb']))
    .default([])
    .describe(
      'Write the losses in the formats of other tools too, into the result: tensorboard --logdir .attune shows a run while it goes on; wandb sync uploads run-attune.wandb.',
    ),
  gradient_checkpointing: z
    .boolean()
    .default(false)
    .describe(
      'Keep of each layer only its input, and compute the rest again in the backward pass: a fraction of the memory for about a third more time.',
    ),
  threads: z.int().positive().optional().describe('CPU threads (default: all that this process may use).'),
};
