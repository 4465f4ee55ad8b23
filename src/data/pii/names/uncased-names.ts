/** Names in any case of letters: after words that introduce one, and as a bare answer. */
import { asksName, nameSuffixes, particles } from './cues.ts';
import { anyName, anyPlace, kind } from './lexicon.ts';
import type { Run } from './capital-runs.ts';
import { gap, shape, type Words, type WordSet, wordSet } from './cut-words.ts';

/** What follows is a name, whatever it is. */
const introduces =
  /(?<!\b(?:city|town|user|file|domain|company|product|business|brand|hotel|restaurant|street|display|host|app|shop|store|state) )\b(?:names?(?:'s|’s| is| are| was|,? it['’]?s)|name\s*[:=]|call me|me llamo|nombre es|m['’]appelle|nom est|hei(?:ß|ss)e|name ist|mi chiamo|nome (?:è|é|e)|chamo|naam is|heet)\s*:?\s+$/i;
/** What follows is a name if the lexicon has it. */
const mayIntroduce =
  /\b(?:i am|i['’]?m|this is|it['’]?s|here is|speaking (?:with|to)|name|names|on behalf of|mrs?\.?|ms\.?|dr\.?|dear|hi|hello|hey|thanks|thx|thnx|thank you|bye|regards,?|sincerely,?|soy|ich bin|je suis|c['’]est|sono|sou)\s+$/i;
/** Before the name of a family, whatever word that is. */
const titled: WordSet = wordSet('mr mrs ms');
/** "this is bob, i cannot log in": at the beginning a given name that is a word as well, where the clause ends behind it. */
const presents =
  /^\s*(?:(?:hi|hello|hey|good (?:morning|afternoon|evening))[\s,!.]{1,3}(?:there[\s,!.]{1,3})?)?(?:i am|i['’]?m|this is|it['’]s)\s+$/i;
const speaks: WordSet = wordSet('here from again speaking calling');
const fillers: WordSet = wordSet(
  'yes yeah yep sure ok okay its it is this my name full first last hi hello and the',
);
const mostWords = 4;

/** The last words of all that introduces, to look for first. */
const lastWords: WordSet = wordSet(
  "is are was its it's name names me llamo es appelle m'appelle est heisse ist chiamo e chamo heet am im i'm with to of mr mrs ms dr dear hi hello hey thanks thx thnx you bye regards sincerely soy bin suis c'est sono sou",
);
const longestIntroduction = 40;

/** Names after an introduction, in any case of letters. */
export function introducedNames(words: Words): Run[] {
  const found: Run[] = [];
  for (let i = 1; i < words.count; i++) {
    const bits = words.kindOf(i);
    // An ordinary word is a name after "my name is" alone, and not even there without being one in the lexicon.
    if ((bits & kind.word) !== 0 && (bits & anyName) === 0) continue;
    if (words.shapes[i] === shape.number || !mayBeIntroduced(words, i)) continue;
    const start = words.starts[i]!;
    const left = words.text.slice(Math.max(0, start - longestIntroduction), start);
    const isCertain = introduces.test(left) || isTitled(words, i);
    if (!isCertain && !mayIntroduce.test(left)) continue;
    const run = nameFrom(words, i, isCertain) ?? presented(words, i);
    if (!run) continue;
    found.push(run);
    i = run.last;
  }
  return found;
}

/** "it's bob": the s is no part of a word. */
function mayBeIntroduced(words: Words, i: number): boolean {
  if (lastWords.at(words, i - 1)) return true;
  return (words.gaps[i]! & gap.possessive) !== 0 && words.keyOf(i - 1) === 'it';
}

/** "mrs kowalska": no ordinary word, whatever else the lexicon has of it. */
function isTitled(words: Words, i: number): boolean {
  if (words.shapes[i] !== shape.lower || !titled.at(words, i - 1)) return false;
  return (words.gaps[i]! & ~(gap.space | gap.dot)) === 0 && (words.kindOf(i) & kind.word) === 0;
}

function presented(words: Words, i: number): Run | undefined {
  const bits = words.kindOf(i);
  const wanted = kind.mainlyGiven | kind.word;
  if ((bits & wanted) !== wanted || (bits & kind.frequent) !== 0 || words.keyOf(i).length < 3)
    return undefined;
  if (words.starts[i]! > longestIntroduction || !presents.test(words.text.slice(0, words.starts[i])))
    return undefined;
  const isEnd = i + 1 >= words.count || words.gaps[i + 1] !== gap.space || speaks.at(words, i + 1);
  return isEnd && (words.gaps[i + 1]! & gap.glue) === 0 ? { first: i, last: i } : undefined;
}

/** A message that is nothing but a name, after the question for one. */
export function bareName(words: Words, before: string): Run | undefined {
  if (words.count === 0 || words.count > 8) return undefined;
  let first = 0;
  while (first < words.count && fillers.at(words, first) && (words.kindOf(first) & kind.given) === 0) first++;
  const run = first < words.count ? nameFrom(words, first, true) : undefined;
  return run && words.count - 1 - run.last <= 2 && asksName.test(before) ? run : undefined;
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
