import { z } from 'zod';

export const diversityConfig = z
  .strictObject({
    enabled: z
      .boolean()
      .default(true)
      .describe('Find topics, mood and difficulty, and choose what stands for all.'),
    method: z
      .enum(['facility-location', 'k-center'])
      .default('facility-location')
      .describe(
        'facility-location keeps what stands for many others; k-center keeps what differs most, outliers included.',
      ),
    quota: z
      .strictObject({
        by: z
          .enum(['topic', 'outcome', 'cluster', 'none'])
          .default('topic')
          .describe(
            'What every group gets its own part of; topic means the clusters where less than half of the conversations have a topic.',
          ),
        balance: z
          .number()
          .min(0)
          .max(1)
          .default(0)
          .describe('0 keeps groups in proportion, 1 makes them equal in size as far as they reach.'),
      })
      .prefault({})
      .describe('How the places are divided.'),
    clusters: z
      .int()
      .min(1)
      .max(256)
      .optional()
      .describe('Clusters to find (default: the square root of half the conversations, 2 to 64).'),
  })
  .prefault({})
  .describe('Level 3: conversations that differ from one another.');

const share = (value: number, what: string): z.ZodDefault<z.ZodNumber> =>
  z.number().gt(0).max(1).default(value).describe(what);

export const funnelConfig = z
  .strictObject({
    basic: share(
      0.7,
      'Share of the collected conversations expected to be left after level 1, the rules; it is reported, nothing is cut to it.',
    ),
    quality: share(0.4, 'Share of the collected conversations kept by quality.'),
    diversity: share(0.25, 'Share of the collected conversations kept by diversity.'),
    at_least: z
      .int()
      .min(0)
      .default(2000)
      .describe(
        'Quality and diversity never choose fewer conversations than this, so small sets stay whole.',
      ),
  })
  .prefault({})
  .describe('How many conversations the levels of curation leave.');

export type DiversityConfig = z.infer<typeof diversityConfig>;
export type FunnelConfig = z.infer<typeof funnelConfig>;
