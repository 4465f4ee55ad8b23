/** Names of people in a run of capitalised words: what the words are, how they are spelled, and what stands around. */
import { isBrand } from './brands.ts';
import {
  calendar,
  greetings,
  nameSuffixes,
  organisationNouns,
  particles,
  personVerbs,
  sentenceStarts,
  titles,
  townBeginnings,
} from './cues.ts';
import { isDate } from './dates.ts';
import { addressedAs, sentenceOpeners } from './eastern-words.ts';
import { anyName, anyPlace, kind } from './lexicon.ts';
import { pointsAfter, pointsBefore } from './people-in-context.ts';
import { beginsSentence, follows, isCapital, type Run } from './capital-runs.ts';
import { spellingOdds } from './spelling.ts';
import { streetEndings } from './street-words.ts';
import { gap, shape, type Words } from './cut-words.ts';

export type Candidate = Run & { score: number };

/** A piece of a run with at least this score is a name. */
export const leastPersonScore = 1.4;

/** Points of evidence, added up; those of the words around are in people-in-context.ts. */
const points = {
  given: 2.2,
  family: 1.4,
  /** A name that is an ordinary word as well: Hope, Young. */
  wordGiven: 0.8,
  wordFamily: 0.2,
  word: -1,
  place: -1,
  /** A name that is a place as well: Florence, Houston. */
  regionName: -0.5,
  countryName: -1.2,
  /** Times the logarithm of the odds by spelling, at most `spellingLimit` either way. */
  spelling: 0.5,
  spellingLimit: 1.5,
  givenFirst: 1,
  severalWords: 1,
  initial: 1.2,
  shouted: -1.5,
  brand: -2,
  /** Calvin Klein, Jack Daniel: both words. */
  wholeBrand: -6,
  nationality: -1,
} as const;

/** The pieces of a run that can be names, each with its score. */
export function peopleIn(words: Words, run: Run): Candidate[] {
  const found: Candidate[] = [];
  for (let i = run.first; i <= run.last; i++) {
    if (!isNameable(words, i)) continue;
    let last = i;
    for (let next = i + 1; next <= run.last; next++) {
      if (isTownAfterGiven(words, next)) last = next;
      if (last === next) continue;
      if (particles.at(words, next) && words.shapes[next] === shape.lower) continue;
      if (!isNameable(words, next) && !nameSuffixes.at(words, next)) break;
      last = next;
    }
    const piece = trim(words, { first: i, last });
    if (piece) found.push({ ...piece, score: scoreOf(words, piece, run) });
    i = last;
  }
  return found;
}

/** Whether a word of a run can be part of a name; the score decides whether it is. */
function isNameable(words: Words, i: number): boolean {
  const one = words.shapes[i]!;
  if (one === shape.lower || one === shape.number) return false;
  const bits = words.kindOf(i);
  if (one === shape.initial) return words.keyOf(i) !== 'i';
  if ((bits & kind.word) !== 0 && (bits & anyName) === 0) return false;
  const key = words.keyOf(i);
  if (sentenceOpeners.at(words, i) || addressedAs.at(words, i)) return false;
  if (isDate(words, i) || isGreeting(words, i) || isPartOfTown(words, i)) return false;
  if (sentenceStarts.at(words, i) && isInstruction(words, i)) return false;
  if (townBeginnings.at(words, i) && i + 1 < words.count && follows(words, i + 1) && isCapital(words, i + 1))
    return false;
  if (titles.at(words, i) && (bits & anyName) === 0) return false;
  if ((bits & kind.nationality) !== 0 && (bits & anyName) === 0) return false;
  if (one === shape.upper) return key.length > 2 && (bits & anyName) !== 0 && (bits & kind.word) === 0;
  // Maple Ave, but Diane Lane.
  if (streetEndings.at(words, i) && (bits & kind.family) === 0) return false;
  if ((bits & anyName) !== 0) return true;
  if (bits !== 0 || organisationNouns.at(words, i) || calendar.at(words, i) || noWord.test(key)) return false;
  return !key.includes('-') || !abbreviated.test(words.text.slice(words.starts[i], words.ends[i]));
}

/** Aaah, hmm, thanks1: letters that no name has in a row, no vowel among the first, a digit. */
const noWord = /\d|(.)\1\1|^[b-df-hj-np-tv-xz]{3,4}$/;

/** Steuer-ID, Kunden-NR. */
const abbreviated = /-\p{Lu}{2,}$/u;

/** "Elija un dispositivo": the first word, and no verb of people after it. */
function isInstruction(words: Words, i: number): boolean {
  const next = i + 1;
  if (!beginsSentence(words, i) || words.shapes[next] !== shape.lower) return false;
  return !personVerbs.at(words, next) || words.keyOf(next) === 'a';
}

