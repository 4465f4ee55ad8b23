/** Names of companies and other organisations: by what they end with, by the kind they name, and by what stands before. */
import { legalForms, organisationNouns } from './cues.ts';
import { anyName, kind } from './lexicon.ts';
import { organisationInContext } from './organisations-in-context.ts';
import type { Candidate } from './people.ts';
import { beginsSentence, follows, isCapital, type Run } from './capital-runs.ts';
import { gap, shape, type Words, type WordSet, wordSet } from './cut-words.ts';

/** Scores above those of names and places of the same words, as these three say it outright. */
const byForm = 10;
const byNoun = 6;
const byPair = 1;

export function organisationsIn(words: Words, run: Run): Candidate[] {
  const first = withoutArticle(words, run);
  if (first > run.last) return [];
  const form = byLegalForm(words, { first, last: run.last });
  if (form) return [form];
  const noun = byKin(words, { first, last: run.last }) ?? byKind(words, { first, last: run.last });
  if (noun) return [noun];
  const partners = byPartners(words, { first, last: run.last });
  if (partners) return [partners];
  const cue = organisationInContext(words, run, { first, last: run.last });
  return cue ? [cue] : [];
}

/** Leaves out words that are capitalised only because a sentence begins: "The Acme Corporation", "At Globex". */
function withoutArticle(words: Words, { first, last }: Run): number {
  let at = first;
  // Rechnung der Müller GmbH: what stands before the article is another noun.
  for (let i = first + 1; i < last; i++)
    if (/^(?:der|dem|den|die|das)$/.test(words.keyOf(i)) && words.shapes[i] === shape.lower) at = i + 1;
  while (
    at <= last &&
    (words.kindOf(at) & kind.frequent) !== 0 &&
    (words.kindOf(at) & anyName) === 0 &&
    !organisationNouns.at(words, at)
  )
    at++;
  return at;
}

const kin: WordSet = wordSet(
  'sons son daughters brothers bros co company partners associates söhne sohne fils hijos figli',
);

/** "Thornbury and Sons", "Harker & Co". */
function byKin(words: Words, { first, last }: Run): Candidate | undefined {
  const at = last + 2;
  if (at >= words.count || words.keyOf(last + 1) !== 'and' || !kin.at(words, at) || !isCapital(words, at))
    return undefined;
  if (words.gaps[last + 1] !== gap.space || words.gaps[at] !== gap.space) return undefined;
  return last - first < 2 ? { first, last: at, score: byNoun } : undefined;
}

/** "Acme Inc", "Müller & Söhne GmbH", also after a comma and in lower case: "acme, inc." */
function byLegalForm(words: Words, { first, last }: Run): Candidate | undefined {
  for (let i = first + 1; i <= Math.min(last + 1, words.count - 1); i++) {
    if (!legalForms.at(words, i) || words.shapes[i] === shape.initial) continue;
    const between = words.gaps[i]!;
    const isJoined = between === gap.space || between === (gap.comma | gap.space);
    // Lower-case "co", "as" or "se" after a capitalised word are words; behind the run only unmistakable forms count.
    if (!isJoined || (i > last && !/^(?:inc|llc|ltd|gmbh|corp|plc|limited)$/.test(words.keyOf(i)))) continue;
    if (words.shapes[i] === shape.capital && words.keyOf(i).length < 3 && i === last + 1) continue;
    return { first: joinedBefore(words, first), last: i, score: byForm };
  }
  return undefined;
}

/** "Hawkins, Richardson and Santana" before a form that ends the name; at most three parts. */
function joinedBefore(words: Words, first: number): number {
  let at = first;
  for (let parts = 0; parts < 3 && at > 1; parts++) {
    const joins =
      ['and', 'und', 'y', 'et', 'e'].includes(words.keyOf(at - 1)) && words.gaps[at] === gap.space;
    const ampersand = /^ ?& ?$/.test(words.text.slice(words.ends[at - 1], words.starts[at]));
    const previous = joins ? at - 2 : at - 1;
    if (!(joins || ampersand) || previous < 0 || !isCapital(words, previous)) break;
    if (beginsSentence(words, previous) && (words.kindOf(previous) & kind.word) !== 0) break;
    at = previous;
  }
  return at;
}

/** "First National Bank", "University of Turin", "Acme Airlines". */
function byKind(words: Words, { first, last }: Run): Candidate | undefined {
  for (let i = last; i >= first; i--) {
    if (!organisationNouns.at(words, i) || words.shapes[i] === shape.initial) continue;
    const end = withOf(words, i, last);
    if (end > i) return { first, last: end, score: byNoun };
    // One proper word must stand before the noun: "Customer Services" or "The Bank" names nobody.
    for (let at = first; at < i; at++)
      if ((words.kindOf(at) & kind.word) === 0 && words.shapes[at] !== shape.lower)
        return { first, last: i, score: byNoun };
  }
  return undefined;
}

function withOf(words: Words, noun: number, last: number): number {
  const at = noun + 1;
  if (at + 1 >= words.count || !['of', 'de', 'di', 'da', 'do', 'for'].includes(words.keyOf(at))) return noun;
  if (words.gaps[at] !== gap.space || !follows(words, at + 1) || !isCapital(words, at + 1)) return noun;
  let end = at + 1;
  while (end + 1 < words.count && end - noun < 5 && follows(words, end + 1) && isCapital(words, end + 1))
    end++;
  return Math.max(end, Math.min(last, noun));
}

/** Neither a given name first of all nor an ordinary word nor a place: what firms are named after. */
function isFamily(words: Words, i: number): boolean {
  const bits = words.kindOf(i);
  return (bits & kind.family) !== 0 && (bits & (kind.country | kind.region | kind.mainlyGiven)) === 0;
}

/** "Hawkins, Richardson and Santana", "Mayo-Walters": family names alone, as firms of partners are called. */
function byPartners(words: Words, { first, last }: Run): Candidate | undefined {
  if (first !== last) return undefined;
  if (words.kindOf(first) === 0) {
    const parts = words.keyOf(first).split('-');
    if (parts.length === 2 && parts.every((part) => isFamilyKey(words, part)))
      return { first, last, score: byPair };
  }
  const [second, third] = [first + 1, first + 3];
  if (third >= words.count || words.gaps[second] !== (gap.comma | gap.space)) return undefined;
  if (
    words.keyOf(first + 2) !== 'and' ||
    words.gaps[first + 2] !== gap.space ||
    words.gaps[third] !== gap.space
  )
    return undefined;
  const isList = first > 0 && (words.gaps[first]! & gap.comma) !== 0;
  const names = [first, second, third];
  if (isList || !names.every((i) => isCapital(words, i) || words.shapes[first] === shape.lower))
    return undefined;
  return names.every((i) => isFamily(words, i)) ? { first, last: third, score: byNoun } : undefined;
}

const isFamilyKey = (words: Words, key: string): boolean =>
  (words.kindOfKey(key) & kind.family) !== 0 && (words.kindOfKey(key) & kind.mainlyGiven) === 0;
