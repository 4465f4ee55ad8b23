import { z } from 'zod';

export const deduplicateConfig = z
  .strictObject({
    exact: z
      .boolean()
      .default(true)
      .describe('Keep one of the conversations that are the same but for case and white space.'),
    near: z
      .strictObject({
        enabled: z
          .boolean()
          .default(true)
          .describe('Keep one of the conversations that say nearly the same: the longest.'),
        threshold: z
          .number()
          .min(0.5)
          .max(1)
          .default(0.8)
          .describe(
            'Jaccard similarity from which they do, in [0.5, 1]: the share of runs of 3 words (5 characters in Chinese, Japanese, Thai, Lao, Khmer and Burmese) that two conversations have in common.',
          ),
        largest_share: z
          .number()
          .gt(0)
          .max(1)
          .default(0.05)
          .describe(
            'A cluster with more than this share of all conversations, and more than 50, is reported and left as it is.',
          ),
      })
      .prefault({})
      .describe('Near-duplicates: candidates by MinHash, each verified.'),
  })
  .prefault({})
  .describe('Conversations that say the same are kept once.');

export type NearDuplicatesConfig = z.infer<typeof deduplicateConfig>['near'];
