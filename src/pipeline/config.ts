/** The project file, attune.yaml. Each section is defined by the area that it configures. */
import { z } from 'zod';
import { splitConfig } from '../data/config/split.ts';
import { collectConfig, curateConfig } from '../data/config.ts';
import { evaluateConfig } from '../evaluate/config.ts';
import { exportConfig } from '../export/config.ts';
import { registerConfig } from '../registry/config.ts';
import { namePattern } from '../registry/version-reference.ts';
import { synthesiseConfig } from '../synthesise/config.ts';
import { alignConfig } from '../train/config/align.ts';
import { trainConfig } from '../train/config.ts';

export const projectConfig = z
  .strictObject({
    name: z
      .string()
      .regex(namePattern, 'lower-case letters, digits, "-", "_" and ".", at most 64')
      .describe('Name of the project, and of its model in the registry unless register.name says otherwise.'),
    description: z.string().optional().describe('What the model is for; one or two sentences.'),
    seed: z
      .int()
      .min(0)
      .max(0xffffffff)
      .default(7)
      .describe('Seed of everything random: the same seed and data give the same result.'),
    collect: collectConfig,
    synthesise: synthesiseConfig.optional(),
    curate: curateConfig.prefault({}),
    split: splitConfig.prefault({}),
    train: trainConfig.prefault({}),
    align: alignConfig.optional(),
    export: exportConfig.prefault({}),
    evaluate: evaluateConfig.prefault({}),
    register: registerConfig.prefault({}),
  })
  .describe('An Attune project.');

export type ProjectConfig = z.infer<typeof projectConfig>;
