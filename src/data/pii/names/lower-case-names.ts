/** Names in lower case that nothing introduces. */
import { isBrand } from './brands.ts';
import { otherLanguages, personVerbs, relations } from './cues.ts';
import { anyName, anyPlace, kind } from './lexicon.ts';
import type { Run } from './capital-runs.ts';
import { isInSlot } from './name-slots.ts';
import { spellingOdds } from './spelling.ts';
import { gap, shape, type Words, type WordSet, wordSet } from './cut-words.ts';

/** Longer stretches are no name. */
const mostWords = 4;
const known: number = anyName | anyPlace;
/** In text whose words are mostly known to be words, two that are not are a name, if the lexicon has one of them. */
const leastKnownShare = 0.6;

/** Names in lower case that nothing introduces: "standing order to maria kowalczyk", "john smith 4587". */
export function lowerCaseNames(words: Words): Run[] {
  const found: Run[] = [];
  const candidates: number[] = [];
  let ordinary = 0;
  for (let i = 0; i < words.count; i++) {
    if (words.shapes[i] !== shape.lower) continue;
    if ((words.kindOf(i) & kind.word) !== 0 || words.ends[i]! - words.starts[i]! < 3) ordinary++;
    else candidates.push(i);
  }
  if (candidates.length === 0) return found;
  if (candidates.length >= leastList) found.push(...listsOfNames(words, candidates));
  const isShort = words.count <= 4;
  if (!isShort && isOtherLanguage(words)) return found;
  if (!isShort && ordinary < leastKnownShare * (ordinary + candidates.length)) return found;
  let end = -1;
  for (const i of candidates) {
    if (i <= end || !isStrange(words, i)) continue;
    const run = { first: isNameAndWord(words, i - 1) ? i - 1 : i, last: endOfStrange(words, i) };
    if (isLowerCaseName(words, { first: i, last: run.last })) found.push({ first: i, last: run.last });
    else if (run.last - i < mostWords && isInSlot(words, run)) found.push(run);
    end = run.last;
  }
  return found;
}

const leastList = 3;

/** Text of other languages has many words that the lexicon lacks. */
function isOtherLanguage(words: Words): boolean {
  let count = 0;
  for (let i = 0; i < words.count; i++) if (otherLanguages.at(words, i)) count++;
  return count >= 2 && 8 * count >= words.count;
}

/** "they are leonti, terrence, pamela and brian": single words between commas, most of them given names. */
function listsOfNames(words: Words, candidates: readonly number[]): Run[] {
  const found: Run[] = [];
  let list: number[] = [];
  const end = (): void => {
    const given = list.filter((i) => (words.kindOf(i) & kind.given) !== 0).length;
    if (list.length >= leastList && 3 * given >= 2 * list.length)
      for (const i of list) found.push({ first: i, last: i });
    list = [];
  };
  for (const i of candidates) {
    if ((words.kindOf(i) & (kind.region | kind.country)) !== 0 || !isStrange(words, i)) continue;
    const before = list.at(-1);
    const isNext =
      before !== undefined &&
      ((before === i - 1 && (words.gaps[i]! & gap.comma) !== 0) ||
        (before === i - 2 &&
          words.gaps[i] === gap.space &&
          ['and', 'or', 'y', 'und', 'et'].includes(words.keyOf(i - 1))));
    if (!isNext) end();
    list.push(i);
  }
  end();
  return found;
}

/** The last of the strange words that follow one another; an initial may stand between two of them. */
function endOfStrange(words: Words, first: number): number {
  let last = first;
  for (let at = first + 1; at < words.count && words.gaps[at] === gap.space; at++) {
    if (isStrange(words, at)) last = at;
    else if (words.keyOf(at).length === 1 && at + 1 < words.count && isStrange(words, at + 1)) {
      if ((words.gaps[at + 1]! & ~(gap.space | gap.dot)) !== 0) break;
      last = ++at;
    } else break;
  }
  return last;
}

/** "guy kephart", "rea cote": a given name that is an ordinary word as well, before one that is none. */
function isNameAndWord(words: Words, i: number): boolean {
  if (i < 0 || words.shapes[i] !== shape.lower || words.gaps[i + 1] !== gap.space) return false;
  const bits = words.kindOf(i);
  return (bits & kind.given) !== 0 && (bits & kind.word) !== 0 && (bits & kind.frequent) === 0;
}

const before: WordSet = wordSet(
  'to from with by for hi hello hey thanks thank you mr mrs ms dear and pay paid named called meet ask tell told',
);

function isSaidOf(words: Words, i: number): boolean {
  const beside = (at: number): boolean =>
    at >= 0 && at < words.count && words.gaps[Math.max(at, i)] === gap.space;
  if (beside(i - 1) && (before.at(words, i - 1) || relations.at(words, i - 1))) return true;
  return (words.kindOf(i) & kind.given) !== 0 && beside(i + 1) && personVerbs.at(words, i + 1);
}

/** A lower-case word of letters that is no ordinary one. */
function isStrange(words: Words, i: number): boolean {
  if (words.shapes[i] !== shape.lower || (words.kindOf(i) & kind.word) !== 0) return false;
  if (((words.gaps[i]! | words.gaps[i + 1]!) & gap.glue) !== 0) return false;
  if (words.ends[i]! - words.starts[i]! < 3) return false;
  return /^[\p{L}'-]+$/u.test(words.keyOf(i));
}

/** Of two unknown words each, on average. */
const leastProper = 1.2;

function isLowerCaseName(words: Words, { first, last }: Run): boolean {
  if (last - first > 2) return false;
  const bits = words.kindOf(first);
  if ((bits & kind.nationality) !== 0 || isBrand(words, { first, last })) return false;
  if (last > first && (words.kindOfKey(`${words.keyOf(first)} ${words.keyOf(first + 1)}`) & anyPlace) !== 0)
    return false;
  if (last === first) {
    if (
      (bits & anyName) === 0 ||
      (bits & (kind.region | kind.country | kind.major)) !== 0 ||
      words.keyOf(first).length < 4
    )
      return false;
    // One word: a given name that is all of the message or stands before a number, or one that something is said of.
    if (first === 0 && words.count === 1) return true;
    if (first === 0 && (bits & kind.given) !== 0 && words.shapes[1] === shape.number) return true;
    return isSaidOf(words, first);
  }
  let isListed = false;
  let score = 0;
  let proper = 0;
  for (let i = first; i <= last; i++) {
    const one = words.kindOf(i);
    if ((one & (kind.region | kind.country)) !== 0) return false;
    if (i === first && isBrand(words, { first, last: first })) return false;
    isListed ||= (one & anyName) !== 0;
    if ((one & known) === 0) {
      const odds = spellingOdds(words.keyOf(i));
      score += odds.person;
      proper += odds.proper;
    } else if ((one & anyName) === 0) score -= 2;
  }
  if (isListed) return score > -1;
  // Unknown words alone: all of the message but a number.
  return first === 0 && words.count <= 4 && score > -2 && proper >= leastProper * (last - first + 1);
}
