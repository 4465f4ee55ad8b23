/** Addresses that begin with the flat, plot or house and run on by commas: "Plot No. 88, Phase II, Gachibowli, Hyderabad". */
import type { Street } from './named-streets.ts';
import { endOfHouseNumber } from './house-number.ts';
import { isCapital } from './capital-runs.ts';
import { gap, shape, type Words, type WordSet, wordSet } from './cut-words.ts';

const leads: WordSet = wordSet(
  'flat plot shop villa office house h door unit apt apartment tower block blk suite room bungalow quarter',
);

/** The unit alone; a town or a postcode with two parts before it has to follow. */
export function unitThenStreet(words: Words, i: number): Street | undefined {
  if (words.shapes[i] === shape.lower || words.shapes[i] === shape.number) return undefined;
  const number = leads.at(words, i) ? numberOfUnit(words, i) : codeOfHouse(words, i);
  if (number === undefined) return undefined;
  return isListed(words, number + 1) ? { first: i, last: number, needs: 'parts' } : undefined;
}

/** "#27, 3rd Cross, Indiranagar, Bengaluru" */
export function numberOfHouse(words: Words, i: number): Street | undefined {
  if ((words.gaps[i]! & gap.hash) === 0) return undefined;
  const last = endOfHouseNumber(words, i);
  return isListed(words, last + 1) ? { first: i, last, needs: 'parts' } : undefined;
}

/** Behind a comma, with a capital letter or a number. */
function isListed(words: Words, i: number): boolean {
  if (i >= words.count || (words.gaps[i]! & ~(gap.space | gap.newline)) !== gap.comma) return false;
  return isCapital(words, i) || words.shapes[i] === shape.number;
}

/** "Flat No. 302", "H.No. 4-5-12/A", "Villa 23" */
function numberOfUnit(words: Words, i: number): number | undefined {
  let at = i + 1;
  if (at < words.count && /^(?:no|nr)$/.test(words.keyOf(at))) at++;
  if (at >= words.count || (words.gaps[at]! & (gap.comma | gap.newline | gap.glue | gap.quote)) !== 0)
    return undefined;
  if (!/^(?:\d{1,5}[a-z]?|[a-z]\d{0,4})$/.test(words.keyOf(at))) return undefined;
  return words.shapes[at] === shape.number ? endOfHouseNumber(words, at) : at;
}

/** "B-14", "C-204" */
function codeOfHouse(words: Words, i: number): number | undefined {
  if (words.shapes[i] !== shape.initial || words.gaps[i + 1] !== gap.hyphen) return undefined;
  if (i > 0 && words.gaps[i] !== gap.space && words.gaps[i] !== (gap.space | gap.colon)) return undefined;
  return i + 1 < words.count && /^\d{1,4}[a-z]?$/.test(words.keyOf(i + 1)) ? i + 1 : undefined;
}
