import { lastIndexOf, talkBefore, wholeWords } from './nearby-words.ts';
import type { Recogniser } from './recogniser.ts';

const months =
  'jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?' +
  '|januar|februar|märz|mai|juni|juli|oktober|dezember|janvier|février|mars|avril|juin|juillet|août|septembre|octobre|novembre|décembre' +
  '|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre';
const numeric = '\\d{1,4}([-/. ]{1,2})\\d{1,2}\\1\\d{2,4}';
const monthFirst = `(?:${months})\\.? {1,2}\\d{1,2}(?:st|nd|rd|th)?,?(?: {1,2}\\d{4})?`;
const dayFirst = `\\d{1,2}(?:st|nd|rd|th|\\.)?(?: of| de)? {1,2}(?:${months})\\.?,?(?:(?: de)? {1,2}\\d{4})?`;
const eastAsian = '\\d{4} ?[年년] ?\\d{1,2} ?[月월] ?\\d{1,2} ?[日号號일]';
const date = new RegExp(
  `(?<![A-Za-z\\p{N}])(?:${numeric}|${monthFirst}|${dayFirst}|${eastAsian}|\\d{8}|\\d{6})(?![A-Za-z\\p{N}])`,
  'giu',
);
const birthWords = wholeWords(
  [
    'born',
    'birth days?',
    'birth dates?',
    'date of birth',
    'day of birth',
    'dob',
    'd\\.o\\.b\\.?',
    'b day',
    'geboren(?: am)?',
    'geburtsdatum',
    'geburtstag',
    'née? le',
    'date de naissance',
    'nacid[oa]',
    'fecha de nacimiento',
    'data di nascita',
    'geboortedatum',
    'дата рождения',
    'родил(?:ся|ась)',
    'дата народження',
    'ημερομηνία γέννησης',
  ],
  'giu',
);
const eastAsianWords = /出生|生日|生年月日|誕生日|生まれ|생년월일|생일|태어/gu;
const bornAfter = /^ ?(?:日)?(?:出生|生まれ|에 태어|생(?!활))/u;
/** Words after which a date is of something else. */
const otherWords = wholeWords(
  [
    'order(?:ed)?',
    'arriv\\w{0,5}',
    'deliver\\w{0,5}',
    'flight',
    'appointment',
    'expir\\w{0,5}',
    'check in',
    'check out',
  ],
  'giu',
);

/** Dates of birth: a date of any usual form, where the last such word before it is of birth. */
export const birthDates: Recogniser = {
  types: ['DATE_OF_BIRTH'],
  needsDigit: true,
  find: (text, { before }) => {
    if (!/\d/.test(text)) return [];
    const both = `${before.slice(-120)} ${text}`;
    if (lastIndexOf(birthWords, both) < 0 && lastIndexOf(eastAsianWords, both) < 0) return [];
    return [...text.matchAll(date)].flatMap(({ 0: found, index }) => {
      const talk = talkBefore(text, index, before);
      const birthAt = Math.max(lastIndexOf(birthWords, talk), lastIndexOf(eastAsianWords, talk));
      const isBorn =
        birthAt > lastIndexOf(otherWords, talk) ||
        bornAfter.test(text.slice(index + found.length, index + found.length + 6));
      return isBorn && isPossible(found)
        ? [{ type: 'DATE_OF_BIRTH' as const, start: index, end: index + found.length, confidence: 0.8 }]
        : [];
    });
  },
};

/** Numeric forms must be a date in some order of day, month and year, if one that people mistype: 31/06/1996. */
function isPossible(found: string): boolean {
  if (/\p{L}/u.test(found)) return true;
  const compact = /^\d+$/.test(found);
  const parts = compact
    ? found.length === 8
      ? [
          [found.slice(0, 4), found.slice(4, 6), found.slice(6)],
          [found.slice(4), found.slice(2, 4), found.slice(0, 2)],
          [found.slice(4), found.slice(0, 2), found.slice(2, 4)],
        ]
      : [
          [found.slice(0, 2), found.slice(2, 4), found.slice(4)],
          [found.slice(4), found.slice(2, 4), found.slice(0, 2)],
          [found.slice(4), found.slice(0, 2), found.slice(2, 4)],
        ]
    : orders(found.split(/[-/. ]+/));
  return parts.some(([year, month, day]) =>
    isBirthDate(Number(year), Number(month), Number(day), year!.length),
  );
}

function orders([first, second, third]: string[]): string[][] {
  return [
    [first!, second!, third!],
    [third!, second!, first!],
    [third!, first!, second!],
  ];
}

function isBirthDate(year: number, month: number, day: number, yearDigits: number): boolean {
  const isDay = month >= 1 && month <= 12 && day >= 1 && day <= 31;
  return isDay && (yearDigits === 2 || (yearDigits === 4 && year >= 1900 && year <= 2100));
}
