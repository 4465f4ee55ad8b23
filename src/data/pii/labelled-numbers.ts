/** Numbers that only the words before them tell: the value's form is loose, so the label has to stand near and whole. */
import { isShortAnswer, lastIndexOf, talkBefore, wholeWords } from './nearby-words.ts';
import type { PiiSpan, PiiType, RecogniserContext } from './recogniser.ts';

/** Letters and digits in one word or in groups of digits, that hold three digits at least. */
const value =
  /(?<![\p{L}\p{N}_$€£¥₹.,])(?<!\d[-/ :])(?:\d{2,6}(?:[- ]\d{2,6}){1,5}|(?!PIN|ZIP|NO\b|CVV|OTP|SSN|DOB|FAX|TEL|USD|EUR|GBP)[A-Z]{1,4}(?:(?:[- ]\d{2,6}){2,5}|[- ]\d{4,12})|[A-Za-z]{0,6}-?\d[\dA-Za-z]{2,19}|[A-Za-z]\d[\dA-Za-z-]{3,22})(?![\p{L}\p{N}_%€]|[-./:]\d| ?(?:credits?|dollars?|bucks|usd|euros?|eur|pounds?|points?|miles)(?!\p{L}))/gu;
const dateLike =
  /^(?:\d{1,2}[-/. ]\d{1,2}[-/. ]\d{2,4}|(?:19|20)\d\d[-/. ]\d{1,2}[-/. ]\d{1,2}|\d+(?:st|nd|rd|th|am|pm|h|min|km|kg|cm|mm|gb|mb|usd|eur))$/i;
/** 20-00-00 may be a date anywhere else. */
const sortCode = /sort[ -]?code(?: is)?[: ]{1,2}$/i;
/** Labels of numbers that are nobody's: the nearest label before a value is the one that counts. */
const otherLabels = wholeWords(
  [
    'orders?',
    'invoices?',
    'tickets?',
    'tracking',
    'reference',
    'ref',
    'cases?',
    'claims?',
    'confirmation',
    'booking',
    'reservation',
    'serial',
    'sku',
    'model',
    'version',
    'flight',
    'room',
    'gate',
    'seat',
    'zip',
    'zip code',
    'phone',
    'call',
    'cell',
    'mobile',
    'fax',
    'amount',
    'total',
    'price',
    'balance',
    'street',
    'year',
    'date',
    'time',
    'error',
  ],
  'giu',
);
/** Labels of short codes; after a question for "your account number and PIN" the long number is the account. */
const codeLabels = wholeWords(['pin', '(?<!sort )(?<!bank )code', 'cvv'], 'giu');
const longestCode = 6;
const contextAfter = 40;

export type Labelled = {
  type: PiiType;
  /** Whole words, flags giu. */
  labels: RegExp;
  isValue: (value: string) => boolean;
  /** Values that need no label where a text is little else and no other label is near. */
  isTelling?: (value: string) => boolean;
};

/**
 * Values after one of `labels`, when no other label stands between. `isValue` says which of the
 * forms above the value can have.
 */
export function findLabelled(
  text: string,
  { before }: RecogniserContext,
  { type, labels, isValue, isTelling }: Labelled,
): PiiSpan[] {
  if (!/\d\D?\d/.test(text)) return [];
  if (!isTelling && lastIndexOf(labels, `${before.slice(-120)} ${text}`) < 0) return [];
  return [...text.matchAll(value)].flatMap(({ 0: whole, index: wholeIndex }) => {
    // "MRN 00482913": the letters before the number are its label.
    labels.lastIndex = 0;
    const own = /^[A-Z]+(?= )/.exec(whole)?.[0] ?? '';
    const cut = own !== '' && labels.test(own) ? own.length + 1 : 0;
    const [found, index] = [whole.slice(cut), wholeIndex + cut];
    const isSortCode = sortCode.test(text.slice(Math.max(0, index - 16), index));
    if ((dateLike.test(found) && !isSortCode) || !isValue(found)) return [];
    const talk = talkBefore(text, index, before);
    const labelAt = lastIndexOf(labels, talk);
    const codeAt = found.replace(/\D/g, '').length <= longestCode ? lastIndexOf(codeLabels, talk) : -1;
    const otherAt = Math.max(codeAt, lastIndexOf(otherLabels, talk));
    const isAnswer = labelAt < 0 && otherAt < 0 && isTelling?.(found) && isShortAnswer(text, found);
    const isBefore = isAnswer || (labelAt >= 0 && labelAt > otherAt);
    return isBefore || isSaidAfter(text, index + found.length, labels)
      ? [{ type, start: index, end: index + found.length, confidence: 0.6 }]
      : [];
  });
}

/** "15623485 is my account number", "the 15623485 account" */
function isSaidAfter(text: string, end: number, labels: RegExp): boolean {
  const right = text.slice(end, end + contextAfter);
  const verb = /^ (?:(?:is|was) (?:my|our|the|his|her|their) )?/.exec(right);
  labels.lastIndex = 0;
  return verb !== null && labels.exec(right)?.index === verb[0].length;
}
