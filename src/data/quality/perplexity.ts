import type { Example } from '../example.ts';

/**
 * What a model makes of the replies of a conversation, in nats per token: `given` the conversation before them, and
 * `alone`, each reply by itself. Undefined where the conversation has no token that counts.
 */
export type ReplyLoss = { given: number; alone: number };
export type LossOf = (examples: readonly Example[]) => Promise<(ReplyLoss | undefined)[]>;

/** How usual the replies are to the model: exp(-loss), the geometric mean of the probabilities of their tokens, in (0, 1]. */
export function fluency({ given }: ReplyLoss): number {
  return Math.exp(-given);
}

/**
 * Instruction-following difficulty (Cherry LLM, arXiv 2308.12032): loss given the conversation over loss without. Near 0
 * the question gives the reply away, near 1 it hardly helps; from 1 on the reply does not belong to the question.
 */
export function followingDifficulty({ given, alone }: ReplyLoss): number {
  return alone > 0 ? given / alone : 1;
}

/** The same as a quality: the ratio itself, as the hardest are learnt the most from, but 0 from 1 on. */
export function followingQuality(loss: ReplyLoss): number {
  const ratio = followingDifficulty(loss);
  return ratio < 1 ? ratio : 0;
}
