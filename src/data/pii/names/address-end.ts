/** Where an address ends: behind its street come unit, city, region, postcode and country, as far as they go. */
import { particles } from './cues.ts';
import { anyPlace, kind, type Lexicon } from './lexicon.ts';
import { isCapital, type Run } from './capital-runs.ts';
import { units } from './street-words.ts';
import { gap, shape, type Words } from './cut-words.ts';

const inside = gap.space | gap.dot;
const mostSteps = 12;
const mostUnknown = 4;

/** The last word of the address that begins with a street or a box ending at word `last`. */
export function extend(words: Words, last: number, lexicon: Lexicon): number {
  return extendStreet(words, last, lexicon).last;
}

/** `isProved`: a unit follows, or a postcode beside a place. */
export function extendStreet(
  words: Words,
  street: number,
  lexicon: Lexicon,
): { last: number; isProved: boolean } {
  let last = street;
  let isProved = false;
  let hasPlace = false;
  let at = street;
  let unknown = 0;
  let lines = 0;
  /** Of a town behind a comma that no list has: "Kirchweg 4, Zorvadorf." */
  let town = -1;
  for (let step = 0; step < mostSteps && at + 1 < words.count; step++) {
    const next = at + 1;
    const between = words.gaps[next]!;
    if ((between & ~(gap.space | gap.newline | gap.comma | gap.dot | gap.hash | gap.hyphen)) !== 0)
      if (!isQuote(words, next) && !isBehindFloor(words, at)) break;
    // A full stop with a space behind it ends the sentence, unless it ends an abbreviation.
    if (
      (between & gap.dot) !== 0 &&
      (between & gap.newline) === 0 &&
      words.ends[at]! - words.starts[at]! > 5 &&
      !units.at(words, next)
    )
      break;
    if ((between & gap.newline) !== 0 && ++lines > 5) break;
    const element = elementAt(words, next, lexicon);
    if (element !== undefined) {
      isProved ||= element.is === 'unit' || (element.is === 'postcode' && (hasPlace || unknown > 0));
      isProved ||= element.is === 'place' && last > street && words.shapes[last] === shape.number;
      hasPlace ||= element.is === 'place';
      at = element.last;
      last = element.last;
      unknown = 0;
      town = -1;
      continue;
    }
    if (++unknown > mostUnknown || !isPlaceName(words, next)) break;
    at = next;
    if (unknown === 1 && between === (gap.comma | gap.space) && isTown(words, at)) town = at;
    else if (town === at - 1 && between === gap.space && isTown(words, at)) town = at;
  }
  return { last: town > last && endsClause(words, town) ? town : last, isProved };
}

/** The sign of an ordinal number is no end of the address: "3º, 28013 Madrid". */
const isBehindFloor = (words: Words, at: number): boolean =>
  words.shapes[at] === shape.number && ordinalSigns.includes(words.text[words.ends[at]!] ?? ' ');

const isTown = (words: Words, i: number): boolean =>
  isCapital(words, i) && (words.kindOf(i) & ~anyPlace & ~kind.major) === 0;

const endsClause = (words: Words, i: number): boolean =>
  i + 1 >= words.count || (words.gaps[i + 1]! & (gap.dot | gap.stop | gap.newline)) !== 0;

const quote = /^[,.]?[ \t]{0,3}\r?\n[ \t]{0,3}[>?|*]{1,3}[ \t]{0,6}$/;
const longestQuote = 16;

/** Whether word i begins a quoted line: "> Apt. 5" behind "> 12 Main Street". */
function isQuote(words: Words, i: number): boolean {
  if ((words.gaps[i]! & gap.newline) === 0) return false;
  const [from, to] = [words.ends[i - 1]!, words.starts[i]!];
  return to - from <= longestQuote && quote.test(words.text.slice(from, to));
}

/** An address by quoted lines, so that what quotes them stays. */
export function quotedLines(words: Words, { first, last }: Run): Run[] {
  const lines: Run[] = [];
  let begin = first;
  for (let i = first + 1; i <= last; i++)
    if ((words.gaps[i]! & gap.stop) !== 0 && isQuote(words, i)) {
      lines.push({ first: begin, last: i - 1 });
      begin = i;
    }
  return [...lines, { first: begin, last }];
}

/**
 * A town that the lexicon lacks: capitalised, or one of the small words within a name; any but the most frequent words
 * where nothing is capitalised.
 */
function isPlaceName(words: Words, i: number): boolean {
  if (words.capitals === 0 && words.shapes[i] === shape.lower) return (words.kindOf(i) & kind.frequent) === 0;
  if (!isCapital(words, i))
    return (
      particles.at(words, i) ||
      ['on', 'upon', 'am', 'im', 'an', 'na', 'pod', 'sur', 'sul'].includes(words.keyOf(i))
    );
  return (words.kindOf(i) & kind.frequent) === 0;
}

