/**
 * Phone numbers. libphonenumber finds what is valid in the numbering plans; beside it a number of any plan counts where
 * the talk is of phones. Dates, prices, order numbers and other long numbers are told apart by their form and by the
 * words before them.
 */
import {
  type CountryCode,
  findPhoneNumbersInText,
  getCountries,
  getCountryCallingCode,
  Metadata,
  type NumberingPlan,
} from 'libphonenumber-js';
import { isShortAnswer, lastIndexOf, talkBefore } from './nearby-words.ts';
import type { PiiSpan, Recogniser, Span } from './recogniser.ts';

/** Digits with what may stand between those of one number; libphonenumber sees nothing else of a text. */
const digitRun = /(?:[+＋]|\(\+?)?\d[\d ()./\u00a0‐‑–-]{5,250}/gu;
/** One number without a sign, as libphonenumber takes it whole (its longest has 17 digits and 3 of a country) or not at all. */
const bareRun = /^\d{7,20}(?!.*\d)/su;
/** Four numbers of an address on the internet, or a date: whatever libphonenumber finds in them is none. */
const otherRun = /^(?:\d{1,3}(?:\.\d{1,3}){3}|\d{1,2}\/\d{1,2}\/\d+)(?!.*\d)/su;
const enoughDigits = /\d(?:\D{0,3}\d){6}/;
const loose = /(?:\+|\(\+?)?\d(?:[ ()./-]{0,2}\d){6,14}/g;
const phoneWord =
  /phone|(?<![a-z])tel(?![a-z])|telefon|téléphone|teléfono|(?<![a-z])(?:call(?:ed|ing|s)?|mobile|cell|fax|sms|text me|dial|hotline|whatsapp|reach (?:me|him|her|us|them)|answer(?:ed|ing|s)? (?:at|on)|messages? (?:at|on|to)|voice ?mail|ring|ph|contact|desk(?=:)|office(?=:)|handy|móvil|portable|telefoon|puhelin|telefono)(?![a-z])|rufnummer|handynummer|mobilnummer|(?:meine|unsere) nummer|celular|电话|手机|電話|手機|携帯|전화|휴대폰|연락처/giu;
const otherNumberWord =
  /(?<![a-z])(?:orders?|invoice|ticket|tracking|reference|ref|case|account|acct|confirmation|booking|reservation|serial|sku|model|version|id|code|isbn|policy|claim|customer|member|membership|item|product|part|imei|iban|routing|transaction|zip|pin|parcel|package|shipment|amount|total|price|bestellnummer|rechnung)(?![a-z])|#|№|订单|訂單|编号|注文|주문/giu;
const labelled =
  /(?:order|invoice|ticket|tracking|reference|ref|case|account|acct|confirmation|booking|reservation|serial|sku|model|version|id|code|isbn|policy|claim|customer|member|item|product|part|imei|iban|routing|transaction|parcel|package|shipment|#|№)\.?[\s_-]{0,3}(?:number|num|no|id|code)?\.?["'\s]{0,3}(?:is|was|:|=|#)?["'\s#]{0,3}$/iu;
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
const internetAddress = /^\d{1,3}(?:\.\d{1,3}){3}$/;
const dates = new RegExp(`(?<!\\d)(?:${yearFirst}|${yearLast})(?![-.]?\\d)`, 'g');
const grouped = /^\d{1,3}(?:[ .]\d{3})+$/;
/** The leading 0 that most countries dial within the country, before groups: 0490 75 40 81, 03.93.92.16.85. */
const trunk = /^\(?0[1-9]\d{0,4}\)?(?:(?:[ ./-]{1,2}\d{2,8}){2,4}|[ /-]\d{6,8})$/;
/** An extension belongs to the number: x123, ext. 123. */
const extension = /^ ?(?:x|ext\.?|extension) ?\d{1,6}(?![\p{L}\p{N}])/iu;
/** What a number is, said after it: "655 437 108 office". */
const phoneWordAfter =
  /^(?: (?:is|was) (?:my|our|the|his|her|their)(?: (?:office|work|home|new|old))? phone|[\s,\\(-]{1,3}(?:office|fax|mobile|cell|home|work|desk|landline|whatsapp))(?![\p{L}\p{N}])/iu;
/** The form of North America, also of areas that no number has yet. */
const northAmerican = /^(?:\(\d{3}\) ?|\d{3}[-. ])\d{3}[-. ]\d{4}$/;
const fullLength = /^\d{10,12}$/;
const contextCharacters = 60;

export const phones: Recogniser = {
  types: ['PHONE'],
  needsDigit: true,
  find: (text, { before, country }) => {
    // Finding is dear, and a date is what most texts with many digits have.
    if (!enoughDigits.test(text) || !enoughDigits.test(text.replace(dates, ''))) return [];
    const valid = findValid(text, country, (span) => isPhone(text, span, before, 'valid'));
    const others = [...text.matchAll(loose)].map(({ 0: found, index }) => ({
      start: index,
      end: index + found.length,
    }));
    let at = 0;
    const rest = others.filter((span) => {
      while (at < valid.length && valid[at]!.end <= span.start) at++;
      const isTaken = at < valid.length && valid[at]!.start < span.end;
      return !isTaken && isPhone(text, span, before, 'loose');
    });
    const typed =
      (confidence: number) =>
      ({ start, end }: Span): PiiSpan => {
        const more = extension.exec(text.slice(end, end + 20))?.[0].length ?? 0;
        return { start, end: end + more, type: 'PHONE', confidence };
      };
    return [...valid.map(typed(0.9)), ...rest.map(typed(0.6))];
  },
};

/** What libphonenumber takes for valid numbers and `isMeant` takes for what is talked about, in order. */
function findValid(text: string, country: CountryCode, isMeant: (span: Span) => boolean): Span[] {
  return [...text.matchAll(digitRun)].flatMap(({ 0: run, index }) => {
    if (!enoughDigits.test(run) || otherRun.test(run)) return [];
    if (isTooShort(run, country)) return [];
    // libphonenumber takes a tenth of a millisecond to say that an account number is no phone's.
    const digits = bareRun.exec(run)?.[0].length;
    if (digits !== undefined && !isMeant({ start: index, end: index + digits })) return [];
    return findPhoneNumbersInText(run, { defaultCountry: country, extended: false })
      .map(({ startsAt, endsAt }) => ({ start: index + startsAt, end: index + endsAt }))
      .filter(isMeant);
  });
}

/** Without a sign, and with fewer digits than any number has that is dialled within the country or out of it. */
function isTooShort(run: string, country: CountryCode): boolean {
  if (/[+＋]/.test(run)) return false;
  const digits = run.replace(/\D/g, '');
  const { least, outOfCountry } = dialling(country);
  return digits.length < least && !outOfCountry.test(digits);
}

type Dialling = { least: number; outOfCountry: RegExp };
/** The library's own types leave the rule out. */
type Plan = NumberingPlan & { nationalPrefixTransformRule?: () => string | undefined };
const diallingOf = new Map<CountryCode, Dialling>();

/** The fewest digits of a number in the plan that the country shares with others, and what is dialled before a foreign one. */
function dialling(country: CountryCode): Dialling {
  const known = diallingOf.get(country);
  if (known) return known;
  const code = getCountryCallingCode(country);
  const plans = getCountries()
    .filter((one) => getCountryCallingCode(one) === code)
    .map(planOf);
  const own = planOf(country);
  // On Jersey and others a number may be dialled without the digits of its area, which the rule puts before it.
  const isWhole = own?.nationalPrefixTransformRule?.() === undefined;
  const dialled = {
    least: isWhole ? Math.min(...plans.flatMap((plan) => plan?.possibleLengths() ?? [0])) : 0,
    outOfCountry: new RegExp(own?.IDDPrefix() ?? ''),
  };
  diallingOf.set(country, dialled);
  return dialled;
}

function planOf(country: CountryCode): Plan | undefined {
  const metadata = new Metadata();
  metadata.selectNumberingPlan(country);
  return metadata.numberingPlan;
}

function isPhone(text: string, { start, end }: Span, before: string, kind: 'valid' | 'loose'): boolean {
  const value = text.slice(start, end);
  const left = text.slice(Math.max(0, start - contextCharacters), start);
  const right = text.slice(end, end + 4);
  const international = value.startsWith('+') || left.endsWith('+');
  // A piece of something longer: an identifier, a version, a decimal number, an address on the web.
  // Chinese, Japanese and Korean put no space between a word and a number.
  if (
    /(?![\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}])[\p{L}\p{N}_@$€£¥₹]$|\d[.,:/-]$|[\p{L}_][-/=]$|[$€£¥₹] ?$/u.test(
      left,
    ) &&
    !/(?:tel:|wa\.me\/|phone[=-])$/i.test(left)
  )
    return false;
  if (
    /^(?:(?![\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}])[\p{L}\p{N}_@%]|[-.,:/]\d| ?[€%£])/u.test(
      right,
    ) &&
    !extension.test(text.slice(end, end + 20))
  )
    return false;
  if (/(?:https?:\/\/|www\.)\S*$/i.test(left) && !/wa\.me\/$/i.test(left)) return false;
  if (date.test(value) || socialSecurity.test(value) || internetAddress.test(value)) return false;
  if (international) return true;
  const talk = talkBefore(text, start, before);
  const phoneAt = lastIndexOf(phoneWord, talk);
  const otherAt = lastIndexOf(otherNumberWord, talk);
  const isBare = !/\D/.test(value);
  const hasForm = trunk.test(value) || northAmerican.test(value);
  if (kind === 'loose' && hasForm && !labelled.test(left)) return true;
  if (phoneWordAfter.test(text.slice(end, end + 32))) return true;
  if (isBare && fullLength.test(value) && otherAt < 0 && isShortAnswer(text, value)) return true;
  if (kind === 'loose' || isBare || grouped.test(value)) return phoneAt > otherAt;
  return phoneAt >= 0 || !labelled.test(left);
}
