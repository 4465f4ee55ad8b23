/** Cities, regions and countries in a run of capitalised words. */
import { isBrand } from './brands.ts';
import { calendar, placePrepositions, placeVerbs, townBeginnings } from './cues.ts';
import { anyName, anyPlace, kind, type Lexicon } from './lexicon.ts';
import type { Candidate } from './people.ts';
import { beginsSentence, type Run } from './capital-runs.ts';
import { spellingOdds } from './spelling.ts';
import { gap, shape, type Words } from './cut-words.ts';

export const leastPlaceScore = 0.9;

const points = {
  country: 2.5,
  region: 1.8,
  city: 1.5,
  majorCity: 2.2,
  severalWords: 1,
  /** Places that are names of people as well: Jordan, Virginia, Austin. */
  person: -1,
  word: -1.3,
  unknown: 0,
  spelling: 0.3,
  spellingLimit: 0.6,
  /** "in", "near": almost always a place or a time. */
  inside: 1.2,
  preposition: 0.5,
  /** "live in", "flight to". */
  placeVerb: 1.4,
  labelled: 2.5,
  beside: 1.2,
} as const;

/** Stretches of a run that can be places, each with its score. */
export function placesIn(words: Words, run: Run, lexicon: Lexicon): Candidate[] {
  const found: Candidate[] = [];
  for (let i = run.first; i <= run.last; i++) {
    const { last, bits } = longestEntry(words, i, run.last, lexicon);
    if (last === i && i < run.last && townBeginnings.at(words, i)) continue;
    const base = baseScore(words, { first: i, last }, bits, run);
    if (base === undefined) continue;
    let end = last;
    if (bits === 0) while (end < run.last && words.kindOf(end + 1) === 0) end++;
    found.push({ first: i, last: end, score: base + pointsAround(words, { first: i, last: end }) });
    i = end;
  }
  return found;
}

/** The longest entry of the lexicon that begins at word i ("new york city"), or the word alone. */
export function longestEntry(
  words: Words,
  i: number,
  end: number,
  lexicon: Lexicon,
): { last: number; bits: number } {
  let last = i;
  let bits = words.kindOf(i);
  let key = words.keyOf(i);
  const most = Math.min(words.count - 1, i + lexicon.longest(key) - 1, end + 1);
  for (let at = i + 1; at <= most; at++) {
    if ((words.gaps[at]! & ~(gap.space | gap.dot)) !== 0) break;
    key += ` ${words.keyOf(at)}`;
    const found = lexicon.kindOf(key);
    if ((found & anyPlace) === 0) continue;
    last = at;
    bits = found;
  }
  return { last, bits };
}

function baseScore(words: Words, { first, last }: Run, bits: number, run: Run): number | undefined {
  const several = last > first ? points.severalWords : 0;
  if ((bits & anyPlace) !== 0) {
    if (words.shapes[first] === shape.initial || isBrand(words, { first, last })) return undefined;
    // Of two letters: abbreviations of states, which are words as well, and of licence plates.
    if (
      (words.shapes[first] === shape.upper || words.ends[last]! - words.starts[first]! < 3) &&
      last === first &&
      words.keyOf(first).length < 4 &&
      (bits & kind.country) === 0
    )
      return undefined;
    const base =
      (bits & kind.country) !== 0
        ? points.country
        : (bits & kind.region) !== 0
          ? points.region
          : (bits & kind.major) !== 0 && (bits & anyName) === 0
            ? points.majorCity
            : points.city;
    const person =
      (bits & anyName) === 0 ? 0 : (bits & kind.country) !== 0 ? points.person / 2 : points.person;
    const word = (bits & kind.word) !== 0 ? points.word * (beginsSentence(words, first) ? 2 : 1) : 0;
    return base + several + person + word;
  }
  // An unknown word is a place by what stands around it alone, and only with the whole rest of the run.
  if (bits !== 0 || first !== run.first || beginsSentence(words, first)) return undefined;
  if (run.last - run.first > 2 || words.shapes[first] === shape.initial || calendar.at(words, first))
    return undefined;
  const odds = points.spelling * spellingOdds(words.keyOf(first)).place;
  return points.unknown + Math.max(-points.spellingLimit, Math.min(points.spellingLimit, odds));
}

const labelBefore =
  /(?:^|[\n,;|(])[ \t]*(?:[\p{L}'’]{1,20}[ ]){0,2}(?:city|town|state|province|country|location|region|ciudad|pa[ií]s|ville|pays|stadt|ort|land|citt[aà]|cidade)[ \t]*[:=][ \t]*$/iu;

function pointsAround(words: Words, { first, last }: Run): number {
  let score = 0;
  const start = words.starts[first]!;
  const before = words.gaps[first]!;
  if ((before & (gap.colon | gap.glue)) !== 0)
    if (labelBefore.test(words.text.slice(Math.max(0, start - 48), start))) score += points.labelled;
  if (first > 0 && (before & ~gap.space) === 0) {
    const key = words.keyOf(first - 1);
    if (placeVerbs.has(key)) score += points.placeVerb;
    else if (placePrepositions.has(key)) {
      score += key === 'in' || key === 'near' ? points.inside : points.preposition;
      if (first > 1 && words.gaps[first - 1] === gap.space && placeVerbs.at(words, first - 2))
        score += points.placeVerb;
    } else if (key === 'of' && first > 1 && placeVerbs.at(words, first - 2)) score += points.placeVerb;
  }
  // Lyon, France
  if (first > 0 && (before & gap.comma) !== 0 && (before & gap.newline) === 0)
    if ((words.kindOf(first - 1) & anyPlace) !== 0) score += points.beside;
  if (last + 1 < words.count && (words.gaps[last + 1]! & gap.comma) !== 0)
    if ((words.kindOf(last + 1) & (kind.region | kind.country)) !== 0) score += points.beside;
  return score;
}
