import { z } from 'zod';
import type { Passage } from '../../data/knowledge/passage.ts';
import type { Dimensions } from '../dimensions.ts';
import type { Facts } from '../task.ts';

export const evidenceSchema = z
  .array(z.string())
  .describe('Word for word from the passage: the stretches that the answer rests on, each unbroken.');

/** All examples of one page stay in one split, as collect's own do: what one passage says the next may say again. */
export function passageFacts(passage: Passage, evidence: readonly string[], dimension?: Dimensions): Facts {
  return {
    conversation: `page ${passage.id.slice(0, passage.id.lastIndexOf('#'))}`,
    passage: passage.id,
    language: passage.language,
    ...(evidence.length > 0 && { evidence: evidence.join(' … ') }),
    ...dimension,
  };
}
