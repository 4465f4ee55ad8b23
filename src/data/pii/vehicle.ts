import { lastIndexOf, talkBefore, wholeWords } from './nearby-words.ts';
import type { PiiSpan, Recogniser } from './recogniser.ts';

/** Letters and digits without I, O and Q (ISO 3779). */
const identification = /(?<![\p{L}\p{N}_/.=-])[A-HJ-NPR-Z0-9]{17}(?![\p{L}\p{N}_/=-])/gu;
const someIdentification = /[A-Z\d]{17}/;
const identificationWords = wholeWords(
  ['vin', 'vehicle identification number', 'chassis', 'fahrgestellnummer', 'fin', 'numéro de châssis'],
  'giu',
);
const labels = String.raw`(?<![\p{L}\p{N}_])(?:(?:licen[cs]e|number|registration|reg|car|taxi|vehicle) plates?|licen[cs]e tags?|plates?|(?:car|vehicle) reg(?:istration)?|reg(?:istration)? (?:no\.?|number)|registration of (?:the|my|our|his|her) (?:vehicle|car|van|truck|taxi|bike)|kennzeichen|nummernschild|matr[ií]cula|placas?|immatriculation|plaque|targa|kenteken|tablica)(?: (?:number|no\.?|nr\.?))?`;
/** Up to where the plate begins. */
const label = new RegExp(`${labels}(?: (?:is|was|ist|est|es|è))?[ :=#"']{1,3}`, 'giu');
/** The field or the question before a text that is nothing but a plate. */
const asked = new RegExp(`${labels}[^\\p{L}\\p{N}]{0,3}$`, 'iu');
const longestAnswer = 14;
/** Groups of capital letters and digits, or one word in any case. */
const plate =
  /(?:[A-ZÄÖÜ0-9]{1,4}(?:[ -][A-ZÄÖÜ0-9]{1,5}){1,3}|[A-Za-z0-9]{4,8}(?:-[A-Za-z0-9]{1,4}){0,2})(?![\p{L}\p{N}_-])/uy;
/** Letters beside digits, as every plate has them. */
const somePlate = /\d[A-Za-z]|\d[ -][A-Z]|(?<=[A-Za-z])\d|(?<=[A-Z][ -])\d/;
const someLabel =
  /plate|licen[cs]e tag|\breg|kennzeichen|nummernschild|matr|plac|plaque|targa|kenteken|tablica/i;

/** What a vehicle is known by: its identification number by check digit or word, its plate after a word. */
export const vehicles: Recogniser = {
  types: ['VEHICLE'],
  readsForms: true,
  needsDigit: true,
  find: (text, { before }) => {
    const spans: PiiSpan[] = [];
    for (const { 0: found, index } of someIdentification.test(text) ? text.matchAll(identification) : []) {
      const isVehicle =
        /\d/.test(found) &&
        /[A-Z]/.test(found) &&
        (hasCheckDigit(found) || lastIndexOf(identificationWords, talkBefore(text, index, before)) >= 0);
      if (isVehicle)
        spans.push({ type: 'VEHICLE', start: index, end: index + found.length, confidence: 0.9 });
    }
    if (!somePlate.test(text)) return spans;
    const isAnswer = text.length <= longestAnswer && asked.test(before.slice(-40));
    const begins = someLabel.test(text)
      ? [...text.matchAll(label)].map(({ 0: found, index }) => index + found.length)
      : [];
    for (const start of isAnswer ? [text.search(/\S/), ...begins] : begins) {
      const end = endOfPlate(text, start);
      if (end !== undefined) spans.push({ type: 'VEHICLE', start, end, confidence: 0.7 });
    }
    return spans;
  },
};

function endOfPlate(text: string, start: number): number | undefined {
  plate.lastIndex = start;
  const value = plate.exec(text)?.[0] ?? '';
  const letters = value.replace(/[^\p{L}]/gu, '').length;
  const digits = value.replace(/\D/g, '').length;
  const isPlate = letters > 0 && digits > 0 && letters + digits >= 4 && letters + digits <= 10;
  return isPlate ? start + value.length : undefined;
}

const values: Readonly<Record<string, number>> = Object.fromEntries(
  [...'ABCDEFGHJKLMNPRSTUVWXYZ'].map((letter, i) => [
    letter,
    [1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9][i]!,
  ]),
);
const weights = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];

/** The ninth of the seventeen: the weighted sum modulo 11, X for ten (49 CFR 565.15), and a serial number in digits. */
function hasCheckDigit(found: string): boolean {
  if (!/[A-Z].*[A-Z]/.test(found) || !/\d{4}$/.test(found)) return false;
  const sum = [...found].reduce((total, one, i) => total + weights[i]! * (values[one] ?? Number(one)), 0);
  return found[8] === (sum % 11 === 10 ? 'X' : String(sum % 11));
}
