/** Street addresses: a house number beside a street, and what follows (address-end.ts). */
import { extendStreet } from './address-end.ts';
import { cornerAt, hasJoin } from './street-corners.ts';
import { calendar, particles } from './cues.ts';
import { kind, type Lexicon } from './lexicon.ts';
import { isCapital, type Run } from './capital-runs.ts';
import {
  directions,
  streetBeginnings,
  streetCompound,
  streetEndings,
  streetPrepositions,
  streetWords,
  units,
  weakEndings,
} from './street-words.ts';
import { gap, shape, type Words } from './cut-words.ts';

/**
 * A stretch of words that is an address. `needs` is what must follow: nothing, any element of an address (a unit, a place,
 * a postcode), or one that only addresses have (a unit, a postcode behind a place).
 */
type Street = Run & { needs: 'nothing' | 'element' | 'proof' };

const longestStreetName = 6;
const houseNumber = /^\d{1,6}[a-z]?$/;
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
    const { last, isProved } = extendStreet(words, street.last, lexicon);
    const isEnough =
      street.needs === 'nothing' ||
      (street.needs === 'element'
        ? last > street.last || isTalkOfAddresses
        : isProved || (isTalkOfAddresses && last > street.last));
    if (!isEnough) continue;
    found.push({ first: withCorner(words, street.first), last });
    i = last;
  }
  return found;
}

/** "the corner of 5th Avenue and Main Street": the words before belong to it. */
function withCorner(words: Words, first: number): number {
  if (first < 2 || words.keyOf(first - 1) !== 'of' || words.keyOf(first - 2) !== 'corner') return first;
  return first > 2 && words.keyOf(first - 3) === 'the' ? first - 3 : first - 2;
}

/** A street with its number that begins at word i. */
function streetAt(words: Words, i: number): Street | undefined {
  if (words.shapes[i] === shape.number)
    return isHouseNumber(words, i) ? (numberThenStreet(words, i) ?? numberThenName(words, i)) : undefined;
  if ((words.gaps[i]! & gap.glue) !== 0) return undefined;
  return (
    beginningThenNumber(words, i) ??
    nameThenNumber(words, i) ??
    prepositionThenNumber(words, i) ??
    capitalStreet(words, i)
  );
}

/** A number of up to six digits, perhaps with a letter, that is no price, time, version or address on the net. */
export function isHouseNumber(words: Words, i: number): boolean {
  if (!houseNumber.test(words.keyOf(i)) || (words.gaps[i]! & (gap.glue | gap.possessive)) !== 0) return false;
  // ICD-10, I-94: the number of a name.
  if (words.gaps[i] === gap.hyphen && i > 0 && words.shapes[i - 1] !== shape.number) return false;
  // A dot between digits: an address on the net, a version, a price.
  if (words.gaps[i + 1] === gap.dot && words.shapes[i + 1] === shape.number) return false;
  const before = words.text[words.starts[i]! - 1];
  return before === undefined || !'$€£¥.:'.includes(before);
}

/** Word i may stand in the name of a street: capitalised, a particle, an ordinal number; in lower case any plain word. */
function isStreetName(words: Words, i: number): boolean {
  if (words.shapes[i] === shape.number) return /^\d{1,3}(?:st|nd|rd|th)?$/.test(words.keyOf(i));
  return !calendar.at(words, i) || words.keyOf(i) === 'may' || words.keyOf(i) === 'march';
}

