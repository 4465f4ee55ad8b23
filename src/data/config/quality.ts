import { z } from 'zod';
import { modelServerConfig } from './model-server.ts';

const weight = (value: number, what: string): z.ZodDefault<z.ZodNumber> =>
  z.number().min(0).default(value).describe(`Weight of ${what}; 0 leaves it out of the score.`);

const values = (defaults: string[], what: string): z.ZodDefault<z.ZodArray<z.ZodString>> =>
  z
    .array(z.string().trim().toLowerCase().min(1))
    .default(defaults)
    .describe(`Outcomes that mean that the customer's matter was ${what} (case does not count).`);

export const qualityConfig = z
  .strictObject({
    enabled: z.boolean().default(true).describe('Score every conversation and leave out the worst.'),
    min_score: z
      .number()
      .min(0)
      .max(1)
      .default(0)
      .describe(
        'Conversations whose combined score, in [0, 1], is lower are left out, however few are left.',
      ),
    good_enough: z
      .number()
      .gt(0)
      .max(1)
      .default(0.35)
      .describe(
        'A component that reaches this counts in full when it is decided who stays: clear faults go first, and among conversations without any the seed draws. 1 keeps the highest scores.',
      ),
    weights: z
      .strictObject({
        resolution: weight(1, 'the outcome'),
        satisfaction: weight(1, "the customer's rating"),
        coherence: weight(1, 'replies that belong to what was asked'),
        repetition: weight(1, 'freedom from repetition'),
        length: weight(1, 'how much the replies say'),
        formatting: weight(1, 'replies without faults of form'),
        support: weight(1, 'words of the replies found in the knowledge base'),
        semantic_support: weight(1, 'nearness of the replies to the knowledge base, by an encoder'),
        fluency: weight(0.5, "the model's probability of the replies"),
        following: weight(1, 'instruction-following difficulty'),
        judge: weight(3, "the judge's score"),
      })
      .refine(
        (weights) => Object.values(weights).some((value) => value > 0),
        'one of them must be more than 0; to score nothing, set quality.enabled to false',
      )
      .prefault({})
      .describe(
        'The combined score is the weighted mean of the components that are known for a conversation.',
      ),
    perplexity: z
      .strictObject({
        model: z
          .string()
          .min(1)
          .default('attune-base')
          .describe('The model that is asked: attune-base, a folder, or owner/name on the hub.'),
      })
      .optional()
      .describe(
        'Score the replies by a model: fluency and instruction-following difficulty. Takes minutes for some thousand conversations.',
      ),
    judge: modelServerConfig
      .optional()
      .describe(
        'A language model that rates every conversation; what it has no verdict on is scored without.',
      ),
    resolution: z
      .strictObject({
        success: values(
          ['resolved', 'solved', 'closed', 'completed', 'complete', 'success', 'successful', 'yes', 'true'],
          'settled',
        ),
        failure: values(
          ['unresolved', 'unsolved', 'failed', 'failure', 'unsuccessful', 'abandoned', 'no', 'false'],
          'not settled',
        ),
      })
      .prefault({})
      .describe(
        'What the outcome says. Ask what it measures: a booking that failed because the hotel was full is no bad reply.',
      ),
    satisfaction: z
      .strictObject({
        scale: z
          .tuple([z.number(), z.number()])
          .refine(([lowest, highest]) => lowest < highest, 'must go from the lowest to the highest')
          .default([1, 5])
          .describe('Lowest and highest points of ratings that are bare numbers.'),
      })
      .prefault({})
      .describe('How ratings are read. Thumbs, percentages (`85%`) and shares (`4/5`) need no scale.'),
  })
  .prefault({})
  .describe('Level 2: how good each conversation is to learn from.');

export type QualityConfig = z.infer<typeof qualityConfig>;
