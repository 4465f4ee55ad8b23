/** Street addresses: a house number beside a street, and what follows (address-end.ts). */
import { type AddressEnd, extendStreet } from './address-end.ts';
import { beginsAddress } from './address-start.ts';
import { cornerAt, hasJoin } from './street-corners.ts';
import { calendar, particles } from './cues.ts';
import { anyPlace, kind, type Lexicon } from './lexicon.ts';
import { endOfHouseNumber, isDateLike, isHouseNumber } from './house-number.ts';
import { isCapital, type Run } from './capital-runs.ts';
import { namedStreet, streetThenNumber, type Street } from './named-streets.ts';
import {
  directions,
  noStreets,
  streetCompound,
  streetEndings,
  streetWords,
  units,
  weakEndings,
} from './street-words.ts';
import { numberOfHouse, unitThenStreet } from './unit-first.ts';
import { gap, shape, type Words } from './cut-words.ts';

const longestStreetName = 6;
const inside = gap.space | gap.dot;

/** How far behind the beginning of an address its first number can stand. */
const farthestNumber = 8;

/** Addresses in order, none overlapping another. */
export function addressesIn(words: Words, lexicon: Lexicon, isTalkOfAddresses: boolean): Run[] {
  const found: Run[] = [];
  const mayHaveCorner = hasJoin(words);
  let number = -1;
  for (let i = 0; i < words.count; i++) {
    while (number < words.count && (number < i || words.shapes[number] !== shape.number)) number++;
    const isFar = number - i > farthestNumber || number >= words.count;
    const corner = mayHaveCorner ? cornerAt(words, i) : undefined;
    const street: Street | undefined = corner
      ? { ...corner, needs: 'nothing' }
      : isFar
        ? capitalStreet(words, i)
        : streetAt(words, i);
    if (!street) continue;
    const end = extendStreet(words, street.last, lexicon);
    if (!isEnough(street, end, isTalkOfAddresses)) continue;
    const { last } = end;
    found.push({
      first: beginsAddress(words, withCorner(words, street.first), found.at(-1)?.last ?? -1),
      last,
    });
    i = last;
  }
  return found;
}

/** Whether what must follow a street does. */
function isEnough(
  { needs, last: street }: Street,
  { last, isProved, hasPlace, hasPostcode, parts }: AddressEnd,
  isTalkOfAddresses: boolean,
): boolean {
  const goesOn = last > street;
  switch (needs) {
    case 'nothing':
      return true;
    case 'element':
      return goesOn || isTalkOfAddresses;
    case 'proof':
      return isProved || (isTalkOfAddresses && goesOn);
    case 'town':
      return hasPostcode && (hasPlace || parts > 0);
    case 'parts':
      return parts > 1 && (hasPlace || hasPostcode);
  }
}

/** "the corner of 5th Avenue and Main Street": the words before belong to it. */
function withCorner(words: Words, first: number): number {
  if (first < 2 || words.keyOf(first - 1) !== 'of' || words.keyOf(first - 2) !== 'corner') return first;
  return first > 2 && words.keyOf(first - 3) === 'the' ? first - 3 : first - 2;
}

/** A street with its number that begins at word i. */
function streetAt(words: Words, i: number): Street | undefined {
  if (words.shapes[i] === shape.number)
    return isHouseNumber(words, i)
      ? (numberThenStreet(words, i) ?? numberThenName(words, i) ?? numberOfHouse(words, i))
      : undefined;
  if ((words.gaps[i]! & gap.glue) !== 0) return undefined;
  return streetThenNumber(words, i) ?? unitThenStreet(words, i) ?? capitalStreet(words, i);
}

/** Word i may stand in the name of a street: capitalised, a particle, an ordinal number; in lower case any plain word. */
function isStreetName(words: Words, i: number): boolean {
  if (words.shapes[i] === shape.number) return /^\d{1,3}(?:st|nd|rd|th)?$/.test(words.keyOf(i));
  return !calendar.at(words, i) || words.keyOf(i) === 'may' || words.keyOf(i) === 'march';
}

