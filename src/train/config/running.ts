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
  threads: z.int().positive().optional().describe('CPU threads (default: all that this process may use).'),
};
