/** Streets with their number behind them: Calle Mayor 12, ul. Długa 17, Невский пр., д. 88, Storgatan 14, Bağdat Cad. No:2. */
import { isBrand } from './brands.ts';
import { calendar, particles } from './cues.ts';
import { numberBehind } from './house-number.ts';
import { anyName, anyPlace, kind } from './lexicon.ts';
import { isCapital, type Run } from './capital-runs.ts';
import {
  noStreets,
  plainBeginnings,
  plainCompound,
  streetBeginnings,
  streetCompound,
  streetPrepositions,
  streetWords,
} from './street-words.ts';
import { gap, shape, type Words, type WordSet, wordSet } from './cut-words.ts';

/**
 * A stretch of words that is an address. `needs` is what must follow: nothing, any element of an address (a unit, a place,
 * a postcode), one that only addresses have (a unit, a postcode behind a place), a postcode before a place, or two parts behind commas
 * and then a place or a postcode.
 */
export type Street = Run & { needs: 'nothing' | 'element' | 'proof' | 'town' | 'parts' };

const longestStreetName = 6;
const inside = gap.space | gap.dot;
const joints: WordSet = wordSet(
  'l d des aux au dei della delle dello degli los las van het ter op kralja kneza cara svetog generala реки канала им имени',
);
/** Begin a sentence, never a street that is called by one word more. */
const articles: WordSet = wordSet(
  'de der die das den dem ein eine einen het een po pa az a et en det der el la il lo o os as um uma the this that my your mein dein unser',
);

/** A street that begins at word i and the number behind it. */
export function streetThenNumber(words: Words, i: number): Street | undefined {
  return (
    beginningThenNumber(words, i) ??
    nameThenNumber(words, i) ??
    prepositionThenNumber(words, i) ??
    nameThenTown(words, i)
  );
}

/** "Calle Mayor 12", "Via Garibaldi, 7", "ul. Długa 5/3", "ул. Тверская, д. 12", "Carrera 7 # 71-21". */
function beginningThenNumber(words: Words, i: number): Street | undefined {
  const beginning = endOfBeginning(words, i);
  if (beginning === undefined) return undefined;
  const { last: name, isNamed } = nameBehind(words, beginning);
  if (name === beginning) return gridNumber(words, i, name + 1);
  const number = numberBehind(words, name);
  if (!number) return undefined;
  const isTold = isNamed ? !isOrdinary(words, beginning + 1, name) : isAbbreviated(words, i);
  const needs = isTold ? 'nothing' : isNamed || plainBeginnings.at(words, i) ? 'element' : 'town';
  return { first: i, last: number.last, needs };
}

/** "Carrera 7 # 71-21": in Colombia the street is a number too. */
function gridNumber(words: Words, i: number, street: number): Street | undefined {
  const next = street + 1;
  if (words.shapes[street] !== shape.number || next >= words.count || (words.gaps[next]! & gap.hash) === 0)
    return undefined;
  const number = numberBehind(words, street);
  return number && number.last > next ? { first: i, last: number.last, needs: 'nothing' } : undefined;
}

/** "ul." and "ул." mean a street whatever follows, "calle" and "rua" not in lower case. */
const isAbbreviated = (words: Words, i: number): boolean => /^(?:ul|ул|вул)$/.test(words.keyOf(i));

/** The last word of a beginning, of which C.so, V.le and P.zza are two. */
function endOfBeginning(words: Words, i: number): number | undefined {
  const next = i + 1;
  if (next >= words.count) return undefined;
  const length = words.ends[i]! - words.starts[i]!;
  if (length === 1) {
    const [key, tail] = [words.keyOf(i), words.keyOf(next)];
    if (/^[cpv]$/.test(key) && words.gaps[next] === gap.dot)
      return /^(?:so|le|zza|za)$/.test(tail) ? next : undefined;
    return isLetterBeginning(words, i) ? i : undefined;
  }
  if (!streetBeginnings.at(words, i)) return undefined;
  return dotted.at(words, i) && (words.gaps[next]! & gap.dot) === 0 ? undefined : i;
}

