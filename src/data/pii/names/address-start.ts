/** Where an address begins: before its street may stand a flat, the name of a house, a quarter, or postcode and town. */
import { postcodeAt } from './address-end.ts';
import { anyPlace, kind } from './lexicon.ts';
import { isCapital } from './capital-runs.ts';
import { buildingWords, placePrefixes, quarterWords, units } from './street-words.ts';
import { gap, shape, type Words, type WordSet, wordSet } from './cut-words.ts';

const mostParts = 3;
const longestName = 4;
const value = /^(?:\d{1,4}[a-z]?|[a-z]\d{0,3})$/;

/** The first word of the address whose street begins at word `street`; nothing at `taken` or before it is looked at. */
export function beginsAddress(words: Words, street: number, taken: number): number {
  let first = street;
  for (let parts = 0; parts < mostParts && first - 1 > taken; parts++) {
    const before = partBefore(words, first, taken);
    if (before === undefined) break;
    first = before;
  }
  return first;
}

function partBefore(words: Words, first: number, taken: number): number | undefined {
  const between = words.gaps[first]!;
  if ((between & ~(gap.space | gap.comma | gap.dot | gap.newline)) !== 0) return undefined;
  const last = first - 1;
  if (words.shapes[first] === shape.number && (between & gap.comma) === 0 && isNumberWord(words, last, taken))
    return /^(?:no|nr)$/.test(words.keyOf(last)) && numbered.at(words, last - 1) ? last - 1 : last;
  const unit = unitBefore(words, last, taken);
  if (unit !== undefined) return unit;
  if (quarterWords.at(words, last)) return nameBefore(words, last, taken);
  if ((between & gap.comma) === 0) return undefined;
  const name = nameBefore(words, last, taken);
  if (name === undefined) return undefined;
  if (buildingWords.at(words, last) && name < last) return name;
  if (/^(?:residence|res|villa|haus|casa|edificio|ed|edf)$/.test(words.keyOf(name)) && name < last)
    return name;
  return townBefore(words, name, last, taken);
}

const numbered: WordSet = wordSet(
  'blk block no house h plot lot villa door bldg building unit flat suite ste apt apartment',
);

/** "Blk 456", "House No. 56": a word for the number. */
const isNumberWord = (words: Words, i: number, taken: number): boolean =>
  i > taken && words.shapes[i] !== shape.lower && numbered.at(words, i);

/** "Flat 3, ", "Unit 5B, ", "Door No. 7, " */
function unitBefore(words: Words, last: number, taken: number): number | undefined {
  if (!value.test(words.keyOf(last)) || words.shapes[last] === shape.lower) return undefined;
  let at = last - 1;
  if (at > taken && /^(?:no|nr)$/.test(words.keyOf(at)) && (words.gaps[last]! & gap.glue) === 0) at--;
  if (at <= taken || !units.at(words, at) || (words.kindOf(at) & kind.frequent && at === last))
    return undefined;
  return (words.gaps[at + 1]! & ~(gap.space | gap.dot | gap.hash)) === 0 ? at : undefined;
}

/** Back over capitalised words to where they begin. */
function nameBefore(words: Words, last: number, taken: number): number | undefined {
  let at = last;
  if (!isCapital(words, at)) return undefined;
  while (
    at - 1 > taken &&
    last - at < longestName - 1 &&
    (words.gaps[at]! & ~(gap.space | gap.dot)) === 0 &&
    words.starts[at]! - words.ends[at - 1]! <= 2 &&
    isCapital(words, at - 1) &&
    (words.kindOf(at - 1) & kind.frequent) === 0
  )
    at--;
  return at;
}

/** "1052 Budapest, ", "г. Москва, ": a town behind its postcode or the word for one, or at the beginning. */
function townBefore(words: Words, name: number, last: number, taken: number): number | undefined {
  const before = name - 1;
  if (before > taken && placePrefixes.at(words, before) && (words.gaps[name]! & gap.dot) !== 0) return before;
  if (before > taken && words.shapes[before] === shape.number && words.gaps[name] === gap.space)
    return postcodeAt(words, before) === before ? before : undefined;
  const begins = name === 0 || (words.gaps[name]! & (gap.colon | gap.newline)) !== 0;
  const isTown = name === last && (words.kindOf(name) & anyPlace) !== 0;
  return begins && isTown ? name : undefined;
}
