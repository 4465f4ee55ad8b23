/**
 * The rule of scoring, the same for both systems. A find is right when it overlaps a gold span of its type by at least
 * half of what both cover together (intersection over union >= 0.5); one find for one gold span, best overlap first.
 * Neighbouring LOCATION spans with only blanks or punctuation between them are one, in gold and in finds, since an
 * address consists of places. Finds of types that the file does not label are left out, and those that hit nothing and
 * touch what the file labels as something else.
 */
import type { EvaluationFile, LabelledSpan } from './evaluation-file.ts';
import type { CommonType } from './labels.ts';

export type FoundSpan = { start: number; end: number; type: CommonType; isHelpful?: boolean };

export const criteria = ['exact', 'half', 'any'] as const;
export type Criterion = (typeof criteria)[number];
const leastOverlap: Record<Criterion, number> = { exact: 1, half: 0.5, any: Number.MIN_VALUE };

export type Counts = { gold: number; found: number; goldHit: number; foundHit: number };
export type Score = Counts & { precision: number; recall: number; f2: number };

export type Mistake = {
  kind: 'missed' | 'false';
  type: CommonType;
  record: number;
  start: number;
  end: number;
};

export type FileScore = {
  overall: Record<Criterion, { typed: Score; untyped: Score }>;
  /** By common type, typed, at half. */
  types: Map<CommonType, Score & { falsePer1000: number }>;
  /** Recall by the file's own label, typed, at half. */
  labels: Map<string, { gold: number; hit: number }>;
  falsePer1000: number;
  /** Share of the characters that would be masked in records without any gold span. */
  maskedWithoutGold: number;
  mistakes: Mistake[];
};

export function scoreFile(file: EvaluationFile, finds: readonly (readonly FoundSpan[])[]): FileScore {
  const counts = new Map<string, Counts>();
  const labels = new Map<string, { gold: number; hit: number }>();
  const mistakes: Mistake[] = [];
  let clean = { characters: 0, masked: 0 };
  file.records.forEach((record, i) => {
    const gold = merged(record.text, record.gold);
    const all = merged(
      record.text,
      finds[i]!.filter(({ type }) => file.scope.has(type)),
    );
    for (const criterion of criteria)
      for (const isTyped of [true, false]) {
        const pairs = match(gold, all, { least: leastOverlap[criterion], isTyped });
        const found = all.map((span, f) =>
          !pairs.goldOf.has(f) && touches(span, record.neutral) ? { ...span, isHelpful: true } : span,
        );
        const kind = `${criterion} ${isTyped ? 'typed' : 'untyped'}`;
        addCounts(counts, kind, undefined, { gold, found, pairs });
        if (criterion === 'half' && isTyped) {
          for (const type of file.scope) addCounts(counts, type, type, { gold, found, pairs });
          addLabels(labels, gold, pairs);
          mistakes.push(...mistakesOf(i, { gold, found, pairs }));
        }
      }
    if (gold.length === 0) {
      clean.characters += record.text.length;
      clean.masked += all
        .filter((span) => !span.isHelpful)
        .reduce((sum, { start, end }) => sum + end - start, 0);
    }
  });
  const falses = (type?: CommonType): number =>
    (mistakes.filter((one) => one.kind === 'false' && (type === undefined || one.type === type)).length *
      1000) /
    file.records.length;
  const both = (criterion: Criterion): { typed: Score; untyped: Score } => ({
    typed: scoreOf(counts.get(`${criterion} typed`)),
    untyped: scoreOf(counts.get(`${criterion} untyped`)),
  });
  return {
    overall: { exact: both('exact'), half: both('half'), any: both('any') },
    types: new Map(
      [...file.scope].map((type) => [type, { ...scoreOf(counts.get(type)), falsePer1000: falses(type) }]),
    ),
    labels,
    falsePer1000: falses(),
    maskedWithoutGold: clean.masked / Math.max(1, clean.characters),
    mistakes,
  };
}

type Pairs = { goldOf: Map<number, number>; foundOf: Map<number, number> };