/** Ordinary words and names that are a street only with a full stop: al. Jana Pawła, os. Piastów, pl. Wolności. */
const dotted: WordSet = wordSet('al os pl tr ch tv nam str per ave sq');

/** "C/ Mayor", "R. Augusta", "ш. Энтузиастов": a letter with its sign and a whole word behind it. */
function isLetterBeginning(words: Words, i: number): boolean {
  if (!/^[crш]$/.test(words.keyOf(i))) return false;
  // Mark C. Klein, J.R.R. Tolkien
  if (i > 0 && isCapital(words, i - 1) && (words.gaps[i]! & ~inside) === 0) return false;
  const sign = words.text.slice(words.ends[i], words.starts[i + 1]);
  const isSigned = /^c$/.test(words.keyOf(i)) ? /^\/ ?$/.test(sign) : /^\. $/.test(sign);
  return isSigned && words.ends[i + 1]! - words.starts[i + 1]! > 1;
}

/** "rue de la Paix", "Jalan SS 2/24", "impasse des lilas" behind a number. */
export function namedStreet(words: Words, i: number): Run | undefined {
  // "1. Al Gore": an item of a list.
  if ((words.gaps[i]! & gap.dot) !== 0 || notBehindNumber.at(words, i)) return undefined;
  const beginning = endOfBeginning(words, i);
  if (beginning === undefined) return undefined;
  const { last, isNamed } = nameBehind(words, beginning);
  if (last === beginning) return undefined;
  if (!isNamed && !(plainBeginnings.at(words, i) && last > i + 1 && words.gaps[i] === gap.space))
    return undefined;
  const number = isNamed ? numberBehind(words, last) : undefined;
  return { first: i, last: number && !number.hasComma ? number.last : last };
}

const notBehindNumber: WordSet = wordSet('c r al os pl tr str nam per tv');

/**
 * The last word of the name that follows a beginning; the beginning itself when there is none. A name in lower case is one
 * word long, behind particles: it `isNamed` only with a capital letter.
 */
function nameBehind(words: Words, beginning: number): { last: number; isNamed: boolean } {
  let last = beginning;
  let isNamed = false;
  for (let at = beginning + 1; at < Math.min(words.count, beginning + longestStreetName); at++) {
    const isRoadNumber = words.gaps[at] === gap.hyphen && words.shapes[at - 1] === shape.upper;
    if (isRoadNumber && words.shapes[at] === shape.number) return { last: at, isNamed };
    if ((words.gaps[at]! & ~inside) !== 0) break;
    if (words.shapes[at] === shape.number) {
      // "ul. 3 Maja 25", "Calle 10 Norte": a number that goes on with a name.
      const next = at + 1;
      const goesOn =
        at === beginning + 1 &&
        words.gaps[next] === gap.space &&
        isCapital(words, next) &&
        words.shapes[next] !== shape.initial;
      if (!goesOn) break;
    } else if (isCapital(words, at)) {
      last = at;
      isNamed ||= words.shapes[at] !== shape.initial;
    } else if (!particles.at(words, at) && !joints.at(words, at)) {
      if (!isNamed && words.ends[at]! - words.starts[at]! > 3 && (words.kindOf(at) & kind.frequent) === 0)
        last = at;
      break;
    }
  }
  return { last, isNamed };
}

/** "Musterstraße 5", "Berliner Str. 12a", "Kossuth Lajos utca 3", "Bağdat Caddesi No:212". */
function nameThenNumber(words: Words, i: number): Street | undefined {
  if (!isCapital(words, i)) return lowerCompound(words, i);
  if (calendar.at(words, i)) return undefined;
  for (let at = i; at < Math.min(words.count, i + 4); at++) {
    if (at > i && (words.gaps[at]! & ~inside) !== 0) return undefined;
    if (words.shapes[at] === shape.number) {
      if (at > i) return undefined;
      continue;
    }
    if (!isStreetWord(words, at, i)) {
      if (!isCapital(words, at)) return undefined;
      if ((words.kindOf(at) & kind.frequent) !== 0) return undefined;
      continue;
    }
    const number = numberBehind(words, at);
    if (!number) return undefined;
    if (number.hasComma && !number.isMarked) return { first: i, last: number.last, needs: 'element' };
    return { first: i, last: number.last, needs: 'nothing' };
  }
  return undefined;
}

