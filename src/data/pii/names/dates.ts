/** April, May, Jan and Eve, which are names of people and of times. */
import { calendar, dateWords } from './cues.ts';
import { gap, shape, type Words } from './cut-words.ts';

/** Whether word i is a month beside a number or after "until", or the eve of something. */
export function isDate(words: Words, i: number): boolean {
  if (!calendar.at(words, i)) return false;
  if (words.keyOf(i) === 'eve')
    return i > 0 && ((words.gaps[i]! & gap.possessive) !== 0 || calendar.at(words, i - 1));
  if (isNumber(words, i - 1) || isNumber(words, i + 1)) return true;
  if (i > 0 && dateWords.at(words, i - 1) && (words.gaps[i]! & ~gap.space) === 0) return true;
  return (isJoin(words, i - 1) && isNumber(words, i - 2)) || (isJoin(words, i + 1) && isNumber(words, i + 2));
}

const isNumber = (words: Words, i: number): boolean => words.shapes[i] === shape.number;

/** The 1st of Jan, Jan the 1st. */
const isJoin = (words: Words, i: number): boolean =>
  i >= 0 && i < words.count && ['of', 'the'].includes(words.keyOf(i));
