/**
 * Puts stand-ins in the place of personal data, the same ones all through a conversation: messages, rejected replies, tool
 * calls, tool results and facts. What comes out holds nothing that the recognisers find.
 */
import type { Example } from '../example.ts';
import type { LedgerDetail } from '../ledger.ts';
import { type Finder, findPii } from './find-pii.ts';
import { placeholdersIn } from './placeholder.ts';
import { repeatsOf } from './repeated-values.ts';
import { type FoundSpan, settle } from './settle-overlaps.ts';
import { standInsOf, type StandIns, type Strategy } from './stand-ins.ts';
import { isReserved } from './surrogates.ts';
import { mapTexts, type TextPlace } from './example-texts.ts';

export type MaskRules = {
  finder: Finder;
  /** What is found by form, without names: what the last scan looks for again. */
  formFinder: Finder;
  strategyOf: (type: string) => Strategy | 'drop';
  /** Key of the strategy hash; empty when no type has it. */
  hashKey: string;
};

/** `found` counts by type what was masked, or what makes the record one to drop. */
export type Masked = {
  example: Example;
  details: LedgerDetail[];
  dropFor?: { type: string; count: number }[];
};

type Piece = { text: string; place: TextPlace; spans: FoundSpan[] };

/** Masking can bring words together that were apart; after this many rounds the final scan has the last word. */
const mostRounds = 32;

/** The example with stand-ins, and what they stand for by type and offset in the original texts. */
export function maskExample(example: Example, rules: MaskRules): Masked {
  const pieces: Piece[] = [];
  let count = 0;
  const read = (text: string, place: TextPlace): string => {
    const spans = findPii(text, rules.finder, place.before);
    count += spans.length;
    pieces.push({ text, place, spans });
    return text;
  };
  mapTexts(example, read);
  if (count === 0) return { example, details: [] };
  addRepeats(pieces, rules);
  const dropFor = countsOf(
    pieces.flatMap(({ spans }) => spans.filter(({ type }) => rules.strategyOf(type) === 'drop')),
  );
  if (dropFor.length > 0) return { example, details: [], dropFor };

  const { conversation, id } = example.meta;
  const standIns = standInsFor(conversation ?? id, pieces, rules);
  let masked = write(example, pieces, standIns);
  for (let round = 1; round < mostRounds; round++) {
    if (!addNew(masked, pieces, standIns, rules)) break;
    masked = write(example, pieces, standIns);
  }
  const details = pieces.flatMap(({ place, spans }) =>
    spans.map(({ type, start, end }) => ({ type, message: place.message, field: place.field, start, end })),
  );
  return { example: masked, details };
}

function standInsFor(conversation: string, pieces: readonly Piece[], rules: MaskRules): StandIns {
  const taken = new Set<string>();
  for (const { text } of pieces) for (const found of placeholdersIn(text)) taken.add(found);
  const strategyOf = (type: string): Strategy => {
    const strategy = rules.strategyOf(type);
    return strategy === 'drop' ? 'placeholder' : strategy;
  };
  const names = pieces.flatMap(({ text, spans }) =>
    spans.flatMap(({ type, start, end }) => (type === 'NAME' ? [text.slice(start, end)] : [])),
  );
  return standInsOf(conversation, { strategyOf, hashKey: rules.hashKey, taken, names });
}

function addRepeats(pieces: readonly Piece[], { finder }: MaskRules): void {
  const repeats = repeatsOf(
    pieces.flatMap(({ text, spans }) =>
      spans.map(({ type, start, end }) => ({ type, value: text.slice(start, end) })),
    ),
  );
  if (repeats.isEmpty) return;
  for (const piece of pieces) {
    const found = finder.notAllowed(
      piece.text,
      repeats.find(piece.text).sort((a, b) => a.start - b.start),
    );
    if (found.length > 0) piece.spans = settle(piece.text, [...piece.spans, ...found]);
  }
}

/** The example with the spans of its pieces replaced; the pieces are in the order in which texts are read. */
function write(example: Example, pieces: readonly Piece[], standIns: StandIns): Example {
  let at = 0;
  return mapTexts(example, () => replaced(pieces[at++]!, standIns).text);
}

/** The text of a piece as it becomes, and where its parts came from. */
function replaced({ text, spans }: Piece, standIns: StandIns): { text: string; edits: Edit[] } {
  if (spans.length === 0) return { text, edits: [] };
  let result = '';
  let from = 0;
  const edits: Edit[] = [];
  for (const { type, start, end } of spans) {
    result += text.slice(from, start);
    const standIn = standIns(type, text.slice(start, end));
    edits.push({ start, end, newStart: result.length, newEnd: result.length + standIn.length });
    result += standIn;
    from = end;
  }
  return { text: result + text.slice(from), edits };
}

type Edit = { start: number; end: number; newStart: number; newEnd: number };

/** Looks through the masked example once more; adds what is found there to the pieces, at its place in the original. */
function addNew(
  masked: Example,
  pieces: readonly Piece[],
  standIns: StandIns,
  { formFinder, strategyOf }: MaskRules,
): boolean {
  let at = 0;
  let isNew = false;
  mapTexts(masked, (text, { before }) => {
    const piece = pieces[at++]!;
    // Neither it nor what stands before it has changed: it was looked through already.
    if (piece.spans.length === 0 && before === piece.place.before) return text;
    const { text: expected, edits } = replaced(piece, standIns);
    // Keys of an object can change places when they are masked.
    if (text !== expected) return text;
    const found = findPii(text, formFinder, before).filter(
      ({ type, start, end }) =>
        !(strategyOf(type) === 'surrogate' && isReserved(type, text.slice(start, end))) &&
        !edits.some((edit) => edit.newStart <= start && end <= edit.newEnd),
    );
    if (found.length === 0) return text;
    isNew = true;
    const original = found.map((span) => ({
      ...span,
      start: originalAt(span.start, edits, 'start'),
      end: originalAt(span.end, edits, 'end'),
    }));
    piece.spans = settle(piece.text, [...piece.spans, ...original]);
    return text;
  });
  return isNew;
}

/** Where a place in the masked text was in the original; one within a stand-in is at the edge of what it stands for. */
function originalAt(at: number, edits: readonly Edit[], side: 'start' | 'end'): number {
  let shift = 0;
  for (const { start, end, newStart, newEnd } of edits) {
    if (at < newStart || (side === 'end' && at === newStart)) break;
    if (at < newEnd || (side === 'end' && at === newEnd)) return side === 'start' ? start : end;
    shift = end - newEnd;
  }
  return at + shift;
}

/** How often each type comes, in the order of the types' first coming. */
export function countsOf(spans: readonly { type: string }[]): { type: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const { type } of spans) counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...counts].map(([type, count]) => ({ type, count }));
}
