/** The sections collect, curate and split of the project file; each subject's settings are a file in config/. */
import { z } from 'zod';
import { diversityConfig, funnelConfig } from './config/diversity.ts';
import { embeddingsConfig } from './config/embeddings.ts';
import { knowledgeConfig, knowledgeName, passagesConfig } from './config/knowledge.ts';
import { piiConfig } from './config/pii.ts';
import { qualityConfig } from './config/quality.ts';
import { sourceConfig, sourceName } from './config/sources.ts';
import { deduplicateConfig } from './config/duplicates.ts';
import {
  boilerplateConfig,
  entitiesConfig,
  internalNotesConfig,
  languageConfig,
  macrosConfig,
  normaliseConfig,
  toxicityConfig,
} from './config/text.ts';
import { defaultSystemPrompt } from './system-prompt.ts';

export const collectConfig = z
  .strictObject({
    sources: z
      .array(sourceConfig)
      .default([])
      .describe('Where the conversations come from, read in this order.'),
    knowledge: z
      .array(knowledgeConfig)
      .default([])
      .describe(
        'Help pages, manuals and policies. They are cut into passages, which ground what is made and checked from them; the questions that they answer become examples.',
      ),
    passages: passagesConfig,
    system_prompt: z
      .string()
      .min(1)
      .default(defaultSystemPrompt)
      .describe('Put in front of every example that brings no system prompt of its own.'),
    topics: z
      .record(z.string(), z.string().min(1))
      .default({})
      .describe('System prompt by topic, used instead of system_prompt for the examples of that topic.'),
    max_bad_share: z
      .number()
      .min(0)
      .max(1)
      .default(0.05)
      .describe('Share of unreadable records, in [0, 1], past which the run stops.'),
  })
  .superRefine((value, context) => {
    if (value.sources.length === 0 && value.knowledge.length === 0)
      context.addIssue({
        code: 'custom',
        path: ['sources'],
        message: 'name at least one source, or a knowledge base under knowledge',
      });
    const seen = new Set<string>();
    const check = (list: 'sources' | 'knowledge', names: readonly string[]): void =>
      names.forEach((name, index) => {
        if (seen.has(name))
          context.addIssue({
            code: 'custom',
            path: [list, index],
            message: `two sources are called "${name}"; give one of them another name`,
          });
        seen.add(name);
      });
    check('sources', value.sources.map(sourceName));
    check('knowledge', value.knowledge.map(knowledgeName));
  })
  .describe('What conversations are read.');

export const curateConfig = z
  .strictObject({
    normalise: normaliseConfig,
    entities: entitiesConfig,
    internal_notes: internalNotesConfig,
    boilerplate: boilerplateConfig,
    min_characters: z
      .int()
      .min(0)
      .default(50)
      .describe(
        'Least characters of user and assistant text in a conversation; a Chinese, Japanese or Korean one counts as two.',
      ),
    language: languageConfig,
    toxicity: toxicityConfig,
    pii: piiConfig,
    macros: macrosConfig,
    deduplicate: deduplicateConfig,
    quality: qualityConfig,
    diversity: diversityConfig,
    embeddings: embeddingsConfig,
    funnel: funnelConfig,
    selection: z
      .enum(['best', 'random'])
      .default('best')
      .describe(
        'best chooses by quality and diversity; random draws as many by the seed, to train on for comparison.',
      ),
    budget: z
      .strictObject({
        examples: z.int().positive().describe('Examples to keep at most.'),
        by: z
          .enum(['topic', 'none'])
          .default('topic')
          .describe('topic keeps every topic in proportion; none draws from all alike.'),
      })
      .optional()
      .describe('Draw a seeded sample of this size at the end.'),
  })
  .describe('What is cleaned and what is left out.');

export type CollectConfig = z.infer<typeof collectConfig>;
export type CurateConfig = z.infer<typeof curateConfig>;
