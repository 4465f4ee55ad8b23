import type { Columns } from '../diversity/columns.ts';
import { scoreAt, type ScoreTable } from './score-table.ts';

/** Fewer failures say nothing about where they come from. */
const leastFailures = 20;
/** A topic whose failures are this many times as common as over all topics. */
const oftenFailing = 2;

/**
 * What to ask of outcomes whose failures come from a few topics: such a topic may decide them, not the agent. Undefined
 * where at least half of the failures come from elsewhere.
 */
export function doubtOutcomes(
  scores: ScoreTable,
  { names, ids }: Columns['categories'][string],
): string | undefined {
  const known = names.map(() => 0);
  const failed = names.map(() => 0);
  ids.forEach((topic, i) => {
    const value = scoreAt(scores, i, 'resolution');
    if (Number.isNaN(value)) return;
    known[topic]! += 1;
    if (value === 0) failed[topic]! += 1;
  });
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
