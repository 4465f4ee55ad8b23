import type { CountsByTopic } from './cuts.ts';

/** Fewer failures say nothing about where they come from. */
const leastFailures = 20;
/** A topic whose failures are this many times as common as over all topics. */
const oftenFailing = 2;

/**
 * What to ask of outcomes whose failures come from a few topics: such a topic may decide them, not the agent. Undefined
 * where at least half of the failures come from elsewhere.
 */
export function doubtOutcomes(counts: CountsByTopic): string | undefined {
  const names = [...counts.keys()].sort();
  const known = names.map((name) => counts.get(name)!.known);
  const failed = names.map((name) => counts.get(name)!.failed);
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const [allKnown, allFailed] = [sum(known), sum(failed)];
  const often = [...names.keys()].filter(
    (topic) => failed[topic]! / known[topic]! >= (oftenFailing * allFailed) / allKnown,
  );
  const theirs = sum(often.map((topic) => failed[topic]!));
  if (allFailed < leastFailures || theirs < allFailed / 2) return undefined;
  const share = (part: number, whole: number): string => `${Math.round((100 * part) / whole)} %`;
  const shown = often
    .sort((a, b) => failed[b]! - failed[a]!)
    .slice(0, 3)
    .map((topic) => names[topic]!);
  return (
    `${share(theirs, allFailed)} of the failed outcomes come from ${shown.join(', ')}${often.length > shown.length ? ' and others' : ''}, ` +
    `with ${share(sum(often.map((topic) => known[topic]!)), allKnown)} of the outcomes: they may say more about the matter than about the agent. ` +
    'If so, set curate.quality.weights.resolution to 0.'
  );
}