/** "12 Main Street", "1600 Pennsylvania Ave NW", "12 bis, rue de la Paix", "6750 Koskikatu 25". */
function numberThenStreet(words: Words, i: number): Street | undefined {
  const end = endOfHouseNumber(words, i);
  if (isDateLike(words, i, end)) return undefined;
  let name = end + 1;
  // A second number: 370 3911 Fourth Avenue.
  if (words.shapes[name] === shape.number && isHouseNumber(words, name) && words.gaps[name] === gap.space)
    name = endOfHouseNumber(words, name) + 1;
  if (name >= words.count || (words.gaps[name]! & ~(gap.space | gap.comma | gap.dot)) !== 0) return undefined;
  const beginning = namedStreet(words, name);
  if (beginning) return { first: i, last: beginning.last, needs: 'nothing' };
  if ((words.gaps[name]! & gap.comma) !== 0) return undefined;
  let last: number | undefined;
  let capitals = true;
  let isStrong = false;
  for (let at = name; at < Math.min(words.count, name + longestStreetName); at++) {
    if (at > name && (words.gaps[at]! & ~inside) !== 0) break;
    const key = words.keyOf(at);
    if (at > name || streetCompound.test(key)) {
      const isCompound = streetCompound.test(key) && isCapital(words, at) && !noStreets.has(key);
      const strong = streetEndings.has(key) || isCompound;
      if (strong || weakEndings.has(key)) {
        last = at;
        isStrong ||= strong;
        capitals &&= words.shapes[at] !== shape.lower;
        continue;
      }
    }
    if (last !== undefined) break;
    if (!isStreetName(words, at)) break;
    if (
      (words.kindOf(at) & kind.frequent) !== 0 &&
      words.shapes[at] === shape.lower &&
      !directions.has(key)
    ) {
      // "5 of the Street": ordinary words are no name, but "5 main street" is one.
      if (!streetEndings.has(at + 1 < words.count ? words.keyOf(at + 1) : '')) break;
    }
    if (words.shapes[at] === shape.lower && !particles.has(key)) capitals = false;
  }
  if (last === undefined) return undefined;
  last = withDirection(words, last);
  last = withNumberAfter(words, last);
  return { first: i, last, needs: isStrong || capitals ? 'nothing' : 'element' };
}

function withDirection(words: Words, last: number): number {
  const next = last + 1;
  if (next >= words.count || (words.gaps[next]! & ~inside) !== 0) return last;
  const key = words.keyOf(next);
  // A single lower-case letter after the street is no direction: "12 main st w apt 4" is rare, "st s" a typing error.
  return directions.has(key) && (key.length > 2 || words.shapes[next] !== shape.lower) ? next : last;
}

/** "6750 Koskikatu 25": a foreign street with its number behind a number of the register. */
function withNumberAfter(words: Words, last: number): number {
  const next = last + 1;
  if (next >= words.count || words.gaps[next] !== gap.space || !/^\d{1,4}[a-z]?$/.test(words.keyOf(next)))
    return last;
  if (streetCompound.test(words.keyOf(last)) || streetWords.at(words, last)) return next;
  // "Ave 10 #08-123"
  return (words.gaps[next + 1]! & gap.hash) !== 0 ? next : last;
}

/** "971 Kesk 53", "5 The Paddocks": a street of no known form between numbers, if the rest is an address. */
function numberThenName(words: Words, i: number): Street | undefined {
  const end = endOfHouseNumber(words, i);
  if (isDateLike(words, i, end)) return undefined;
  let at = end + 1;
  if (words.shapes[at] === shape.number && isHouseNumber(words, at) && words.gaps[at] === gap.space) at++;
  const first = at;
  const mayBeLower = first === end + 1 && isLowerCase(words, first);
  while (
    at < Math.min(words.count, first + 4) &&
    (words.gaps[at]! & ~inside) === 0 &&
    words.shapes[at] !== shape.number
  ) {
    const bits = words.kindOf(at);
    if (!isCapital(words, at) && !particles.at(words, at) && !streetWords.at(words, at) && !mayBeLower) break;
    if (calendar.at(words, at) || units.at(words, at) || (bits & kind.frequent) !== 0) break;
    at++;
  }
  if (at === first) return undefined;
  // In lower case only what is no ordinary word can be a street: "20 cm, room 204" is none.
  if (mayBeLower && ((words.kindOf(first) & kind.word) !== 0 || !/^[a-z'-]{4,}$/.test(words.keyOf(first))))
    return undefined;
  const hasNumber =
    at < words.count && (words.gaps[at]! & ~inside) === 0 && /^\d{1,4}[a-z]?$/.test(words.keyOf(at));
  return { first: i, last: hasNumber ? at : at - 1, needs: hasNumber && !mayBeLower ? 'element' : 'proof' };
}

const isLowerCase = (words: Words, i: number): boolean => i < words.count && words.shapes[i] === shape.lower;

/** "Marina Fort Street", "corner of King and Queen Street": a street by name alone, in capital letters. */
function capitalStreet(words: Words, i: number): Street | undefined {
  if (!isCapital(words, i) || (words.kindOf(i) & kind.frequent) !== 0) return undefined;
  for (let at = i + 1; at < Math.min(words.count, i + 4) && (words.gaps[at]! & ~inside) === 0; at++) {
    if (!isCapital(words, at)) return undefined;
    if (streetEndings.at(words, at))
      return isTitle(words, at + 1) ? undefined : { first: i, last: at, needs: 'nothing' };
  }
  return undefined;
}

/** "Hill Street Blues", "Wall Street Journal": what a street gave its name to. */
function isTitle(words: Words, i: number): boolean {
  if (i >= words.count || words.gaps[i] !== gap.space || !isCapital(words, i)) return false;
  return words.shapes[i] === shape.capital && (words.kindOf(i) & anyPlace) === 0 && !directions.at(words, i);
}
