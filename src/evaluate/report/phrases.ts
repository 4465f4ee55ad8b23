import type { EvaluationResults, SubsetName } from '../results.ts';
import { formatCount } from './format.ts';

/** Sentences that both reports share. */
export const subsetTitles: Record<SubsetName, string> = {
  macro_replies: 'Replies from a macro',
  free_typed_replies: 'Free-typed replies',
  queries: 'Queries to a tool',
};

export function summarySentence({ counts, settings }: EvaluationResults): string {
  const percent = Math.round(100 * settings.confidence);
  return (
    `Tuned model against its base on ${formatCount(counts.test_conversations)} held-out conversations; ` +
    `${formatCount(counts.turns)} agent turns answered by both. Ranges are ${percent}% intervals of the paired difference.`
  );
}