/** "12 Main Street", "1600 Pennsylvania Ave NW", "12 bis, rue de la Paix", "6750 Koskikatu 25". */
function numberThenStreet(words: Words, i: number): Street | undefined {
  let name = i + 1;
  // A range or a second number: 12-14 Main Street, 370 3911 Fourth Avenue.
  if (
    words.shapes[name] === shape.number &&
    isHouseNumber(words, name) &&
    (words.gaps[name]! & ~(gap.space | gap.hyphen)) === 0
  )
    name++;
  if (['bis', 'ter', 'quater'].includes(name < words.count ? words.keyOf(name) : '')) name++;
  if (name >= words.count || (words.gaps[name]! & ~(gap.space | gap.comma | gap.dot)) !== 0) return undefined;
  const beginning = isBeginning(words, name)
    ? (beginningThenNumber(words, name) ?? namedStreet(words, name))
    : undefined;
  if (beginning) return { first: i, last: beginning.last, needs: 'nothing' };
  if ((words.gaps[name]! & gap.comma) !== 0) return undefined;
  let last: number | undefined;
  let capitals = true;
  let isStrong = false;
  for (let at = name; at < Math.min(words.count, name + longestStreetName); at++) {
    if (at > name && (words.gaps[at]! & ~inside) !== 0) break;
    const key = words.keyOf(at);
    if (at > name || streetCompound.test(key)) {
      const strong = streetEndings.has(key) || (streetCompound.test(key) && isCapital(words, at));
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
  return streetCompound.test(words.keyOf(last)) || streetWords.at(words, last) ? next : last;
}

const isBeginning = (words: Words, i: number): boolean => streetBeginnings.at(words, i);

/** "Calle Mayor 12", "Via Garibaldi, 7", "ul. Długa 5". */
function beginningThenNumber(words: Words, i: number): Street | undefined {
  if (!isBeginning(words, i)) return undefined;
  const name = endOfName(words, i);
  if (name === i) return undefined;
  let at = name + 1;
  if (at >= words.count || (words.gaps[at]! & ~(inside | gap.comma)) !== 0) return undefined;
  if (/^(?:n|no|nr|num|numero)$/.test(words.keyOf(at))) at++;
  if (at >= words.count || !/^\d{1,5}[a-z]?$/.test(words.keyOf(at))) return undefined;
  if (words.shapes[i] === shape.lower && !isCapital(words, name)) return undefined;
  return { first: i, last: at, needs: 'nothing' };
}

/** "rue de la Paix" behind its number. */
function namedStreet(words: Words, i: number): Run | undefined {
  const last = endOfName(words, i);
  return last > i ? { first: i, last } : undefined;
}

/** The last word of the name that follows a beginning; the beginning itself when there is none. */
function endOfName(words: Words, beginning: number): number {
  let last = beginning;
  for (let at = beginning + 1; at < Math.min(words.count, beginning + longestStreetName); at++) {
    if ((words.gaps[at]! & ~inside) !== 0) break;
    if (words.shapes[at] === shape.number) break;
    if (isCapital(words, at)) last = at;
    else if (
      !particles.at(words, at) &&
      !['l', 'd', 'des', 'aux', 'au', 'dei', 'della', 'delle', 'dello', 'degli', 'los', 'las'].includes(
        words.keyOf(at),
      )
    )
      break;
  }
  return last;
}

/** "Musterstraße 5", "Berliner Str. 12a", "Kossuth Lajos utca 3". */
function nameThenNumber(words: Words, i: number): Street | undefined {
  if (!isCapital(words, i) || calendar.at(words, i)) return undefined;
  for (let at = i; at < Math.min(words.count, i + 4); at++) {
    if (at > i && (words.gaps[at]! & ~inside) !== 0) return undefined;
    if (words.shapes[at] === shape.number) return undefined;
    const key = words.keyOf(at);
    const bits = words.kindOf(at);
    const isStreet =
      (streetCompound.test(key) && (bits & kind.word) === 0 && isCapital(words, at)) ||
      (at > i && streetWords.has(key));
    if (!isStreet) {
      if (!isCapital(words, at)) return undefined;
      if ((bits & kind.frequent) !== 0) return undefined;
      continue;
    }
    const number = at + 1;
    if (number >= words.count || (words.gaps[number]! & ~inside) !== 0) return undefined;
    return /^\d{1,4}[a-z]?$/.test(words.keyOf(number))
      ? { first: i, last: number, needs: 'nothing' }
      : undefined;
  }
  return undefined;
}

/** "Am Alten Markt 3a, 50667 Köln": a German street that begins with a preposition, if the rest is an address. */
function prepositionThenNumber(words: Words, i: number): Street | undefined {
  if (words.shapes[i] !== shape.capital || !streetPrepositions.at(words, i)) return undefined;
  let at = i + 1;
  if (['der', 'den', 'dem', 'die'].includes(at < words.count ? words.keyOf(at) : '')) at++;
  const first = at;
  while (at < Math.min(words.count, first + 3) && words.gaps[at] === gap.space && isCapital(words, at)) at++;
  if (at === first || at >= words.count || words.gaps[at] !== gap.space) return undefined;
  return isHouseNumber(words, at) && /^\d{1,4}[a-z]?$/.test(words.keyOf(at))
    ? { first: i, last: at, needs: 'proof' }
    : undefined;
}

/** "971 Kesk 53", "5 The Paddocks": a street of no known form between numbers, if the rest is an address. */
function numberThenName(words: Words, i: number): Street | undefined {
  const mayBeLower = isLowerCase(words, i + 1);
  let at = i + 1;
  if (words.shapes[at] === shape.number && isHouseNumber(words, at) && words.gaps[at] === gap.space) at++;
  const first = at;
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
  if (mayBeLower && ((words.kindOf(first) & kind.word) !== 0 || words.keyOf(first).length < 4))
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
    if (streetEndings.at(words, at)) return { first: i, last: at, needs: 'nothing' };
  }
  return undefined;
}
