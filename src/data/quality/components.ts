import type { QualityConfig } from '../config/quality.ts';
import { coherence } from './coherence.ts';
import { formatting } from './formatting.ts';
import { lengthOfReplies } from './reply-length.ts';
import type { Reading } from './reading.ts';
import { repetition } from './repetition.ts';
import { resolution } from './resolution.ts';
import { satisfaction } from './satisfaction.ts';

/** What is told from a record alone. */
export const cheapComponents = [
  'resolution',
  'satisfaction',
  'coherence',
  'repetition',
  'length',
  'formatting',
] as const;

/** What needs a knowledge base, a model or a judge; known only in projects that have them. */
export const slowComponents = ['support', 'semantic_support', 'fluency', 'following', 'judge'] as const;

export const componentNames = [...cheapComponents, ...slowComponents] as const;
export type ComponentName = (typeof componentNames)[number];

type CheapComponents = Record<
  (typeof cheapComponents)[number],
  (reading: Reading, config: QualityConfig) => number | undefined
>;

/** Each in [0, 1], 1 the best; undefined where the record cannot tell. Their own files say what each means. */
export const measureCheap: CheapComponents = {
  resolution: ({ example }, config) => resolution(example, config.resolution),
  satisfaction: ({ example }, config) => satisfaction(example, config.satisfaction.scale),
  coherence: ({ turns }) => coherence(turns),
  repetition: ({ turns }) => repetition(turns),
  length: ({ turns }) => lengthOfReplies(turns),
  formatting: ({ turns }) => formatting(turns),
};
