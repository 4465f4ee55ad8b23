import type { MeasuredTurn } from './measure-turns.ts';
import type { EvaluationResults } from './results.ts';

/** Below it a bootstrap interval is too narrow. */
const fewConversations = 30;

/** What a reader of the results should know before believing them. */
export function warnings(
  counts: EvaluationResults['counts'],
  maxReplyTokens: number,
  names: EvaluationResults['names'],
): string[] {
  const list: string[] = [];
  const smallest = Math.min(counts.test_clusters, counts.generated_clusters || Infinity);
  if (smallest < fewConversations) {
    list.push(
      `Only ${smallest} independent test conversations: intervals from fewer than ${fewConversations} are too narrow.`,
    );
  }
  if (counts.cut_replies.tuned > 0.05 * counts.turns) {
    list.push(
      `${counts.cut_replies.tuned} of ${counts.turns} replies of the ${names.tuned} model were cut at ${maxReplyTokens} tokens: raise evaluate.max_reply_tokens.`,
    );
  }
  if (counts.turns_without_action > 0) {
    list.push(
      `${counts.turns_without_action} of ${counts.turns} turns have no known action and are left out of next-action accuracy.`,
    );
  }
  return list;
}

/** Turns on which a model gave no answer, with the first reason. */
export function failureWarnings(
  measured: readonly MeasuredTurn[],
  counts: EvaluationResults['counts'],
  names: EvaluationResults['names'],
): string[] {
  return (['base', 'tuned'] as const).flatMap((system) => {
    const first = measured.find((item) => item[system].failure !== undefined)?.[system].failure;
    if (first === undefined) return [];
    const count = counts.failed_replies[system];
    return [
      `The ${names[system]} model failed on ${count} of ${counts.turns} turns, counted as wrong; the first: ${first}`,
    ];
  });
}
