import { isLuhn } from './check-digits.ts';
import { hasWord, talkBefore, wholeWords } from './nearby-words.ts';
import type { Recogniser } from './recogniser.ts';

const candidate =
  /(?<![\p{L}\p{N}_.])(?<!\d[- \u00a0\u202f])\d(?:[ \u00a0\u202f-]?\d){11,18}(?![-\u00a0\u202f ]?\d|\.\d|[\p{L}_])/gu;
const enoughDigits = /\d(?:[ \u00a0\u202f-]?\d){11}/;

const words = wholeWords([
  '(?:credit|debit|bank|payment|gift)? ?cards?(?: (?:number|no\\.?))?',
  'cc',
  'visa',
  'mastercard',
  'amex',
  'maestro',
  'kreditkarte',
  'tarjeta',
  'carte',
]);

/**
 * Payment card numbers: a right check digit (Luhn), and a length and prefix that an issuer uses (ISO/IEC 7812) or a word
 * for a card before it.
 */
export const cards: Recogniser = {
  types: ['CARD'],
  readsForms: true,
  needsDigit: true,
  find: (text, { before }) => {
    if (!enoughDigits.test(text)) return [];
    return [...text.matchAll(candidate)].flatMap(({ 0: found, index }) =>
      isCardNumber(found.replace(/\D/g, ''), () => hasWord(words, talkBefore(text, index, before)))
        ? [{ type: 'CARD' as const, start: index, end: index + found.length, confidence: 0.95 }]
        : [],
    );
  },
};

function isCardNumber(digits: string, isNamed: () => boolean): boolean {
  return isLuhn(digits) && !/^(\d)\1+$/.test(digits) && (hasIssuer(digits) || isNamed());
}

function hasIssuer(digits: string): boolean {
  const length = digits.length;
  const prefix = (from: number, to: number): boolean => {
    const value = Number(digits.slice(0, String(from).length));
    return value >= from && value <= to;
  };
  const visa = prefix(4, 4) && [13, 16, 19].includes(length);
  const mastercard = (prefix(51, 55) || prefix(2221, 2720)) && length === 16;
  const americanExpress = (prefix(34, 34) || prefix(37, 37)) && length === 15;
  const discover = (prefix(6011, 6011) || prefix(644, 649) || prefix(65, 65)) && length >= 16;
  const diners = (prefix(300, 305) || prefix(36, 36) || prefix(38, 39)) && length >= 14;
  const jcb =
    (prefix(3528, 3589) && length >= 16) || ((prefix(1800, 1800) || prefix(2131, 2131)) && length === 15);
  const unionPay = prefix(62, 62) && length >= 16;
  const maestro =
    (prefix(50, 50) || prefix(56, 58) || prefix(6304, 6304) || prefix(6759, 6763)) && length >= 12;
  return visa || mastercard || americanExpress || discover || diners || jcb || unionPay || maestro;
}
