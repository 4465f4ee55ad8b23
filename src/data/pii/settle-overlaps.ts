/** Which of several overlapping spans counts. Nothing that was found is left unmasked: what is cut off stays a span. */
import type { PiiType, Span } from './recogniser.ts';

export type FoundSpan = Span & { type: string; confidence: number };

/** Found by words and spelling; a form with a check digit beats them even where it is the shorter one. */
export const wordTypes: ReadonlySet<string> = new Set<PiiType>(['NAME', 'ADDRESS', 'PLACE', 'ORGANISATION']);
const certain = 0.9;

/**
 * Spans in order, none overlapping another. Of two that overlap the one of certain form counts ("address 8.8.8.8" is no
 * street), then the longer one (an address swallows its postcode, an e-mail address its domain), then the surer one, then
 * the earlier recogniser's; the rest of the other one, when it holds a letter or digit, stays as a span of its own type.
 */
export function settle(text: string, spans: readonly FoundSpan[]): FoundSpan[] {
  if (spans.length < 2) return [...spans];
  const sorted = [...spans].sort((a, b) => a.start - b.start);
  const settled: FoundSpan[] = [];
  let group: FoundSpan[] = [];
  let end = -1;
  for (const span of sorted) {
    if (span.start >= end && group.length > 0) {
      settled.push(...settleGroup(text, group));
      group = [];
    }
    group.push(span);
    end = Math.max(end, span.end);
  }
  settled.push(...settleGroup(text, group));
  return settled;
}

/** Spans that hang together by overlaps. */
function settleGroup(text: string, group: readonly FoundSpan[]): FoundSpan[] {
  if (group.length === 1) return [...group];
  const byRank = [...group].sort(
    (a, b) =>
      Number(isCertain(b)) - Number(isCertain(a)) ||
      b.end - b.start - (a.end - a.start) ||
      b.confidence - a.confidence,
  );
  const accepted: FoundSpan[] = [];
  for (const span of byRank)
    for (const piece of without(span, accepted)) {
      const trimmed = trim(text, piece);
      if (trimmed) accepted.splice(firstBehind(accepted, trimmed.start), 0, trimmed);
    }
  return accepted;
}

function isCertain({ type, confidence }: FoundSpan): boolean {
  return confidence >= certain && !wordTypes.has(type);
}

/** The parts of a span that none of the others covers, which are in order and apart. */
function without(span: FoundSpan, others: readonly FoundSpan[]): FoundSpan[] {
  const pieces: FoundSpan[] = [];
  let { start } = span;
  for (let i = firstBehind(others, start); i < others.length && others[i]!.start < span.end; i++) {
    if (others[i]!.start > start) pieces.push({ ...span, start, end: others[i]!.start });
    start = others[i]!.end;
  }
  if (start < span.end) pieces.push({ ...span, start });
  return pieces;
}

/** The first of spans in order that ends behind `offset`: a chain of thousands is settled without looking at each pair. */
function firstBehind(spans: readonly FoundSpan[], offset: number): number {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (spans[middle]!.end <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Without the blanks and punctuation at its ends; nothing when that is all. */
function trim(text: string, span: FoundSpan): FoundSpan | undefined {
  let { start, end } = span;
  const isInner = (at: number): boolean => /[\p{L}\p{N}]/u.test(text[at]!);
  const whole = text.slice(start, end);
  if (!/[\p{L}\p{N}]/u.test(whole)) return undefined;
  if (!/^\s|\s$/.test(whole)) return span;
  while (!isInner(start)) start++;
  while (!isInner(end - 1)) end--;
  return { ...span, start, end };
}
