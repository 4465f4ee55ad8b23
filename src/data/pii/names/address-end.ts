/** Where an address ends: behind its street come unit, city, region, postcode and country, as far as they go. */
import { particles } from './cues.ts';
import { isBehindFloor, isShort, unitAt } from './address-units.ts';
import { anyPlace, kind, type Lexicon } from './lexicon.ts';
import { isCapital, type Run } from './capital-runs.ts';
import { buildingWords, placePrefixes, quarterWords, streetEndings, units } from './street-words.ts';
import { gap, shape, type Words, type WordSet, wordSet } from './cut-words.ts';

const mostSteps = 12;
const mostUnknown = 4;

/** The last word of the address that begins with a street or a box ending at word `last`. */
export function extend(words: Words, last: number, lexicon: Lexicon): number {
  return extendStreet(words, last, lexicon).last;
}

/** `isProved`: a unit follows, or a postcode beside a place. `parts` are set apart by commas or line breaks. */
export type AddressEnd = {
  last: number;
  isProved: boolean;
  hasPlace: boolean;
  hasPostcode: boolean;
  parts: number;
};

/** What follows a street that ends at word `street`. */
export function extendStreet(words: Words, street: number, lexicon: Lexicon): AddressEnd {
  let last = street;
  let isProved = false;
  let hasPlace = false;
  let hasPostcode = false;
  let parts = 0;
  /** Of what may yet turn out to be no part of it. */
  let open = 0;
  let at = street;
  let unknown = 0;
  let lines = 0;
  /** The last word of a town behind a comma that no list has: "Kirchweg 4, Zorvadorf." */
  let town = -1;
  /** Whether a postcode has just been read that no place stands before. */
  let isPostcode = false;
  for (let step = 0; step < mostSteps && at + 1 < words.count; step++) {
    const next = at + 1;
    const between = words.gaps[next]!;
    if ((between & ~(gap.space | gap.newline | gap.comma | gap.dot | gap.hash | gap.hyphen)) !== 0)
      if (!isQuote(words, next) && !isBehindFloor(words, at) && !(hasPlace && isSlash(words, next))) break;
    // A full stop with a space behind it ends the sentence, unless it ends an abbreviation.
    if (
      (between & gap.dot) !== 0 &&
      (between & gap.newline) === 0 &&
      words.ends[at]! - words.starts[at]! > 5 &&
      !units.at(words, next) &&
      !isBehindFloor(words, at)
    )
      break;
    if ((between & gap.newline) !== 0 && ++lines > 5) break;
    if ((between & (gap.comma | gap.newline)) !== 0) open++;
    const element: Element | undefined =
      elementAt(words, next, lexicon) ?? (isPostcode ? townAt(words, next) : undefined);
    isPostcode = element?.is === 'postcode' && !hasPlace && unknown === 0;
    if (element !== undefined) {
      isProved ||=
        (element.is === 'unit' && !isShort(words, next)) ||
        (element.is === 'postcode' && (hasPlace || unknown > 0));
      isProved ||= element.is === 'place' && last > street && words.shapes[last] === shape.number;
      hasPlace ||= element.is === 'place';
      hasPostcode ||= element.is === 'postcode';
      parts += open;
      open = 0;
      at = element.last;
      last = element.last;
      unknown = 0;
      town = -1;
      continue;
    }
    if (++unknown > mostUnknown || !isPlaceName(words, next)) break;
    at = next;
    const isBehindPart = unknown === 1 || town === at - 1;
    if (isBehindPart && between === (gap.comma | gap.space) && isTown(words, at)) town = at;
    else if (town === at - 1 && between === gap.space && isTown(words, at)) town = at;
  }
  if (town > last && endsClause(words, town))
    return { last: town, isProved, hasPlace, hasPostcode, parts: parts + open };
  return { last, isProved, hasPlace, hasPostcode, parts };
}

/** "9010 Tromsø takk": right behind a postcode, up to three capitalised words that are no ordinary ones but places. */
function townAt(words: Words, i: number): Element | undefined {
  let last = i - 1;
  while (
    last < i + 2 &&
    last + 1 < words.count &&
    words.gaps[last + 1] === gap.space &&
    isTownName(words, last + 1)
  )
    last++;
  return last < i ? undefined : { is: 'place', last };
}

