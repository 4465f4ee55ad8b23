/**
 * People, places, organisations and street addresses without a model: word lists, spelling and the words around them.
 * Text without capital letters gives names only where something introduces them.
 */
import type { PiiSpan, PiiType, Recogniser } from '../recogniser.ts';
import { quotedLines } from './address-end.ts';
import { addressesIn } from './addresses.ts';
import { cornersIn } from './street-corners.ts';
import { asksAddress, nameSuffixes, particles } from './cues.ts';
import { isDate } from './dates.ts';
import { anyName, anyPlace, kind, type Lexicon, lexicon } from './lexicon.ts';
import { organisationsIn } from './organisations.ts';
import { lowerCaseNames } from './lower-case-names.ts';
import { leastPersonScore, peopleIn } from './people.ts';
import { leastPlaceScore, placesIn } from './places.ts';
import { beginsSentence, capitalRuns, type Run, spanOf } from './capital-runs.ts';
import { postBoxes, statedAddresses } from './stated-addresses.ts';
import { bareLocation, lowerCasePlaces } from './stated-places.ts';
import { bareName, introducedNames } from './uncased-names.ts';
import { gap, shape, type Words, wordsOf } from './cut-words.ts';

type Found = Run & { type: PiiType; confidence: number };

/** Of the text before, what can be the question that this text answers. */
const questionCharacters = 300;
/** From here on a name is looked for again. */
const leastSure = 0.6;

export const names: Recogniser = {
  types: ['NAME', 'PLACE', 'ORGANISATION', 'ADDRESS'],
  find: (text, { before }) => {
    const words = wordsOf(text, lexicon());
    const spans: PiiSpan[] = [];
    const readings = readingsOf(words, before);
    if (readings.length === 0) return spans;
    const taken = new Uint8Array(words.count);
    const named = new Set<number>();
    for (const { type, confidence, first, last } of readings) {
      if (taken.subarray(first, last + 1).includes(1)) continue;
      taken.fill(1, first, last + 1);
      spans.push({ type, confidence, ...spanOf(words, { first, last }) });
      if (type === 'NAME' && confidence >= leastSure)
        for (let i = first; i <= last; i++) if (isTelling(words, i)) named.add(words.hashes[i]!);
    }
    // Who was named once is meant wherever a part of the name stands again.
    if (named.size > 0)
      for (let i = 0; i < words.count; i++)
        if (taken[i] === 0 && named.has(words.hashes[i]!) && isTelling(words, i))
          spans.push({ type: 'NAME', confidence: leastSure, ...spanOf(words, { first: i, last: i }) });
    return spans.sort((a, b) => a.start - b.start);
  },
};

/** Whether a word of a name says by itself who is meant: no initial, no particle, no ordinary word. */
function isTelling(words: Words, i: number): boolean {
  const length = words.ends[i]! - words.starts[i]!;
  if (
    length < 3 ||
    particles.at(words, i) ||
    nameSuffixes.at(words, i) ||
    (words.kindOf(i) & kind.word) !== 0 ||
    isDate(words, i)
  )
    return false;
  return ((words.gaps[i]! | words.gaps[i + 1]!) & gap.glue) === 0;
}

/** Everything that was found, the better readings first. */
function readingsOf(words: Words, before: string): Found[] {
  const list = lexicon();
  const found: Found[] = [];
  const add = (type: PiiType, confidence: number, runs: readonly Run[]): void => {
    for (const { first, last } of runs) found.push({ type, confidence, first, last });
  };
  if (words.hasDigit) {
    const isAnswer = asksAddress.test(before.slice(-questionCharacters));
    const isTalk = isAnswer || asksAddress.test(words.text);
    const lines = (runs: readonly Run[]): Run[] => runs.flatMap((run) => quotedLines(words, run));
    // An address may end with its box, so it comes first.
    add('ADDRESS', 0.8, lines(addressesIn(words, list, isTalk)));
    add('ADDRESS', 0.9, lines(postBoxes(words, list)));
    if (isTalk) add('ADDRESS', 0.6, statedAddresses(words, isAnswer));
  } else if (words.capitals > 1) add('ADDRESS', 0.8, cornersIn(words));
  const bareLocations = bareLocation(words, list);
  add('ADDRESS', 0.6, bareLocations.addresses);
  if (words.capitals > 0 && !isShouted(words))
    for (const run of capitalRuns(words))
      if (!isOrdinary(words, run)) found.push(...namesIn(words, run, list));
  add('PLACE', 0.6, bareLocations.places);
  add('PLACE', 0.6, lowerCasePlaces(words, list));
  add('NAME', 0.7, introducedNames(words));
  const bare = bareName(words, before.slice(-questionCharacters));
  if (bare) add('NAME', 0.6, [bare]);
  add('NAME', 0.55, lowerCaseNames(words));
  return found;
}

/** Most runs are one ordinary word at the beginning of a sentence, or "I": they need no reading. */
function isOrdinary(words: Words, { first, last }: Run): boolean {
  if (first !== last) return false;
  if (words.shapes[first] === shape.initial) return true;
  const bits = words.kindOf(first);
  return (bits & kind.word) !== 0 && (bits & (anyName | anyPlace)) === 0 && beginsSentence(words, first);
}

/** Text all in capital letters: they say nothing. */
function isShouted({ lettered, shouted }: Words): boolean {
  return lettered >= 4 && shouted >= 0.7 * lettered;
}

/** The readings of a run, by how far their scores are above what is asked of their type. */
function namesIn(words: Words, run: Run, list: Lexicon): Found[] {
  const readings = [
    ...organisationsIn(words, run).map((one) => ({
      ...one,
      type: 'ORGANISATION' as const,
      surplus: one.score,
    })),
    ...peopleIn(words, run).map((one) => ({
      ...one,
      type: 'NAME' as const,
      surplus: one.score - leastPersonScore,
    })),
    ...placesIn(words, run, list).map((one) => ({
      ...one,
      type: 'PLACE' as const,
      surplus: one.score - leastPlaceScore,
    })),
  ].filter(({ surplus }) => surplus >= 0);
  readings.sort((a, b) => b.surplus - a.surplus || a.first - b.first || b.last - a.last);
  return readings.map(({ type, first, last, surplus }) => ({
    type,
    first,
    last,
    confidence: Math.min(0.95, 0.5 + surplus / 8),
  }));
}
