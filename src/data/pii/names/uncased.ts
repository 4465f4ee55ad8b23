/** Names written without capital letters, or all in capitals: after words that introduce one, and as a bare answer. */
import { isBrand } from './brands.ts';
import { asksName, nameSuffixes, particles, personVerbs, relations } from './cues.ts';
import { anyName, anyPlace, kind } from './lexicon.ts';
import type { Run } from './runs.ts';
import { isInSlot } from './slots.ts';
import { spellingOdds } from './spelling.ts';
import { gap, shape, type Words, type WordSet, wordSet } from './words.ts';

/** What follows is a name, whatever it is. */
const introduces =
  /(?<!\b(?:city|town|user|file|domain|company|product|business|brand|hotel|restaurant|street|display|host|app|shop|store|state) )\b(?:names?(?:'s|’s| is| are| was|,? it['’]?s)|name\s*[:=]|call me|me llamo|nombre es|m['’]appelle|nom est|hei(?:ß|ss)e|name ist|mi chiamo|nome (?:è|é|e)|chamo|naam is|heet)\s*:?\s+$/i;
/** What follows is a name if the lexicon has it. */
const mayIntroduce =
  /\b(?:i am|i['’]?m|this is|it['’]?s|here is|speaking (?:with|to)|name|names|on behalf of|mrs?\.?|ms\.?|dr\.?|dear|hi|hello|hey|thanks|thank you|bye|regards,?|sincerely,?|soy|ich bin|je suis|c['’]est|sono|sou)\s+$/i;
const fillers: WordSet = wordSet(
  'yes yeah yep sure ok okay its it is this my name full first last hi hello and the',
);
const mostWords = 4;

/** The last words of all that introduces, to look for first. */
const lastWords: WordSet = wordSet(
  "is are was its it's name names me llamo es appelle m'appelle est heisse ist chiamo e chamo heet am im i'm with to of mr mrs ms dr dear hi hello hey thanks you bye regards sincerely soy bin suis c'est sono sou",
);
const longestIntroduction = 40;

/** Names after an introduction, in any case of letters. */
export function introducedNames(words: Words): Run[] {
  const found: Run[] = [];
  for (let i = 1; i < words.count; i++) {
    const bits = words.kindOf(i);
    // An ordinary word is a name after "my name is" alone, and not even there without being one in the lexicon.
    if ((bits & kind.word) !== 0 && (bits & anyName) === 0) continue;
    if (words.shapes[i] === shape.number || !lastWords.at(words, i - 1)) continue;
    const start = words.starts[i]!;
    const left = words.text.slice(Math.max(0, start - longestIntroduction), start);
    const isCertain = introduces.test(left);
    if (!isCertain && !mayIntroduce.test(left)) continue;
    const run = nameFrom(words, i, isCertain);
    if (!run) continue;
    found.push(run);
    i = run.last;
  }
  return found;
}

/** A message that is nothing but a name, after the question for one. */
export function bareName(words: Words, before: string): Run | undefined {
  if (words.count === 0 || words.count > 8) return undefined;
  let first = 0;
  while (first < words.count && fillers.at(words, first) && (words.kindOf(first) & kind.given) === 0) first++;
  const run = first < words.count ? nameFrom(words, first, true) : undefined;
  return run && words.count - 1 - run.last <= 2 && asksName.test(before) ? run : undefined;
}

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

function nameFrom(words: Words, first: number, isCertain: boolean): Run | undefined {
  if (!canBegin(words, first, isCertain)) return undefined;
  let last = first;
  for (let at = first + 1; at < Math.min(words.count, first + mostWords); at++) {
    if (
      (words.gaps[at]! & ~(gap.space | gap.dot)) !== 0 ||
      ((words.gaps[at]! & gap.dot) !== 0 && words.ends[at - 1]! - words.starts[at - 1]! > 2)
    )
      break;
    if (particles.at(words, at) && words.keyOf(at) !== 'y' && words.keyOf(at) !== 'e') continue;
    if (!canContinue(words, at)) break;
    last = at;
  }
  return { first, last };
}

function canBegin(words: Words, i: number, isCertain: boolean): boolean {
  const bits = words.kindOf(i);
  const isGlued = ((words.gaps[i]! | words.gaps[i + 1]!) & gap.glue) !== 0;
  if (words.shapes[i] === shape.number || isGlued) return false;
  if (!isCertain) return (bits & kind.given) !== 0 && (bits & kind.word) === 0 && words.keyOf(i).length > 2;
  if ((bits & anyName) === 0) return bits === 0 && words.keyOf(i).length > 1;
  // "my name is will smith", but not "my name is on the card".
  if ((bits & kind.frequent) === 0) return true;
  return (bits & kind.given) !== 0 && (i + 1 >= words.count || canContinue(words, i + 1));
}

function canContinue(words: Words, i: number): boolean {
  const bits = words.kindOf(i);
  if (words.shapes[i] === shape.number || (words.gaps[i + 1]! & gap.glue) !== 0) return false;
  const key = words.keyOf(i);
  if (nameSuffixes.at(words, i)) return true;
  if (key.length === 1) return key !== 'i' && key !== 'a';
  if ((bits & anyName) !== 0 && (bits & kind.word) === 0) return true;
  // A word that is a family name as well ends the name where it ends the message or the clause.
  if ((bits & kind.frequent) === 0 && (bits & anyName) !== 0)
    return i + 1 >= words.count || words.gaps[i + 1] !== gap.space;
  return bits === 0 || ((bits & anyPlace) !== 0 && (bits & kind.word) === 0);
}
