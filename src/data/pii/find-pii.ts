/** Finds personal data in one text, by whatever recognisers are given. Knows nothing of strategies or records. */
import type { NotAllowed } from './allow-list.ts';
import { withoutEastAsian, withPlainWidth } from './east-asian-text.ts';
import { joinAddresses } from './join-addresses.ts';
import { withoutPlaceholders } from './placeholder.ts';
import type { Recogniser, RecogniserContext } from './recogniser.ts';
import { type FoundSpan, settle } from './settle-overlaps.ts';

/** A pattern of the user's own; `name` is the type of what it finds. */
export type PiiPattern = { name: string; expression: RegExp };

/** No recogniser looks further back than this. */
const contextCharacters = 400;

/** Letters of other scripts than Latin, from Greek on; general punctuation, signs and emoji are none. */
const otherScript = /[\u0370-\u1fff\u2e80-\ud7ff\ud840-\ud8ff\uf900-\uffff]/;

export type Finder = {
  /** Those that can find one of `types`. */
  readonly recognisers: readonly Recogniser[];
  /** Types to look for, among them the names of `patterns`. */
  readonly types: ReadonlySet<string>;
  readonly patterns: readonly PiiPattern[];
  /** Without what is nobody's personal data, such as the address of the support itself. */
  readonly notAllowed: NotAllowed;
  readonly context: Omit<RecogniserContext, 'before'>;
};

/** Characters that nobody sees: zero-width spaces and joiners, soft hyphens, byte order marks. */
const unseen = /[\u00ad\u200b-\u200d\u2060\ufeff]/;

/**
 * Spans in order, none overlapping another; `before` is the turn before, or the name of the field. Placeholders and
 * characters that nobody sees are looked over.
 */
export function findPii(text: string, finder: Finder, before = ''): FoundSpan[] {
  if (!unseen.test(text)) return findInSeen(text, finder, before);
  const seen: number[] = [];
  for (let at = 0; at < text.length; at++) if (!unseen.test(text[at]!)) seen.push(at);
  return findInSeen(seen.map((at) => text[at]).join(''), finder, before).map((span) => ({
    ...span,
    start: seen[span.start]!,
    end: seen[span.end - 1]! + 1,
  }));
}

function findInSeen(masked: string, finder: Finder, beforeMasked: string): FoundSpan[] {
  if (masked === '') return [];
  const plain = withoutPlaceholders(masked);
  const hasScript = otherScript.test(plain);
  const text = hasScript ? withPlainWidth(plain) : plain;
  const forms = hasScript ? withoutEastAsian(text) : text;
  const before = withoutPlaceholders(beforeMasked.slice(-contextCharacters));
  const spans: FoundSpan[] = [];
  const places: FoundSpan[] = [];
  const { country, countries } = finder.context;
  const context = { before, country, countries };
  const hasDigit = /\d/.test(text);
  for (const recogniser of finder.recognisers) {
    if ((recogniser.needsDigit && !hasDigit) || (recogniser.needsScript && !hasScript)) continue;
    for (const span of recogniser.find(recogniser.readsForms ? forms : text, context))
      if (finder.types.has(span.type)) spans.push(span);
      else if (span.type === 'PLACE') places.push(span);
  }
  for (const { name, expression } of finder.patterns)
    for (const { 0: found, index } of text.matchAll(expression))
      if (found !== '') spans.push({ type: name, start: index, end: index + found.length, confidence: 1 });
  if (spans.length === 0) return spans;
  const settled = settle(text, spans);
  const hasAddress = settled.some(({ type }) => type === 'ADDRESS');
  const joined = hasAddress ? joinAddresses(text, settled, places) : settled;
  return finder.notAllowed(text, joined);
}
