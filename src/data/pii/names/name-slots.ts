/**
 * Places in text without capital letters where only a name fits, though no list has it: "transfer to …", "booking under
 * …", "… here".
 */
import { isBrand } from './brands.ts';
import { anyName, anyPlace, kind } from './lexicon.ts';
import type { Run } from './capital-runs.ts';
import { spellingOdds } from './spelling.ts';
import { gap, type Words, type WordSet, wordSet } from './cut-words.ts';

/** What a word that the lexicon has as a name weighs beside the odds of those that it has not. */
const listed = 3;
/** A town that is nobody's name in the lexicon. */
const town = 1;

/** Under the name …, a party named …: whatever it is. */
const names: WordSet = wordSet('under name names surname named called nombre nom naam nome apellido');
const leastAfterName = 0.4;
/** Whose name is no person's: city name, user name. */
const things: WordSet = wordSet(
  'city town user file domain company product business brand hotel restaurant street display host app shop store state country car model',
);
/** An e-mail address typed without its signs. */
const mail = /(?:mail|com|yahoo|outlook)$/;

const directions: WordSet = wordSet('to from');
const payments: WordSet = wordSet(`
  transfer transfers transferred transferring transaction transactions send sent sending pay paid paying payment payments
  money owe owed wire wired order debit deposit amount refund euros dollars pounds usd eur gbp name surname`);
const payVerbs: WordSet = wordSet('pay paid owe owes owed');
/** So many words before "to" or "from" the talk is of payments. */
const farthestPayment = 6;
const leastAfterPayment = 0.5;

const own: WordSet = wordSet("im i'm its it's");
const speaks: WordSet = wordSet('here speaking calling');
/** What English makes of its verbs and adjectives, though the lexicon lacks the word. */
const derived = /(?:ers|ors|ings?|tions?|ness|ments?|able|ly|ed)$/;
const leastOfOwn = 0.9;

/** Whether a stretch of words that are no ordinary ones stands where a name belongs and can be spelled so. */
export function isInSlot(words: Words, run: Run): boolean {
  const { first, last } = run;
  if (isSpeaker(words, run)) return oddsOf(words, run) >= leastOfOwn;
  if (first === 0 || words.gaps[first] !== gap.space) return false;
  if (mail.test(words.keyOf(last)) || (names.at(words, first - 1) && things.at(words, first - 2)))
    return false;
  if (names.at(words, first - 1)) return !isPlace(words, run) && oddsOf(words, run) >= leastAfterName;
  if (isPaid(words, first))
    return !isPlace(words, run) && oddsOf(words, run) >= leastAfterPayment && !isTypo(words, run);
  if (!own.at(words, first - 1) || isPlace(words, run)) return false;
  // "its paypal" and "im confuzd" are no names; two such words together are.
  const isEnd = last + 1 >= words.count || words.gaps[last + 1] !== gap.space;
  if (!isEnd && last === first) return false;
  return oddsOf(words, run) >= leastOfOwn && !derived.test(words.keyOf(last)) && !isTypo(words, run);
}

function isPaid(words: Words, first: number): boolean {
  if (payVerbs.at(words, first - 1)) return true;
  if (!directions.at(words, first - 1)) return false;
  for (let i = first - 2; i >= Math.max(0, first - 1 - farthestPayment); i--)
    if (payments.at(words, i)) return true;
  return false;
}

/** "… here, I need …", "hi, it's … speaking". */
function isSpeaker(words: Words, { last }: Run): boolean {
  const next = last + 1;
  return (
    next < words.count &&
    words.gaps[next] === gap.space &&
    speaks.at(words, next) &&
    (words.keyOf(next) !== 'here' || next + 1 >= words.count || words.gaps[next + 1] !== gap.space)
  );
}

/** A region, a country or a city known to all, and one word of a brand. */
function isPlace(words: Words, run: Run): boolean {
  const bits = words.kindOf(run.first);
  if ((bits & kind.nationality) !== 0 || isBrand(words, run)) return true;
  if ((bits & (kind.region | kind.country)) !== 0) return true;
  if (run.first === run.last)
    return (bits & kind.major) !== 0 || ((bits & anyPlace) !== 0 && (bits & anyName) === 0);
  return (words.kindOfKey(`${words.keyOf(run.first)} ${words.keyOf(run.first + 1)}`) & anyPlace) !== 0;
}

/** The mean over the words of how likely they are no ordinary words by their spelling. */
function oddsOf(words: Words, { first, last }: Run): number {
  let sum = 0;
  let count = 0;
  for (let i = first; i <= last; i++) {
    const key = words.keyOf(i);
    if (key.length < 2) continue;
    const bits = words.kindOf(i);
    count++;
    sum += (bits & anyName) !== 0 ? listed : (bits & anyPlace) !== 0 ? town : spellingOdds(key).proper;
  }
  return count === 0 ? -Infinity : sum / count;
}

const alphabet = 'abcdefghijklmnopqrstuvwxyz';

/** Whether a single unknown word is one letter away from an ordinary one: "tommorow", "pasword". */
function isTypo(words: Words, { first, last }: Run): boolean {
  if (last > first || words.kindOf(first) !== 0) return false;
  const key = words.keyOf(first);
  const isWord = (one: string): boolean => (words.kindOfKey(one) & (kind.word | anyName)) === kind.word;
  for (let i = 0; i <= key.length; i++) {
    const [before, after] = [key.slice(0, i), key.slice(i)];
    if (isWord(before + after.slice(1))) return true;
    if (after.length > 1 && isWord(before + after[1] + after[0] + after.slice(2))) return true;
    for (const letter of alphabet)
      if (isWord(before + letter + after) || isWord(before + letter + after.slice(1))) return true;
  }
  return false;
}
