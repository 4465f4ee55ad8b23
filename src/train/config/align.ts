/** The section `align`: how a model learns from preferences. What it does not set is as under train. */
import { z } from 'zod';
import { keyVariable, serverUrl } from '../../data/config/server-settings.ts';
import { trainConfig } from '../config.ts';

const settings = trainConfig.shape;

const sampled = z
  .strictObject({
    prompts: z
      .int()
      .positive()
      .default(256)
      .describe(
        'Turns of the train split that the model answers, drawn with the seed; the other splits in proportion.',
      ),
    samples: z.int().min(2).max(32).default(4).describe('Answers to each of them.'),
    temperature: z.number().positive().max(5).default(1).describe('Sampling temperature.'),
    max_tokens: z
      .int()
      .positive()
      .default(128)
      .describe('Tokens of an answer at most; one that is cut there takes no part.'),
    judge: z
      .discriminatedUnion('kind', [
        z.strictObject({
          kind: z
            .literal('reference')
            .describe(
              'Right is what does as the data did: the same tool call, the same macro (evaluate.actions), or else the same text.',
            ),
        }),
        z.strictObject({
          kind: z.literal('module').describe('A rule of your own.'),
          module: z
            .string()
            .min(1)
            .describe(
              'A TypeScript or JavaScript module that exports score(answer, {prompt, reference, meta}): a number, or true and false.',
            ),
        }),
        z.strictObject({
          kind: z
            .literal('openai')
            .describe(
              'A model compares two answers, asked twice with the order swapped; where it contradicts itself there is no pair.',
            ),
          url: serverUrl.describe('Base URL of an OpenAI-compatible server, with /v1.'),
          model: z.string().min(1).describe('Model that judges.'),
          api_key_env: keyVariable.optional().describe('Environment variable that holds the API key.'),
          criteria: z
            .string()
            .min(1)
            .default('Which answer helps the customer more: correct, complete, polite and to the point?')
            .describe('What the judge is asked.'),
        }),
      ])
      .prefault({ kind: 'reference' })
      .describe('What tells a good answer from a bad one.'),
  })
  .optional()
  .describe('Pairs from answers of the trained model itself.');

const pairs = z
  .strictObject({
    given: z.boolean().default(true).describe('Use the pairs that preference records bring.'),
    picked: z.boolean().default(true).describe('Use turns where a person picked one of several replies.'),
    rated: z
      .boolean()
      .default(true)
      .describe('Use ratings: of two replies to one prompt the better rated one is preferred.'),
    min_rating_difference: z
      .number()
      .positive()
      .default(1)
      .describe('Ratings closer together than this make no pair; thumbs are 0 and 1.'),
    sampled,
    per_turn: z.int().positive().default(1).describe('Pairs of one turn at most, drawn with the seed.'),
    max: z
      .int()
      .positive()
      .optional()
      .describe('Pairs to train on at most, drawn with the seed; for validation in proportion.'),
  })
  .prefault({})
  .describe('Where the preference pairs come from.');

export const alignConfig = z
  .strictObject({
    objective: z
      .enum(['dpo', 'orpo'])
      .default('dpo')
      .describe(
        'dpo prefers against a reference, the model it starts from; orpo needs none and learns the preferred answer too.',
      ),
    loss: z
      .enum(['sigmoid', 'ipo', 'hinge'])
      .default('sigmoid')
      .describe('Loss of dpo: sigmoid (the paper), ipo (bounded preference), hinge (SLiC).'),
    beta: z
      .number()
      .positive()
      .default(0.1)
      .describe('dpo: how dear it is to leave the reference; orpo: weight of the odds ratio (lambda).'),
    label_smoothing: z
      .number()
      .min(0)
      .lt(0.5)
      .default(0)
      .describe('dpo with loss sigmoid: share of the pairs thought to be the wrong way round.'),
    from: z
      .enum(['train', 'base'])
      .default('train')
      .describe('Start from the trained model, or from the base itself: then the stage train is left out.'),
    pairs,
    epochs: settings.epochs,
    max_steps: settings.max_steps,
    batch_size: settings.batch_size,
    gradient_accumulation: settings.gradient_accumulation,
    learning_rate: settings.learning_rate,
    schedule: settings.schedule,
    warmup_ratio: settings.warmup_ratio,
    warmup_steps: settings.warmup_steps,
    evaluate_every: settings.evaluate_every,
    checkpoint_every: settings.checkpoint_every,
    early_stopping: settings.early_stopping,
  })
  .superRefine(({ objective, loss, label_smoothing: smoothing, from, pairs: { sampled: own } }, context) => {
    const fail = (path: string[], message: string): void =>
      void context.addIssue({ code: 'custom', path, message });
    if (objective === 'orpo' && loss !== 'sigmoid')
      fail(['loss'], 'only objective dpo has a choice of losses');
    if (smoothing > 0 && (objective === 'orpo' || loss !== 'sigmoid'))
      fail(['label_smoothing'], 'only objective dpo with loss sigmoid smooths labels');
    if (from === 'base' && own !== undefined)
      fail(['pairs', 'sampled'], 'answers are sampled from the trained model, and from: base trains none');
  })
  .describe(
    'Learning from preferences after train (DPO, ORPO). Without this section the stage does not exist.',
  );

export type AlignConfig = z.infer<typeof alignConfig>;
