/** What every file is turned into before it is scored, whatever it was. */
import type { CommonType } from './labels.ts';

export type LabelledSpan = { start: number; end: number; type: CommonType; label: string };

export type EvaluationRecord = {
  text: string;
  /** The turn before; empty where there is none. */
  before: string;
  gold: LabelledSpan[];
  /** What a find may overlap without being a mistake, and what is no gold either. */
  neutral?: { start: number; end: number }[];
};

export type EvaluationFile = {
  name: string;
  /** Types that the file labels. A find of another type is counted neither way. */
  scope: ReadonlySet<CommonType>;
  records: EvaluationRecord[];
  /** Presidio's default reads English: it has nothing to say about other files. */
  isEnglish: boolean;
  /** What a reader has to know of the file's labels. */
  note: string;
  /** Least precision and recall over all types, where promised; else it is enough to be better than Presidio. */
  target?: { recall: number; precision: number };
  /** Types that no pattern can find in this file, as people typed them without what makes them such. */
  notByPattern?: readonly CommonType[];
};

/** Gold in an order of its own, none overlapping another. */
export function inOrder(spans: readonly LabelledSpan[]): LabelledSpan[] {
  const sorted = [...spans].sort((a, b) => a.start - b.start || b.end - a.end);
  return sorted.filter((span, i) => i === 0 || !sorted.slice(0, i).some((other) => other.end > span.start));
}

export function scopeOf(records: readonly EvaluationRecord[]): Set<CommonType> {
  return new Set(records.flatMap(({ gold }) => gold.map(({ type }) => type)));
}