/** A compound, or a word for a street behind a name. */
function isStreetWord(words: Words, at: number, first: number): boolean {
  const key = words.keyOf(at);
  if (at > first && streetWords.has(key)) return at > first + 1 || !articles.at(words, first);
  if (key.endsWith('pl'))
    return (words.gaps[at + 1]! & gap.dot) !== 0 && key.length > 5 && isCapital(words, at);
  if (!streetCompound.test(key) || !isCapital(words, at) || noStreets.has(key)) return false;
  // Katie, Sebastien and Norwegian towns are made like streets as well.
  return (words.kindOf(at) & (kind.word | anyName)) === 0;
}

/** "grotestraat 77", "lindenallee 8, 14050 berlin" */
function lowerCompound(words: Words, i: number): Street | undefined {
  if (words.shapes[i] !== shape.lower || words.shapes[i + 1] !== shape.number) return undefined;
  const key = words.keyOf(i);
  if (!streetCompound.test(key) || words.kindOf(i) !== 0 || noStreets.has(key)) return undefined;
  const number = numberBehind(words, i);
  if (!number || number.hasComma) return undefined;
  return { first: i, last: number.last, needs: plainCompound.test(key) ? 'nothing' : 'town' };
}

/** "Am Alten Markt 3a, 50667 Köln": a German street that begins with a preposition, if the rest is an address. */
function prepositionThenNumber(words: Words, i: number): Street | undefined {
  if (words.shapes[i] !== shape.capital || !streetPrepositions.at(words, i)) return undefined;
  let at = i + 1;
  if (['der', 'den', 'dem', 'die'].includes(at < words.count ? words.keyOf(at) : '')) at++;
  const first = at;
  while (at < Math.min(words.count, first + 3) && words.gaps[at] === gap.space && isCapital(words, at)) at++;
  if (at === first || at >= words.count || words.gaps[at] !== gap.space) return undefined;
  const number = numberBehind(words, at - 1);
  return number ? { first: i, last: number.last, needs: 'proof' } : undefined;
}

/** "Długa 17, 80-831 Gdańsk", "Ilica 45, 10000 Zagreb": whatever it is called, if a postcode and a town follow. */
function nameThenTown(words: Words, i: number): Street | undefined {
  if (!isCapital(words, i) || isCapital(words, i - 1)) return undefined;
  for (let at = i; at < Math.min(words.count, i + 4); at++) {
    if (at > i && (words.gaps[at]! & ~inside) !== 0) return undefined;
    const isName = isCapital(words, at) || (at > i && (particles.at(words, at) || joints.at(words, at)));
    if (!isName || calendar.at(words, at) || (words.kindOf(at) & kind.frequent) !== 0) return undefined;
    if (words.shapes[at + 1] !== shape.number) continue;
    const number = numberBehind(words, at);
    if (!number || number.hasComma || !isPostcodeNext(words, number.last + 1)) return undefined;
    if (isOrdinary(words, i, at)) return undefined;
    return { first: i, last: number.last, needs: 'town' };
  }
  return undefined;
}

/** "Chapter 12, 1545 Geneva", "via Amazon 2": ordinary words and brands. */
function isOrdinary(words: Words, first: number, last: number): boolean {
  for (let at = first; at <= last; at++)
    if ((words.kindOf(at) & kind.word) === 0) return isBrand(words, { first, last });
  return true;
}

/** A comma or a line break, and digits that can be a postcode and no year. */
function isPostcodeNext(words: Words, i: number): boolean {
  if (i >= words.count || (words.gaps[i]! & (gap.comma | gap.newline)) === 0) return false;
  const key = words.keyOf(i);
  // 1545 Geneva may be a year; 1012 VG, or a town of the lexicon behind it, is none.
  if (/^(?:1\d|20)\d\d$/.test(key) && !/^[a-z]{2}$/.test(i + 1 < words.count ? words.keyOf(i + 1) : ''))
    return (words.kindOf(i + 1) & anyPlace) !== 0 && (words.kindOf(i + 1) & kind.word) === 0;
  return /^\d{2,6}$/.test(key);
}