type Element = { is: 'unit' | 'postcode' | 'place'; last: number };

/** A unit, a postcode, a region or a place that begins at word i. */
function elementAt(words: Words, i: number, lexicon: Lexicon): Element | undefined {
  const key = words.keyOf(i);
  if (units.has(key) && i + 1 < words.count && (words.gaps[i + 1]! & ~(inside | gap.hash)) === 0) {
    const next = words.keyOf(i + 1);
    if (/^\d{1,5}[a-z]?$|^[a-z]\d{0,4}$/.test(next) && words.shapes[i + 1] !== shape.lower)
      return { is: 'unit', last: i + 1 };
  }
  if ((words.gaps[i]! & gap.hash) !== 0 && /^\d{1,5}[a-z]?$/.test(key)) return { is: 'unit', last: i };
  if (
    words.shapes[i] === shape.number &&
    i + 1 < words.count &&
    /^(?:floor|fl|piso|etage|stock|og)$/.test(words.keyOf(i + 1)) &&
    words.gaps[i + 1] === gap.space
  )
    return { is: 'unit', last: i + 1 };
  const floor = floorAt(words, i);
  if (floor !== undefined) return { is: 'unit', last: floor };
  const postcode = postcodeAt(words, i);
  if (postcode !== undefined) return { is: 'postcode', last: postcode };
  // NY, TX, ON: any two or three capital letters where a region stands.
  if (words.shapes[i] === shape.upper && /^[a-z]{2,3}$/.test(key)) return { is: 'place', last: i };
  // ny 10001: two letters before a postcode, in a text without capital letters.
  if (
    /^[a-z]{2}$/.test(key) &&
    i + 1 < words.count &&
    words.gaps[i + 1] === gap.space &&
    /^\d{5}$/.test(words.keyOf(i + 1))
  )
    return { is: 'place', last: i };
  const place = placeAt(words, i, lexicon);
  return place === undefined ? undefined : { is: 'place', last: place };
}

const ordinalSigns = 'ºª°';
/** Left, right and front, or the letter of a door. */
const doors = /^(?:[a-h]|esq|dto|dta|fte|frt|izq|izda|dcha|dch|ctro|int|ext)$/;

/** "3º B", "1ª izq", "2º Dto": a floor, perhaps with its door. */
function floorAt(words: Words, i: number): number | undefined {
  if (!/^\d{1,2}$/.test(words.keyOf(i)) || !ordinalSigns.includes(words.text[words.ends[i]!] ?? ' '))
    return undefined;
  const isDoor = i + 1 < words.count && doors.test(words.keyOf(i + 1));
  return isDoor && words.starts[i + 1]! - words.ends[i]! <= 3 ? i + 1 : i;
}

/** Postcodes of the countries that write them in digits, with letters before or within them, or in two groups. */
export function postcodeAt(words: Words, i: number): number | undefined {
  const key = words.keyOf(i);
  const next = i + 1 < words.count ? words.keyOf(i + 1) : '';
  const between = words.gaps[i + 1]!;
  if (/^\d{3,5}$/.test(key) && between === gap.hyphen && /^\d{3,4}$/.test(next)) return i + 1;
  if (/^\d{2}$/.test(key) && between === gap.hyphen && /^\d{3}$/.test(next)) return i + 1;
  if (/^[a-z]{1,2}\d[a-z\d]?$/.test(key) && between === gap.space && /^\d[a-z]{2}$/.test(next)) return i + 1;
  if (
    /^[a-z]\d[a-z]$/.test(key) &&
    (between === gap.space || between === gap.hyphen) &&
    /^\d[a-z]\d$/.test(next)
  )
    return i + 1;
  if (/^[a-z]{1,3}$/.test(key) && between === gap.hyphen && /^\d{4,5}$/.test(next)) return i + 1;
  if (
    /^\d{4}$/.test(key) &&
    between === gap.space &&
    words.shapes[i + 1] === shape.upper &&
    /^[a-z]{2}$/.test(next)
  )
    return i + 1;
  if (/^\d{3}$/.test(key) && between === gap.space && /^\d{2}$/.test(next)) return i + 1;
  return /^\d{4,6}$/.test(key) ? i : undefined;
}

function placeAt(words: Words, i: number, lexicon: Lexicon): number | undefined {
  let last =
    (words.kindOf(i) & anyPlace) !== 0 && (isCapital(words, i) || (words.kindOf(i) & kind.word) === 0)
      ? i
      : undefined;
  let key = words.keyOf(i);
  const most = Math.min(words.count - 1, i + lexicon.longest(key) - 1);
  for (let at = i + 1; at <= most && (words.gaps[at]! & ~(gap.space | gap.dot)) === 0; at++) {
    key += ` ${words.keyOf(at)}`;
    if ((lexicon.kindOf(key) & anyPlace) !== 0) last = at;
  }
  return last;
}