/** The York of "new York". */
function isPartOfTown(words: Words, i: number): boolean {
  if (i === 0 || !townBeginnings.at(words, i - 1) || words.gaps[i] !== gap.space) return false;
  return (words.kindOfKey(`${words.keyOf(i - 1)} ${words.keyOf(i)}`) & anyPlace) !== 0;
}

/** "Cher Pierre", "Cara Giulia": greetings that are names as well, before a given name. */
function isGreeting(words: Words, i: number): boolean {
  if (!greetings.at(words, i) || !beginsSentence(words, i) || i + 1 >= words.count) return false;
  return follows(words, i + 1) && (words.kindOf(i + 1) & kind.mainlyGiven) !== 0;
}

/** Jack London: most towns are family names too, and the lexicon does not know them all. */
function isTownAfterGiven(words: Words, i: number): boolean {
  const bits = words.kindOf(i);
  if ((bits & kind.city) === 0 || (bits & kind.word) !== 0 || words.shapes[i] !== shape.capital) return false;
  const before = words.kindOf(i - 1);
  return (before & kind.given) !== 0 && (before & (kind.word | kind.region | kind.country)) === 0;
}

/** Without initials at the edges that no name follows, and without a first word that is one by its place only. */
function trim(words: Words, { first, last }: Run): Run | undefined {
  while (first <= last) {
    const bits = words.kindOf(first);
    const lone = first === last;
    const key = words.keyOf(first);
    const isInitial = words.shapes[first] === shape.initial;
    if (isInitial && (lone || (key === 'a' && (words.gaps[first + 1]! & gap.dot) === 0))) first++;
    else if ((bits & kind.word) !== 0 && beginsSentence(words, first) && (lone || !leadsName(words, first)))
      first++;
    else if (titles.at(words, first) && !lone) first++;
    else break;
  }
  while (last > first && words.shapes[last] === shape.initial && (words.gaps[last + 1]! & gap.dot) === 0) {
    // "Anna K" is a name, "Vitamin C" or "Plan B" would not be nameable before it.
    if ((words.kindOf(last - 1) & kind.given) !== 0) break;
    last--;
  }
  return first <= last ? { first, last } : undefined;
}

/** "Will Smith", "Hope Ekström": a word that begins a sentence and is a given name, before what is no word. */
function leadsName(words: Words, i: number): boolean {
  if ((words.kindOf(i) & kind.given) === 0) return false;
  const next = words.shapes[i + 1] === shape.initial ? i + 2 : i + 1;
  if (words.shapes[next] === undefined || !follows(words, next)) return false;
  return (words.kindOf(next) & kind.word) === 0 && words.shapes[next] !== shape.lower;
}

function scoreOf(words: Words, piece: Run, run: Run): number {
  let score = 0;
  let length = 0;
  let initials = 0;
  for (let i = piece.first; i <= piece.last; i++) {
    if (words.shapes[i] === shape.lower || nameSuffixes.at(words, i)) continue;
    if (words.shapes[i] === shape.initial) initials++;
    else {
      length++;
      score += pointsOfWord(words, i, piece.last > piece.first);
    }
  }
  if (length > 4) return -10;
  // One word in capitals is an abbreviation more often than a name.
  if (length === 1 && words.shapes[piece.last] === shape.upper) score += points.shouted;
  const bits = words.kindOf(piece.first);
  if (length === 1 && (bits & kind.nationality) !== 0) score += points.nationality;
  if (initials === 0 && isBrand(words, piece)) score += length > 1 ? points.wholeBrand : points.brand;
  if (length > 1) score += points.severalWords;
  if (length > 1 && (bits & kind.given) !== 0 && (bits & kind.word) === 0) score += points.givenFirst;
  if (initials > 0 && length > 0) score += points.initial;
  return score + pointsBefore(words, piece.first, run) + pointsAfter(words, piece, run);
}

function pointsOfWord(words: Words, i: number, isBesideOthers: boolean): number {
  const bits = words.kindOf(i);
  const isWord = (bits & kind.word) !== 0;
  // Nearly every name is a town somewhere; a region or a country is a better reason to doubt.
  const place =
    (bits & kind.country) !== 0 ? points.countryName : (bits & kind.region) !== 0 ? points.regionName : 0;
  if ((bits & kind.given) !== 0) {
    if (!isWord) return points.given + place;
    return beginsSentence(words, i) ? 0 : points.wordGiven + place;
  }
  if ((bits & kind.family) !== 0) return (isWord ? points.wordFamily : points.family) + place;
  if (isWord) return points.word;
  if ((bits & anyPlace) !== 0) return points.place;
  // Beside another capitalised word that is no ordinary one, being no ordinary word either counts as much.
  const { person, proper } = spellingOdds(words.keyOf(i));
  const odds = points.spelling * (isBesideOthers ? (person + proper) / 2 : person);
  return Math.max(-points.spellingLimit, Math.min(points.spellingLimit, odds));
}
