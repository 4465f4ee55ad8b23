/**
 * Phone numbers. libphonenumber finds what is valid in the numbering plans; beside it a number of any plan counts where
 * the talk is of phones. Dates, prices, order numbers and other long numbers are told apart by their form and by the
 * words before them.
 */
import { type CountryCode, findPhoneNumbersInText } from 'libphonenumber-js';
import type { Span } from './find.ts';

const enoughDigits = /\d(?:\D{0,3}\d){6}/;
const loose = /(?:\+|\(\+?)?\d(?:[ ()./-]{0,2}\d){6,14}/g;
const phoneWord =
  /phone|(?<![a-z])tel(?![a-z])|telefon|téléphone|teléfono|(?<![a-z])(?:call(?:ed|ing|s)?|mobile|cell|fax|sms|text me|dial|hotline|whatsapp|reach (?:me|him|her|us|them)|handy|móvil|portable)(?![a-z])|rufnummer|电话|手机|電話/giu;
const otherNumberWord =
  /(?<![a-z])(?:orders?|invoice|ticket|tracking|reference|ref|case|account|acct|confirmation|booking|reservation|serial|sku|model|version|id|code|isbn|policy|claim|customer|member|membership|item|product|part|imei|iban|routing|transaction|zip|pin|parcel|package|shipment|amount|total|price|bestellnummer|rechnung)(?![a-z])|#|№/giu;
const labelled =
  /(?:order|invoice|ticket|tracking|reference|ref|case|account|acct|confirmation|booking|reservation|serial|sku|model|version|id|code|isbn|policy|claim|customer|member|item|product|part|imei|iban|routing|transaction|parcel|package|shipment|#|№)\.?[\s_-]*(?:number|num|no|id|code)?\.?["'\s]*(?:is|was|:|=|#)?["'\s#]*$/iu;
const day = '(?:0?[1-9]|[12]\\d|3[01])';
const apart = '[-/. ]{1,2}';
const yearFirst = `(?:19|20)\\d{2}${apart}${day}${apart}${day}`;
const yearLast = `${day}${apart}${day}${apart}(?:19|20)\\d{2}`;
const shortYear = `${day}[-/.]${day}[-/.]\\d{2}`;
/** Two slashes make a date even where its year is mistyped. */
const slashes = '\\d{1,2}/\\d{1,2}/\\d+';
const date = new RegExp(`^(?:${yearFirst}|${yearLast}|${shortYear}|${slashes})(?![-.]?\\d)`);
/** A number of United States social security. */
const socialSecurity = /^\d{3}-\d{2}-\d{4}$/;
const dates = new RegExp(`(?<!\\d)(?:${yearFirst}|${yearLast})(?![-.]?\\d)`, 'g');
const grouped = /^\d{1,3}(?:[ .]\d{3})+$/;
/** The leading 0 that most countries dial within the country, before groups: 0490 75 40 81, 03.93.92.16.85. */
const trunk = /^\(?0[1-9]\d{0,4}\)?(?:[ ./-]{1,2}\d{2,8}){2,4}$/;
const contextCharacters = 60;

/** Spans of phone numbers; `before` is the text that stands before this one. */
export function findPhones(text: string, country: CountryCode, before = ''): Span[] {
  // Finding is dear, and a date is what most texts with many digits have.
  if (!enoughDigits.test(text) || !enoughDigits.test(text.replace(dates, ''))) return [];
  const spans: Span[] = [];
  for (const { startsAt, endsAt } of findPhoneNumbersInText(text, {
    defaultCountry: country,
    extended: false,
  })) {
    const span = { start: startsAt, end: endsAt };
    if (isPhone(text, span, before, 'valid')) spans.push(span);
  }
  for (const match of text.matchAll(loose)) {
    const span = { start: match.index, end: match.index + match[0].length };
    const taken = spans.some(({ start, end }) => span.start < end && start < span.end);
    if (!taken && isPhone(text, span, before, 'loose')) spans.push(span);
  }
  return spans;
}

function isPhone(text: string, { start, end }: Span, before: string, kind: 'valid' | 'loose'): boolean {
  const value = text.slice(start, end);
  const left = text.slice(Math.max(0, start - contextCharacters), start);
  const right = text.slice(end, end + 4);
  const international = value.startsWith('+') || left.endsWith('+');
  // A piece of something longer: an identifier, a version, a decimal number, an address on the web.
  if (
    /[\p{L}\p{N}_@$€£¥₹]$|\d[.,:/-]$|[\p{L}_][-/=]$|[$€£¥₹] ?$/u.test(left) &&
    !/(?:tel:|wa\.me\/|phone[=-])$/i.test(left)
  )
    return false;
  if (/^(?:[\p{L}\p{N}_@%]|[-.,:/]\d| ?[€%£])/u.test(right)) return false;
  if (/(?:https?:\/\/|www\.)\S*$/i.test(left) && !/wa\.me\/$/i.test(left)) return false;
  if (date.test(value) || socialSecurity.test(value)) return false;
  if (international) return true;
  const talk = left.length < contextCharacters ? `${before.slice(-contextCharacters * 2)} ${left}` : left;
  const phoneAt = lastIndex(phoneWord, talk);
  const otherAt = lastIndex(otherNumberWord, talk);
  const isBare = !/\D/.test(value);
  const isForeign = kind === 'loose' && trunk.test(value) && !labelled.test(left);
  if (isForeign) return true;
  if (kind === 'loose' || isBare || grouped.test(value)) return phoneAt > otherAt;
  return phoneAt >= 0 || !labelled.test(left);
}

function lastIndex(words: RegExp, text: string): number {
  let last = -1;
  for (const match of text.matchAll(words)) last = match.index;
  return last;
}
