import { z } from 'zod';

export const splitConfig = z
  .strictObject({
    train: z.number().gt(0).lt(1).default(0.8).describe('Share of the examples that are trained on.'),
    validation: z.number().gt(0).lt(1).default(0.1).describe('Share that chooses the best checkpoint.'),
    test: z.number().gt(0).lt(1).default(0.1).describe('Share that the final measurements are made on.'),
    stratify: z
      .string()
      .min(1)
      .default('topic')
      .describe('Fact about an example (topic, outcome, language ...) that every split gets in proportion.'),
  })
  .superRefine(({ train, validation, test }, context) => {
    const sum = train + validation + test;
    if (Math.abs(sum - 1) > 1e-6)
      context.addIssue({
        code: 'custom',
        message: `train, validation and test must sum to 1; they sum to ${Number(sum.toFixed(6))}`,
      });
  })
  .describe('How examples are divided, whole conversations at a time.');

export type SplitConfig = z.infer<typeof splitConfig>;
