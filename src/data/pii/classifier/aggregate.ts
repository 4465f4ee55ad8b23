/**
 * From a label for each token to labelled spans: the strategy "simple" of the token classification pipeline in
 * transformers, which also reads BIOES and BILOU.
 */
import type { Span } from '../recogniser.ts';
import { parseTag } from './labels.ts';

/** What the model says of one token: `score` is the probability of its likeliest label. */
export type TokenLabel = Span & { label: string; score: number };
export type LabelledSpan = Span & { label: string; score: number };

/** Neighbouring tokens of one label are one span, unless a tag begins a new one; its score is the mean of theirs. */
export function aggregate(tokens: readonly TokenLabel[]): LabelledSpan[] {
  const spans: LabelledSpan[] = [];
  let open: { span: LabelledSpan; count: number } | undefined;
  for (const token of tokens) {
    const { begins, label } = parseTag(token.label);
    if (open && !begins && label === open.span.label) {
      open.count++;
      open.span.score += (token.score - open.span.score) / open.count;
      // A token without letters of its own has no place.
      if (token.end > token.start) {
        if (open.span.end === open.span.start) open.span.start = token.start;
        open.span.end = token.end;
      }
      continue;
    }
    const span = { start: token.start, end: token.end, label, score: token.score };
    open = { span, count: 1 };
    if (label !== 'O') spans.push(span);
  }
  return spans.filter(({ start, end }) => end > start);
}

/** The span with the rest of the words that it begins and ends in: half a name is a name. */
export function wholeWords(text: string, { start, end }: Span): Span {
  while (start > 0 && isInner(text, start - 1) && isInner(text, start)) start--;
  while (end < text.length && isInner(text, end) && isInner(text, end - 1)) end++;
  return { start, end };
}

const inner = /[\p{L}\p{N}\p{M}]/u;

function isInner(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  // Halves of a pair: letters beyond the BMP are rare, emoji are no letters.
  if (code >= 0xd800 && code <= 0xdfff) return false;
  return inner.test(text[at]!);
}
