import type { Spread } from './statistics.ts';

/** One line of the table: a figure of ours beside another one, and what was promised of their ratio. */
export type Finding = {
  section: string;
  what: string;
  ours: string;
  /** The peer's figure, or the limit that was promised. */
  peer: string;
  ratio: Spread;
  /** Absent where nothing was promised. */
  target?: { atLeast: number } | { atMost: number };
  note?: string;
};

/** Whether the median keeps the promise; undefined where there is none. */
export function isMet({ ratio, target }: Finding): boolean | undefined {
  if (target === undefined) return undefined;
  return 'atLeast' in target ? ratio.median >= target.atLeast : ratio.median <= target.atMost;
}

/** One measured point of a curve, for the plots. */
export type Point = { x: number; y: number };
export type Curve = { name: string; points: Point[] };
export type Plot = {
  /** File name without its ending. */
  file: string;
  title: string;
  xLabel: string;
  yLabel: string;
  curves: Curve[];
};

export type SectionResult = {
  findings: Finding[];
  plots?: Plot[];
  /** What was measured, round by round, for whoever wants to look closer. */
  measured: Readonly<Record<string, unknown>>;
};
