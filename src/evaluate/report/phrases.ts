import type { EvaluationResults, SubsetName } from '../results.ts';
import { formatCount } from '../../base/number-text.ts';

/** Sentences that both reports share. */
export const subsetTitles: Record<SubsetName, string> = {
  macro_replies: 'Replies from a macro',
  free_typed_replies: 'Free-typed replies',
  queries: 'Queries to a tool',
};

/** What was compared, on how many conversations and turns, and what the ranges mean. */
export function summarySentence({ comparison, counts, settings }: EvaluationResults): string {
  const percent = Math.round(100 * settings.confidence);
  const clusters =
    counts.test_clusters === counts.test_conversations
      ? ''
      : ` in ${formatCount(counts.test_clusters)} groups that belong together and are drawn as one`;
  return (
    `${comparison}, on ${formatCount(counts.test_conversations)} held-out conversations${clusters}; ` +
    `${formatCount(counts.turns)} agent turns answered by both. Ranges are ${percent}% intervals of the paired difference.`
  );
}

/** A name at the beginning of a heading. */
export const capitalised = (name: string): string => `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
