import { lastIndexOf, talkBefore, wholeWords } from './nearby-words.ts';
import type { PiiSpan, Recogniser } from './recogniser.ts';

const candidate =
  /(?<![\p{L}\p{N}_.$€£#])(?<!\d[-/ ])(?:\d{3}([-. ])\d{2}\1\d{4}|\d{9}|\d{4})(?![-/. ]?\d|[\p{L}_%])/gu;
const words = wholeWords(
  [
    'ssns?',
    's\\.s\\.n\\.?',
    'social security(?: numbers?| no)?',
    'social(?= (?:is|number)|:)',
    'last (?:four|4)(?: digits)? of (?:my|the|your|his|her) social',
    'taxpayer id(?:entification)?(?: number)?',
    'itin',
    'tax id',
  ],
  'giu',
);

/**
 * Social security numbers of the United States: areas, groups and serials that the Social Security Administration
 * issues, and individual taxpayer numbers of the IRS. With hyphens the form is enough; without, or as the last four
 * digits, the words before have to say so.
 */
export const socialSecurity: Recogniser = {
  types: ['SSN'],
  readsForms: true,
  needsDigit: true,
  find: (text, { before }) => {
    if (!/\d{4}/.test(text)) return [];
    const spans: PiiSpan[] = [];
    for (const { 0: found, 1: separator, index } of text.matchAll(candidate)) {
      const span = { type: 'SSN' as const, start: index, end: index + found.length };
      if (separator === '-' && isIssued(found)) spans.push({ ...span, confidence: 0.9 });
      else if ((found.length === 4 || isIssued(found)) && isAskedFor(talkBefore(text, index, before)))
        spans.push({ ...span, confidence: 0.8 });
    }
    return spans;
  },
};

/** A word for the number, and no number since: "ssn 8320, a car of 2018" tells one. */
function isAskedFor(talk: string): boolean {
  const wordAt = lastIndexOf(words, talk);
  return wordAt >= 0 && !/\d{4}/.test(talk.slice(wordAt));
}

/** Area 001 to 899 but 666, group 01 to 99, serial 0001 to 9999; area 9xx with the groups of taxpayer numbers. */
function isIssued(found: string): boolean {
  const digits = found.replace(/\D/g, '');
  const [area, group, serial] = [digits.slice(0, 3), Number(digits.slice(3, 5)), digits.slice(5)];
  if (area === '000' || area === '666' || group === 0 || serial === '0000') return false;
  return area < '900' || (group >= 50 && group !== 89 && group !== 93 && (group <= 65 || group >= 70));
}
