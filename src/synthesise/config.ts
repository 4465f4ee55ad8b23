/** The section `synthesise`: examples written by a language model. Without it the stage does not exist. */
import { z } from 'zod';
import { modelServerConfig } from '../data/config/model-server.ts';

export const difficulties = ['easy', 'medium', 'hard'] as const;
export type Difficulty = (typeof difficulties)[number];

export const refusalReasons = ['out_of_scope', 'unsafe', 'unknown'] as const;
export type RefusalReason = (typeof refusalReasons)[number];

const leastSupport = z
  .number()
  .min(0)
  .max(1)
  .default(0.5)
  .describe('Least share of the telling words of an answer that its passage or its question must hold.');

const passages = z.int().positive().default(200).describe('Passages to use at most, drawn with the seed.');
const examples = z
  .int()
  .positive()
  .default(200)
  .describe(
    'Real examples to start from at most, drawn with the seed. Personal data is masked before they are sent.',
  );

const questions = z
  .strictObject({
    passages,
    per_passage: z.int().min(1).max(10).default(3).describe('Questions, each with its answer, to a passage.'),
    least_support: leastSupport,
  })
  .optional()
  .describe('Questions and answers from passages of collect.knowledge.');

const dialogues = z
  .strictObject({
    passages,
    turns: z.int().min(2).max(8).default(3).describe('Messages of the customer in a dialogue.'),
    least_support: leastSupport,
  })
  .optional()
  .describe('Dialogues of several turns from passages of collect.knowledge.');

const paraphrases = z
  .strictObject({
    examples,
    per_example: z.int().min(1).max(8).default(3).describe("Ways to put an example's first request."),
  })
  .optional()
  .describe('Real examples whose first request is put in other words.');

const variations = z
  .strictObject({
    examples,
    per_example: z.int().min(1).max(4).default(1).describe('Variations of one example.'),
  })
  .optional()
  .describe('New conversations of the kind of a real one, about another case.');

const refusals = z
  .strictObject({
    count: z.int().positive().default(60).describe('Examples to make, all reasons together.'),
    reasons: z
      .array(z.enum(refusalReasons))
      .min(1)
      .default([...refusalReasons])
      .describe(
        'out_of_scope: not what the assistant is for; unsafe: what nobody should help with; unknown: what it cannot know.',
      ),
  })
  .optional()
  .describe('Requests that the assistant declines, with how it declines them.');

const escalations = z
  .strictObject({ count: z.int().positive().default(40).describe('Examples to make.') })
  .optional()
  .describe('Conversations that the assistant hands over to a person.');

export const kindConfigs = { questions, dialogues, paraphrases, variations, refusals, escalations };
export const kindNames = Object.keys(kindConfigs) as KindName[];
export type KindName = keyof typeof kindConfigs;

export const synthesiseConfig = z
  .strictObject({
    server: modelServerConfig,
    ...kindConfigs,
    personas: z
      .array(z.string().min(1))
      .min(1)
      .default([
        'a customer in a hurry who writes in fragments',
        'a polite customer who explains at length',
        'a newcomer who does not know the right words',
        'an annoyed customer who has tried before',
        'an expert who asks about details',
      ])
      .describe('Who the customers are; requests take them in turn.'),
    difficulties: z
      .array(z.enum(difficulties))
      .min(1)
      .default([...difficulties])
      .describe('How hard requests are; they take these in turn.'),
    max_share: z
      .number()
      .min(0)
      .lt(1)
      .default(0.5)
      .describe(
        'Share of synthetic examples in what curate keeps, at most; the excess is left out by seeded choice.',
      ),
  })
  .superRefine((value, context) => {
    if (kindNames.every((name) => value[name] === undefined))
      context.addIssue({
        code: 'custom',
        message: `nothing to make: add at least one of ${kindNames.join(', ')}, such as "questions: {}"`,
      });
  })
  .describe('Examples written by a language model. Without this section the stage does not exist.');

export type SynthesiseConfig = z.infer<typeof synthesiseConfig>;
