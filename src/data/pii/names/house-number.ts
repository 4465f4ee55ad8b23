/** House numbers as they are written: 12, 221B, 12-14, 33/B, 84/92, 123 1/2, No. 14, n.º 6, д. 12, # 71-21. */
import { gap, shape, type Words, type WordSet, wordSet } from './cut-words.ts';

const houseNumber = /^\d{1,6}[a-z]?$/;
const behindStreet = /^\d{1,5}[a-z]?$/;
const furtherPart = /^(?:\d{1,4}[a-z]?|[a-z]|ii|iii|iv)$/;
const mostParts = 3;
/** Number, in the languages of addresses; a full stop may follow. */
const marks: WordSet = wordSet('n no nr num numero nummer br km д дом дома буд будинок бл αρ αριθμος');
const repeats: WordSet = wordSet('bis ter quater hs huis');

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

/** The last word of the house number that begins at word i: 84/92, 263-II, 45 A, 14 bis, 123 1/2. */
export function endOfHouseNumber(words: Words, i: number): number {
  let last = i;
  for (let parts = 0; parts < mostParts && isTied(words, last + 1); parts++) last++;
  const next = last + 1;
  if (next >= words.count || words.gaps[next] !== gap.space) return last;
  if (repeats.at(words, next)) return next;
  // 123 1/2
  if (words.shapes[next] === shape.number && words.keyOf(next).length === 1 && isTied(words, next + 1))
    return next + 1;
  if (last > i || !isLetter(words, next)) return last;
  // Stair and door in Finland: 54 B 12.
  const door = next + 1;
  return words.shapes[next] === shape.initial && words.gaps[door] === gap.space && isDoor(words, door)
    ? door
    : next;
}

/** Whether a number is a date rather than that of a house: 10/31/2015, 6/6/99, 2006-04-30. */
export function isDateLike(words: Words, first: number, last: number): boolean {
  return (
    last - first === 2 && words.shapes[last] === shape.number && /^\d{2}$|^\d{4}$/.test(words.keyOf(last))
  );
}

/** Part of the same number: no space, a slash or a hyphen. */
function isTied(words: Words, next: number): boolean {
  if (next >= words.count || !furtherPart.test(words.keyOf(next))) return false;
  const before = words.ends[next - 1]!;
  return words.starts[next]! - before === 1 && '/-–'.includes(words.text[before]!);
}

const isDoor = (words: Words, i: number): boolean => i < words.count && /^\d{1,3}$/.test(words.keyOf(i));

/** The A of "45 A, 9010 Tromsø" and "11 a in": one letter that ends the number. */
function isLetter(words: Words, i: number): boolean {
  const key = words.keyOf(i);
  if (!/^[a-hj-nq-tv-z]$/.test(key)) return false;
  const after = words.gaps[i + 1]!;
  const isEnd = i + 1 >= words.count || (after & (gap.comma | gap.dot | gap.newline | gap.stop)) !== 0;
  return (
    isEnd ||
    (after === gap.space && words.shapes[i] === shape.initial && words.shapes[i + 1] === shape.number)
  );
}

/**
 * The last word of the house number that follows a street ending at word `street`: "Mayor, n.º 12", "Caddesi No:212/3",
 * "Тверская, д. 12", "Verdi 18". Undefined when none does.
 */
export function numberBehind(
  words: Words,
  street: number,
): { last: number; isMarked: boolean; hasComma: boolean } | undefined {
  let at = street + 1;
  if (at >= words.count) return undefined;
  const between = words.gaps[at]!;
  const hasComma = (between & gap.comma) !== 0;
  let isMarked = false;
  if (marks.at(words, at) && (between & ~(gap.space | gap.dot | gap.comma)) === 0) {
    isMarked = true;
    at++;
    if (at >= words.count || words.starts[at]! - words.ends[at - 1]! > 3) return undefined;
    if ((words.gaps[at]! & (gap.glue | gap.newline | gap.comma | gap.quote)) !== 0) return undefined;
  } else if ((between & ~(gap.space | gap.dot | gap.comma)) !== 0) {
    const sign = words.text.slice(words.ends[street], words.starts[at]).trim();
    if (sign !== '#' && sign !== '№' && sign !== ', №') return undefined;
    isMarked = true;
  }
  if (!behindStreet.test(words.keyOf(at)) || isPriceOrDecimal(words, at)) return undefined;
  return { last: endOfHouseNumber(words, at), isMarked, hasComma };
}

function isPriceOrDecimal(words: Words, i: number): boolean {
  const next = words.gaps[i + 1]!;
  return (
    words.shapes[i + 1] === shape.number && (next === gap.dot || next === gap.comma || next === gap.colon)
  );
}
