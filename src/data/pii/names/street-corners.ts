/** Where two streets meet: "the corner of King and 5th", "5th and Main", "at Forbes and Murray". */
import { isBrand } from './brands.ts';
import { calendar, organisationNouns, particles, titles } from './cues.ts';
import { anyName, kind } from './lexicon.ts';
import { isCapital, type Run } from './capital-runs.ts';
import { streetEndings, streetWords } from './street-words.ts';
import { gap, shape, type Words, type WordSet, wordSet } from './cut-words.ts';

const inside = gap.space | gap.dot;
const longestStreet = 5;
const meetings: WordSet = wordSet('corner intersection junction crossing');
const joins: WordSet = wordSet('and');
const places: WordSet = wordSet('at near');
const ordinal = /^\d{1,3}(?:st|nd|rd|th)$/;

/** Corners in order, none overlapping another, in text with or without digits. */
export function cornersIn(words: Words): Run[] {
  const found: Run[] = [];
  if (!hasJoin(words)) return found;
  for (let i = 0; i < words.count; i++) {
    const corner = cornerAt(words, i);
    if (!corner) continue;
    found.push(corner);
    i = corner.last;
  }
  return found;
}

/** Whether there is an "and", without which there is no corner. */
export function hasJoin({ text }: Words): boolean {
  return text.includes(' and ');
}

/** The corner that begins at word i: after "corner of", by a numbered street, or by the word "at" before two names. */
export function cornerAt(words: Words, i: number): Run | undefined {
  const one = words.shapes[i]!;
  if (one === shape.lower) return undefined;
  if (joins.at(words, i + 1)) {
    const corner = numberedCorner(words, i) ?? namedCorner(words, i);
    if (corner) return corner;
  }
  return meetings.at(words, i - 2) && words.keyOf(i - 1) === 'of' ? statedCorner(words, i) : undefined;
}

/** "corner of Kuusiku 7 and Alexander Flat": two streets by any name. */
function statedCorner(words: Words, i: number): Run | undefined {
  const first = endOfStreet(words, i);
  if (first === undefined || !joins.at(words, first + 1)) return undefined;
  const second = endOfStreet(words, first + 2);
  return second === undefined ? undefined : { first: i, last: second };
}

/** The last of up to five capitalised words and numbers from word i on. */
function endOfStreet(words: Words, i: number): number | undefined {
  let at = i;
  for (; at < Math.min(words.count, i + longestStreet); at++) {
    if (at > i && (words.gaps[at]! & ~inside) !== 0) break;
    const isPart =
      isCapital(words, at) ||
      words.shapes[at] === shape.number ||
      particles.at(words, at) ||
      streetWords.at(words, at);
    if (!isPart) break;
  }
  return at === i ? undefined : at - 1;
}

/** "5th and Main", "Franklin and 3rd": no date, "the 1st and 2nd" neither. */
function numberedCorner(words: Words, i: number): Run | undefined {
  const last = i + 2;
  if (!isJoined(words, i)) return undefined;
  const isStreet = (at: number): boolean =>
    isCapital(words, at) && words.shapes[at] !== shape.initial && !calendar.at(words, at);
  const isNumber = (at: number): boolean =>
    words.shapes[at] === shape.number && ordinal.test(words.keyOf(at));
  const isCorner = (isNumber(i) && isStreet(last)) || (isStreet(i) && isNumber(last));
  if (!isCorner || calendar.at(words, i - 1) || calendar.at(words, last + 1)) return undefined;
  return { first: i, last: withEnding(words, last) };
}

/** "at Forbes and Murray": one of the two is no ordinary word, and neither is a firm. */
function namedCorner(words: Words, i: number): Run | undefined {
  const last = i + 2;
  if (i === 0 || !places.at(words, i - 1) || words.gaps[i] !== gap.space || !isJoined(words, i))
    return undefined;
  if (words.shapes[i] !== shape.capital || words.shapes[last] !== shape.capital) return undefined;
  if (!isProper(words, i) && !isProper(words, last)) return undefined;
  const others = [i, last].some(
    (at) =>
      isBrand(words, { first: at, last: at }) ||
      calendar.at(words, at) ||
      titles.at(words, at) ||
      organisationNouns.at(words, at) ||
      (words.kindOf(at) & (kind.country | kind.nationality)) !== 0,
  );
  const end = withEnding(words, last);
  const goesOn = end + 1 < words.count && words.gaps[end + 1] === gap.space && isCapital(words, end + 1);
  const isSomebodys = (words.gaps[last + 1]! & gap.possessive) !== 0;
  return others || goesOn || isSomebodys ? undefined : { first: i, last: end };
}

const isJoined = (words: Words, i: number): boolean =>
  i + 2 < words.count && words.gaps[i + 1] === gap.space && words.gaps[i + 2] === gap.space;

/** A name and no ordinary word. */
function isProper(words: Words, i: number): boolean {
  const bits = words.kindOf(i);
  return (bits & anyName) !== 0 && (bits & kind.word) === 0;
}

/** "5th and Main St" */
function withEnding(words: Words, last: number): number {
  const next = last + 1;
  if (next >= words.count || (words.gaps[next]! & ~inside) !== 0) return last;
  return streetEndings.at(words, next) || words.keyOf(next) === 'st' ? next : last;
}