const isTownName = (words: Words, i: number): boolean =>
  words.shapes[i] === shape.capital &&
  ((words.kindOf(i) & anyPlace) !== 0 || (words.kindOf(i) & kind.word) === 0);

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
  // "Al Barsha 2, Dubai"
  if (/^\d{1,2}$/.test(words.keyOf(i))) return isCapital(words, i - 1) && isBreak(words, i + 1);
  if (!isCapital(words, i))
    return (
      particles.at(words, i) ||
      placePrefixes.at(words, i) ||
      ['on', 'upon', 'am', 'im', 'an', 'na', 'pod', 'sur', 'sul'].includes(words.keyOf(i))
    );
  return (words.kindOf(i) & kind.frequent) === 0;
}

type Element = { is: 'unit' | 'postcode' | 'place' | 'street'; last: number };

const crossings: WordSet = wordSet('cross main stage phase block avenue street road floor');

/** "Sampaguita Street", "Saqr Tower", "3rd Cross" */
function isStreetPart(words: Words, i: number): boolean {
  const next = i + 1;
  if (next >= words.count || words.gaps[next] !== gap.space) return false;
  if (words.shapes[i] === shape.number)
    return /^\d{1,2}(?:st|nd|rd|th)$/.test(words.keyOf(i)) && crossings.at(words, next);
  if (!isCapital(words, i)) return false;
  // Dubai: Street 8B
  if (/^(?:street|road|avenue|sector|lane)$/.test(words.keyOf(i)))
    return /^\d{1,3}[a-z]?$/.test(words.keyOf(next));
  return isCapital(words, next) && (streetEndings.at(words, next) || buildingWords.at(words, next));
}

/** The district of a town: Praha 3, København N, Dublin 8. */
function withDistrict(words: Words, place: number): number {
  const next = place + 1;
  if (next >= words.count || words.gaps[next] !== gap.space || !isCapital(words, place)) return place;
  const isLetter = words.shapes[next] === shape.initial && !/^[aiouy]$/.test(words.keyOf(next));
  const isNumber = /^\d{1,2}$/.test(words.keyOf(next)) && isBreak(words, next + 1);
  return isLetter || isNumber ? next : place;
}

const isBreak = (words: Words, i: number): boolean =>
  i >= words.count || (words.gaps[i]! & (gap.dot | gap.stop | gap.newline | gap.comma)) !== 0;

/** The slash of Curitiba/PR and Ataşehir/İstanbul. */
function isSlash(words: Words, i: number): boolean {
  const at = words.ends[i - 1]!;
  const isName = (one: number): boolean =>
    words.shapes[one] === shape.capital || words.shapes[one] === shape.upper;
  if (words.starts[i]! - at !== 1 || words.text[at] !== '/' || !isName(i)) return false;
  return words.shapes[i - 1] === shape.capital || (isName(i - 1) && (words.kindOf(i - 1) & anyPlace) !== 0);
}

/** A unit, a postcode, a region or a place that begins at word i. */
function elementAt(words: Words, i: number, lexicon: Lexicon): Element | undefined {
  const key = words.keyOf(i);
  const unit = unitAt(words, i);
  if (unit !== undefined) return { is: 'unit', last: unit };
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
  if (quarterWords.at(words, i + 1) && isCapital(words, i)) return { is: 'place', last: i + 1 };
  if (isStreetPart(words, i)) return { is: 'street', last: i + 1 };
  const place = placeAt(words, i, lexicon);
  return place === undefined ? undefined : { is: 'place', last: withDistrict(words, place) };
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
  if (/^\d{3}$/.test(key) && between === gap.space && /^\d{2}$/.test(next) && !isNumberNext(words, i + 2))
    return i + 1;
  return /^\d{4,6}$/.test(key) ? i : undefined;
}

/** The third group of a phone number: 416 60 039. */
const isNumberNext = (words: Words, i: number): boolean =>
  i < words.count && words.gaps[i] === gap.space && words.shapes[i] === shape.number;

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
