import type { Span } from './find.ts';

const candidate = /(?<![\d.])(?<!\d[- ])\d(?:[ -]?\d){11,18}(?![- ]?\d|\.\d)/g;
const enoughDigits = /\d(?:[ -]?\d){11}/;

/** Payment card numbers: a length and prefix that an issuer uses (ISO/IEC 7812) and a right check digit (Luhn). */
export function findCards(text: string): Span[] {
  if (!enoughDigits.test(text)) return [];
  return [...text.matchAll(candidate)].flatMap((match) => {
    const digits = match[0].replace(/\D/g, '');
    return isCardNumber(digits) ? [{ start: match.index, end: match.index + match[0].length }] : [];
  });
}

export function isCardNumber(digits: string): boolean {
  return hasIssuer(digits) && isLuhn(digits) && !/^(\d)\1+$/.test(digits);
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

/** Luhn: every second digit from the right doubled, digits summed, a multiple of ten (ISO/IEC 7812-1, annex B). */
export function isLuhn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]);
    const doubled = digit * 2;
    sum += i % 2 === 0 ? digit : doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
