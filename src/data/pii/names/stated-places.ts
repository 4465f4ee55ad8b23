/** Places without capital letters, and a message that is nothing but where somebody is: "chennai 600028", "miami to goa". */
import { isBrand } from './brands.ts';
import { townBeginnings } from './cues.ts';
import { anyName, anyPlace, kind, type Lexicon } from './lexicon.ts';
import { longestEntry } from './places.ts';
import type { Run } from './capital-runs.ts';
import { gap, shape, type Words, type WordSet, wordSet } from './cut-words.ts';

type Stated = { addresses: Run[]; places: Run[] };
type Entry = { first: number; last: number; bits: number };

const mostWords = 9;
const postcode = /^\d{5,6}$/;
/** What else stands in such a message. */
const around: WordSet = wordSet(
  'my our the city town state country name is its and or to from in code zip pin postal zipcode pincode postcode current new location place yes ok sure sir',
);

/** A message of places and at most one postcode, and nothing else. */
export function bareLocation(words: Words, lexicon: Lexicon): Stated {
  const none = { addresses: [], places: [] };
  if (words.count === 0 || words.count > mostWords) return none;
  const places: Entry[] = [];
  let number = -1;
  for (let i = 0; i < words.count; i++) {
    if (((words.gaps[i]! | words.gaps[i + 1]!) & (gap.glue | gap.stop | gap.possessive)) !== 0) return none;
    if (words.shapes[i] === shape.number) {
      if (number >= 0 || !postcode.test(words.keyOf(i))) return none;
      number = i;
      continue;
    }
    const entry = entryAt(words, i, lexicon);
    const before = places.at(-1);
    if (entry) {
      places.push(entry);
      i = entry.last;
    } else if (before?.last === i - 1 && isState(words, i)) before.last = i;
    else if (!around.at(words, i)) return none;
  }
  // One town that is somebody's name as well is an answer to who it is as much as to where.
  if (number < 0 && !places.some(({ bits }) => isKnown(bits))) return none;
  if (places.length === 0) return none;
  const all: Run[] = [...places, ...(number < 0 ? [] : [{ first: number, last: number }])];
  const joined: Run[] = [];
  for (const { first, last } of all.sort((a, b) => a.first - b.first)) {
    const before = joined.at(-1);
    if (before && before.last === first - 1) before.last = last;
    else joined.push({ first, last });
  }
  const hasNumber = ({ first, last }: Run): boolean => first <= number && number <= last;
  return { addresses: joined.filter(hasNumber), places: joined.filter((run) => !hasNumber(run)) };
}

/** The "il" of "chicago il". */
const isState = (words: Words, i: number): boolean =>
  words.ends[i]! - words.starts[i]! === 2 && (words.kindOf(i) & kind.region) !== 0 && !around.at(words, i);

const toward: WordSet = wordSet('in to from near visit visiting via leaving');
/** Whether a place is a town known to all, a region or a country; towns have the names of people. */
function isKnown(bits: number): boolean {
  if ((bits & (kind.region | kind.country | kind.major)) !== 0) return true;
  return (bits & kind.city) !== 0 && (bits & anyName) === 0;
}

const calledCity =
  /\b(?:city|town|destination|departure|arrival)(?: (?:city|town|name)){0,2}(?: is| was)?\s?:?\s?$/;
const cityWords: WordSet = wordSet('city town destination departure arrival name is was');
const longestCue = 40;

/** Places in lower case after "city", and those known to all after "in", "to" and "from". */
export function lowerCasePlaces(words: Words, lexicon: Lexicon): Run[] {
  const found: Run[] = [];
  for (let i = 1; i < words.count; i++) {
    if (words.shapes[i] !== shape.lower || words.gaps[i] !== gap.space) continue;
    const bits = words.kindOf(i);
    const isStrange = bits === 0 && words.ends[i]! - words.starts[i]! > 3;
    if ((bits & kind.word) !== 0 && !townBeginnings.at(words, i)) continue;
    const isToward = toward.at(words, i - 1);
    if (!isToward && !cityWords.at(words, i - 1)) continue;
    const entry = entryAt(words, i, lexicon);
    const start = words.starts[i]!;
    const isCalled = !isToward && calledCity.test(words.text.slice(Math.max(0, start - longestCue), start));
    if (isCalled && (entry || isStrange)) found.push(entry ?? { first: i, last: i });
    else if (isToward && entry && (entry.bits & (kind.region | kind.country | kind.major)) !== 0)
      found.push(entry);
  }
  return found;
}

/** The place that begins at word i, if it is one in any case of letters. */
function entryAt(words: Words, i: number, lexicon: Lexicon): Entry | undefined {
  if (words.shapes[i] === shape.initial || words.ends[i]! - words.starts[i]! < 2) return undefined;
  const { last, bits } = longestEntry(words, i, words.count - 1, lexicon);
  if ((bits & anyPlace) === 0 || isBrand(words, { first: i, last })) return undefined;
  if (last === i && ((bits & kind.word) !== 0 || words.ends[i]! - words.starts[i]! < 4)) return undefined;
  return { first: i, last, bits };
}
