/** The flat, the floor, the staircase or the building within an address: apt. 4, 3e étage, portal 4, кв. 45, 2º B, st. th. */
import { endOfHouseNumber } from './house-number.ts';
import { floorWords, units, wholeUnits } from './street-words.ts';
import { gap, shape, type Words, type WordSet, wordSet } from './cut-words.ts';

const inside = gap.space | gap.dot;
const ordinalSigns = 'ºª°';
/** Left, right and front, or the letter of a door. */
const doors = /^(?:[a-h]|esq|dto|dta|dir|fte|frt|izq|izda|dcha|dch|ctro|int|ext|tv|th|mf|og|\d)$/;
const unitValue = /^(?:\d{1,5}[a-z]{0,2}|[a-z]\d{0,4}|[ivx]{1,4})$/;
const ordinalFloor = /^\d{1,2}(?:e|er|eme|o|a|st|nd|rd|th|te)?$/;
const tight = gap.space | gap.dot | gap.hash | gap.colon;

/** A flat, floor, staircase or building, with its number or letter: "apt. 4", "3e étage", "No:8/3", "2º B", "st. th.". */
export function unitAt(words: Words, i: number): number | undefined {
  if ((words.gaps[i]! & gap.hash) !== 0 && /^\d{1,5}[a-z]?$/.test(words.keyOf(i))) return withTail(words, i);
  if (words.shapes[i] === shape.number) return floorAt(words, i);
  if (wholeUnits.at(words, i)) return i;
  const next = i + 1;
  if (next >= words.count) return undefined;
  // Ground floor left, ground floor.
  if (/^(?:st|kl|r)$/.test(words.keyOf(i)) && words.starts[next]! - words.ends[i]! <= 2)
    if (/^(?:th|tv|mf|c)$/.test(words.keyOf(next))) return next;
  if (!units.at(words, i) || !isUnitWord(words, i)) return undefined;
  const value =
    /^(?:no|nr|n)$/.test(words.keyOf(next)) && isTight(words, next) && isTight(words, next + 1)
      ? next + 1
      : next;
  if (value >= words.count || !isTight(words, value)) return undefined;
  if (!unitValue.test(words.keyOf(value)) || words.shapes[value] === shape.lower) return undefined;
  return withTail(words, value);
}

const knownShort: WordSet = wordSet('fl rm no nr om og');

/** A short word is a unit behind a comma, behind the number of the house, or with its sign: "84 m. 15", ", sc. A". */
function isUnitWord(words: Words, i: number): boolean {
  if (!isShort(words, i) || knownShort.at(words, i)) return true;
  const around = words.gaps[i]! | words.gaps[i + 1]!;
  if ((around & (gap.comma | gap.dot | gap.colon)) !== 0) return true;
  return (
    words.capitals > 0 &&
    i > 0 &&
    words.shapes[i - 1] === shape.number &&
    words.ends[i]! - words.starts[i]! > 1
  );
}

/** A word of one or two letters, which proves nothing. */
export const isShort = (words: Words, i: number): boolean => words.ends[i]! - words.starts[i]! < 3;

const isTight = (words: Words, i: number): boolean => i < words.count && (words.gaps[i]! & ~tight) === 0;

/** "12-34", "1102/B" */
const withTail = (words: Words, i: number): number =>
  words.shapes[i] === shape.number ? endOfHouseNumber(words, i) : i;

/** "3º B", "1ª izq", "2º Dto", "2. sal", "3. tv.", "3e étage", "4 floor": a floor, perhaps with its door. */
function floorAt(words: Words, i: number): number | undefined {
  if (!ordinalFloor.test(words.keyOf(i))) return undefined;
  const next = i + 1;
  const hasSign =
    ordinalSigns.includes(words.text[words.ends[i]!] ?? ' ') ||
    ordinalSigns.includes(words.text[words.ends[i]! + 1] ?? ' ');
  if (next >= words.count || words.starts[next]! - words.ends[i]! > 3) return hasSign ? i : undefined;
  const isDotted = (words.gaps[next]! & gap.dot) !== 0;
  if (floorWords.at(words, next) && (hasSign || (words.gaps[next]! & ~inside) === 0)) {
    const door = next + 1;
    return door < words.count && /^(?:tv|th|mf)$/.test(words.keyOf(door)) ? door : next;
  }
  if (hasSign) return doors.test(words.keyOf(next)) ? next : i;
  return isDotted && /^(?:tv|th|mf)$/.test(words.keyOf(next)) ? next : undefined;
}

/** The sign of an ordinal number is no end of the address: "3º, 28013 Madrid". */
export function isBehindFloor(words: Words, at: number): boolean {
  if (words.shapes[at] !== shape.number) return false;
  const sign = words.text.slice(words.ends[at], words.ends[at]! + 2);
  return ordinalSigns.includes(sign[0] ?? ' ') || (sign[0] === '.' && ordinalSigns.includes(sign[1] ?? ' '));
}
