/** Postcodes that stand alone. Those within an address are found with it (names/addresses.ts). */
import { hasWord, talkBefore, wholeWords } from './nearby-words.ts';
import type { Recogniser, RecogniserContext } from './recogniser.ts';

type Form = { pattern: RegExp; isPlain: boolean };
const form = (source: string, isPlain = false): Form => ({
  pattern: new RegExp(
    `(?<![\\p{L}\\p{N}_.$€£#-])(?<!\\d[ /:])(?:${source})(?![-/.:]?\\d|[\\p{L}_%]| ?[€%]|-\\p{L})`,
    'gu',
  ),
  isPlain,
});

/**
 * By country; `isPlain` forms are unmistakable and need no word. Where a country is not listed, four to six digits after
 * a word for a postcode count.
 */
const forms: Readonly<Record<string, Form>> = {
  GB: form(
    '(?:GIR ?0AA|(?:[A-PR-UWYZ]\\d{1,2}|[A-PR-UWYZ][A-HK-Y]\\d{1,2}|[A-PR-UWYZ]\\d[A-HJKPSTUW]|[A-PR-UWYZ][A-HK-Y]\\d[ABEHMNPRVWXY]) \\d[ABD-HJLNP-UW-Z]{2})',
    true,
  ),
  CA: form('[ABCEGHJ-NPRSTVXY]\\d[ABCEGHJ-NPRSTV-Z] \\d[ABCEGHJ-NPRSTV-Z]\\d', true),
  JP: form('〒 ?\\d{3}-?\\d{4}', true),
  US: form('\\d{5}(?:-\\d{4})?'),
  IE: form('[AC-FHKNPRTV-Y]\\d[\\dW] ?[\\dAC-FHKNPRTV-Y]{4}'),
  NL: form('[1-9]\\d{3} ?[A-Z]{2}'),
  BR: form('\\d{5}-\\d{3}'),
  PL: form('\\d{2}-\\d{3}'),
  PT: form('\\d{4}-\\d{3}'),
  SE: form('\\d{3} ?\\d{2}'),
  IN: form('[1-9]\\d{2} ?\\d{3}'),
};
const anyDigits = form('\\d{4,6}|\\d{5}-\\d{4}|\\d{3} \\d{2,3}');
/** The two letters of a state, and where they stand: after a comma or a town. */
const stateBefore =
  /(?:,|\p{Lu}\p{Ll}{2,20})\s{1,2}(?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY]|PR|A[AEP]),?\s{1,2}$/u;
const words = wholeWords([
  'zip',
  'zip codes?',
  'postal codes?',
  'post codes?',
  'postleitzahl',
  'plz',
  'code postal',
  'código postal',
  'codice postale',
  'cap(?=:)',
  'pin code',
  'postnummer',
  'eircode',
]);
const chineseWords = /邮编|邮政编码|郵便番号/u;

export const postcodes: Recogniser = {
  types: ['POSTCODE'],
  needsDigit: true,
  find: (text, context) => {
    const isPossible = somePlain.test(text) || /\d[\d -]{2,7}\d/.test(text) || /\d ?[A-Z]{2}/.test(text);
    if (!isPossible) return [];
    const asked = hasWord(words, `${context.before.slice(-120)} ${text}`) || chineseWords.test(text);
    return formsOf(context).flatMap(([country, { pattern, isPlain }]) =>
      (isPlain ? somePlain.test(text) : asked || country === 'US')
        ? [...text.matchAll(pattern)].flatMap(({ 0: found, index }) =>
            isPlain || isSaid(text, index, context, country)
              ? [{ type: 'POSTCODE' as const, start: index, end: index + found.length, confidence: 0.7 }]
              : [],
          )
        : [],
    );
  },
};

/** What the plain forms have somewhere. */
const somePlain = /\d[A-Z]{2}|[A-Z]\d[A-Z]|〒/;
const chosenForms = new WeakMap<readonly string[], [string, Form][]>();

/** The plain forms always, the others for the countries asked for, and digits for all. */
function formsOf({ countries }: RecogniserContext): [string, Form][] {
  let chosen = chosenForms.get(countries);
  if (!chosen) {
    const listed = Object.entries(forms).filter(
      ([country, { isPlain }]) => isPlain || countries.some((code) => code === country),
    );
    chosenForms.set(countries, (chosen = [...listed, ['', anyDigits]]));
  }
  return chosen;
}

function isSaid(text: string, index: number, { before }: RecogniserContext, country: string): boolean {
  const talk = talkBefore(text, index, before);
  if (country === 'US' && stateBefore.test(text.slice(Math.max(0, index - 40), index))) return true;
  return hasWord(words, talk) || chineseWords.test(talk);
}