/** One find for one gold span, best overlap first, then in the order of the text. */
function match(
  gold: readonly LabelledSpan[],
  found: readonly FoundSpan[],
  { least, isTyped }: { least: number; isTyped: boolean },
): Pairs {
  const candidates = gold.flatMap((one, g) =>
    found.flatMap((other, f) => {
      const overlap = overlapOf(one, other);
      return overlap >= least && (!isTyped || one.type === other.type) ? [{ g, f, overlap }] : [];
    }),
  );
  candidates.sort((a, b) => b.overlap - a.overlap || a.g - b.g || a.f - b.f);
  const pairs: Pairs = { goldOf: new Map(), foundOf: new Map() };
  for (const { g, f } of candidates)
    if (!pairs.foundOf.has(g) && !pairs.goldOf.has(f)) {
      pairs.foundOf.set(g, f);
      pairs.goldOf.set(f, g);
    }
  return pairs;
}

type Span = { start: number; end: number };

function touches({ start, end }: Span, others: readonly Span[] = []): boolean {
  return others.some((other) => start < other.end && other.start < end);
}

/** |a ∩ b| / |a ∪ b|, in characters. */
function overlapOf(a: Span, b: Span): number {
  const shared = Math.min(a.end, b.end) - Math.max(a.start, b.start);
  return shared <= 0 ? 0 : shared / (a.end - a.start + (b.end - b.start) - shared);
}

function merged<T extends Span & { type: CommonType }>(text: string, spans: readonly T[]): T[] {
  const result: T[] = [];
  for (const span of [...spans].sort((a, b) => a.start - b.start)) {
    const last = result.at(-1);
    const isNext =
      last?.type === 'LOCATION' &&
      span.type === 'LOCATION' &&
      /^[\s,.;-]{0,4}$/.test(text.slice(last.end, span.start));
    if (isNext) result[result.length - 1] = { ...last, end: Math.max(last.end, span.end) };
    else result.push(span);
  }
  return result;
}

type Matched = { gold: readonly LabelledSpan[]; found: readonly FoundSpan[]; pairs: Pairs };

function addCounts(
  counts: Map<string, Counts>,
  name: string,
  type: CommonType | undefined,
  { gold, found, pairs }: Matched,
): void {
  const sum = counts.get(name) ?? { gold: 0, found: 0, goldHit: 0, foundHit: 0 };
  counts.set(name, sum);
  gold.forEach((span, g) => {
    if (type !== undefined && span.type !== type) return;
    sum.gold += 1;
    if (pairs.foundOf.has(g)) sum.goldHit += 1;
  });
  found.forEach((span, f) => {
    if (type !== undefined && span.type !== type) return;
    const isHit = pairs.goldOf.has(f);
    if (span.isHelpful && !isHit) return;
    sum.found += 1;
    if (isHit) sum.foundHit += 1;
  });
}

function addLabels(
  labels: Map<string, { gold: number; hit: number }>,
  gold: readonly LabelledSpan[],
  pairs: Pairs,
): void {
  gold.forEach(({ label }, g) => {
    const sum = labels.get(label) ?? { gold: 0, hit: 0 };
    labels.set(label, sum);
    sum.gold += 1;
    if (pairs.foundOf.has(g)) sum.hit += 1;
  });
}

function mistakesOf(record: number, { gold, found, pairs }: Matched): Mistake[] {
  return [
    ...gold.flatMap(({ type, start, end }, g): Mistake[] =>
      pairs.foundOf.has(g) ? [] : [{ kind: 'missed', type, record, start, end }],
    ),
    ...found.flatMap(({ type, start, end, isHelpful }, f): Mistake[] =>
      pairs.goldOf.has(f) || isHelpful ? [] : [{ kind: 'false', type, record, start, end }],
    ),
  ];
}

/** F2 = 5 · P · R / (4 · P + R): recall counts for more, since what is missed is told to the world. */
function scoreOf(counts: Counts = { gold: 0, found: 0, goldHit: 0, foundHit: 0 }): Score {
  const precision = counts.found === 0 ? 0 : counts.foundHit / counts.found;
  const recall = counts.gold === 0 ? 0 : counts.goldHit / counts.gold;
  const f2 = precision + recall === 0 ? 0 : (5 * precision * recall) / (4 * precision + recall);
  return { ...counts, precision, recall, f2 };
}
