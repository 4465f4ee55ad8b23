/** A part of the default curation, to be measured alone. */
import type { z } from 'zod';
import type { curateConfig } from '../../src/data/config.ts';

type Settings = z.input<typeof curateConfig>;

/** What Gopher's filters look at (length, repetition, form) and both kinds of duplicates. */
export const textQualityAndDuplicates: Settings = {
  normalise: { enabled: false, repair_encoding: false },
  internal_notes: { flags: [], patterns: [] },
  boilerplate: { enabled: false },
  language: { enabled: false },
  toxicity: { enabled: false },
  pii: { strategy: 'keep' },
  macros: { enabled: false },
  diversity: { enabled: false },
  min_characters: 50,
  deduplicate: {},
  quality: {
    weights: {
      resolution: 0,
      satisfaction: 0,
      coherence: 0,
      support: 0,
      semantic_support: 0,
      fluency: 0,
      following: 0,
      judge: 0,
    },
  },
};
