import type { FunnelConfig } from '../config/diversity.ts';
import type { FunnelRow } from '../engine/funnel-row.ts';

/** What a level of curation left, beside what it aims at. */
export type LevelReport = {
  level: 'basic' | 'quality' | 'diversity';
  /** Shares of the records that were collected, in [0, 1]. */
  target: number;
  share: number;
  records: number;
};

const choices = ['quality', 'diversity'] as const;

/** The levels that ran: basic is all rules before the first that chooses. */
export function levelsOf(funnel: readonly FunnelRow[], targets: FunnelConfig): LevelReport[] {
  const collected = funnel[0]?.in ?? 0;
  const chosen = funnel.filter(({ rule }) => (choices as readonly string[]).includes(rule));
  const left: [LevelReport['level'], number][] = chosen.map(({ rule, out }) => [
    rule as LevelReport['level'],
    out,
  ]);
  const clean = chosen[0]?.in ?? funnel.at(-1)?.out ?? 0;
  if (funnel[0] !== chosen[0]) left.unshift(['basic', clean]);
  return left.map(([level, records]) => ({
    level,
    target: targets[level],
    share: records / Math.max(1, collected),
    records,
  }));
}
