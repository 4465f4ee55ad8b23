import { z } from 'zod';

export const splitConfig = z
  .strictObject({
    train: z.number().gt(0).lt(1).default(0.8).describe('Share of the examples that are trained on.'),
    validation: z.number().gt(0).lt(1).default(0.1).describe('Share that chooses the best checkpoint.'),
    test: z.number().gt(0).lt(1).default(0.1).describe('Share that the final measurements are made on.'),
    by: z
      .enum(['random', 'time'])
      .default('random')
      .describe(
        'random draws with the seed; time trains on the oldest conversations and tests on the newest (meta.createdAt).',
      ),
    stratify: z
      .string()
      .min(1)
      .default('topic')
      .describe(
        'Fact about an example (topic, outcome, language ...) that every split gets in proportion, when drawn at random.',
      ),
    similarity: z
      .number()
      .min(0.5)
      .max(1)
      .default(0.8)
      .describe(
        'Conversations at least this similar stay in one split: Jaccard similarity as in curate.deduplicate.near.threshold.',
      ),
    synthetic: z
      .enum(['train', 'everywhere'])
      .default('train')
      .describe(
        'train: examples that a language model wrote are trained on only, and those made from what is validated or tested with are left out; everywhere: they are measured with like all others.',
      ),
    benchmarks: z
      .array(z.string().min(1))
      .default([])
      .describe(
        'Files of benchmarks (.jsonl, .json, .csv, .txt) whose questions must not be trained on: examples of train that hold one are left out.',
      ),
  })
  .superRefine(({ train, validation, test }, context) => {
    const sum = train + validation + test;
    if (Math.abs(sum - 1) > 1e-6)
      context.addIssue({
        code: 'custom',
        message: `train, validation and test must sum to 1; they sum to ${Number(sum.toFixed(6))}`,
      });
  })
  .describe('How examples are divided, whole conversations and near-duplicates at a time.');

export type SplitConfig = z.infer<typeof splitConfig>;
