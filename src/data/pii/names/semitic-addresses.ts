/** Street addresses in Arabic and Hebrew, which have no capital letters: a word for a street, its name, and a number near. */
import type { PiiSpan, Recogniser } from '../recogniser.ts';

const arabicWord = '[\u0621-\u064a]{2,15}';
const digits = '[0-9\u0660-\u0669]{1,6}(?![0-9\u0660-\u0669])';
/** Number, building, flat, floor, villa, entrance, postcode. */
const arabicUnit =
  '(?:رقم|مبنى|بناية|عمارة|شقة|الشقة|الطابق|طابق|الدور|فيلا|منزل|بيت|مدخل|قطعة|الرمز البريدي) ?:? ?';
const arabicEnd = '(?=[،,.؛\\n]|$)';
const arabic = new RegExp(
  `(?<![\u0621-\u064a])(?:${digits} )?(?:شارع|ش\\.|طريق|حي|ميدان|زقاق|درب|جادة|نهج|كورنيش)` +
    `(?: ${arabicWord}){0,3}?` +
    `(?:[،,]? (?:${arabicUnit})?${digits}|، ${arabicWord}(?: ${arabicWord}){0,2}(?: ${digits})?${arabicEnd}){1,6}`,
  'gu',
);
/** Words that mean a way or a quarter of anything: they need a comma, as addresses have between their parts. */
const vague = /^(?:طريق|حي|درب|نهج)/u;

const hebrewWord = '[א-ת][א-ת\'"-]{1,14}';
const hebrewUnit = '(?:דירה|קומה|כניסה|בית|ת\\.ד\\.)';
const towns =
  '(?:תל אביב|ירושלים|חיפה|באר שבע|ראשון לציון|פתח תקווה|אשדוד|נתניה|רמת גן|בני ברק|חולון|הרצליה|רעננה|כפר סבא|אילת)';
const hebrew = new RegExp(
  `(?<![א-ת])(?:[ולבמהש]{1,2})?((?:רחוב|רח'|שדרות|שד'|סמטת|כיכר|דרך) (?:${hebrewWord} ){1,3}?\\d{1,4}[א-ת]?` +
    `(?=[,.\\n]|$| ${hebrewUnit}| ${towns})(?:,? ${hebrewUnit} \\d{1,4}){0,3}` +
    `(?:,? (?:${towns}|${hebrewWord}(?: ${hebrewWord})?(?=[,.\\n]|$| \\d{5})))?(?:,? \\d{5}(?:\\d\\d)?)?)`,
  'gu',
);
const some = /[\p{sc=Arabic}\p{sc=Hebrew}]/u;
const someDigit = /[0-9\u0660-\u0669]/;

export const semiticAddresses: Recogniser = {
  types: ['ADDRESS'],
  needsScript: true,
  find: (text) => {
    if (!someDigit.test(text) || !some.test(text)) return [];
    const span = (start: number, length: number): PiiSpan => ({
      type: 'ADDRESS',
      start,
      end: start + length,
      confidence: 0.7,
    });
    return [
      ...[...text.matchAll(arabic)].flatMap(({ 0: found, index }) =>
        someDigit.test(found) && (!vague.test(found) || found.includes('،'))
          ? [span(index, found.length)]
          : [],
      ),
      ...[...text.matchAll(hebrew)].map(({ 0: found, 1: address, index }) =>
        span(index + found.length - address!.length, address!.length),
      ),
    ];
  },
};
