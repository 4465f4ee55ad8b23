import { hasWord, mayHaveWord, talkBefore, wholeWords } from './nearby-words.ts';
import { type NationalForm, nationalForms } from './national-forms.ts';
import type { PiiSpan, Recogniser } from './recogniser.ts';

/** One word of letters and digits, with a digit among its first eight: RSSMRA85T10A562S, 123.456.789-09. */
const oneWord =
  /(?<![\p{L}\p{N}_$€£#])(?<!\d[-./:])(?=[A-Za-z-]{0,7}\d)[A-Za-z0-9](?:[-+./]?[A-Za-z0-9]){7,22}(?![\p{L}\p{N}_%]|[-./:]\d)/gu;
/** Digits in groups, and at most two letters before and one after them: QQ 12 34 56 C, 2341 2341 2346. */
const inGroups =
  /(?<![\p{L}\p{N}_$€£#])(?<!\d[-./ :])(?:[A-Za-z]{2} )?\d{1,9}(?:[-./ ]\d{1,9}){1,8}(?:[ -]?[A-Za-z])?(?![\p{L}\p{N}_%]|[-./:]\d)/gu;
const nearCharacters = 28;
/** What talkBefore takes of the turn before. */
const contextBefore = 120;
const enoughDigits = /\d(?:[-+./ ]?[A-Za-z]?\d){3}/;
const words = new Map(nationalForms.map((form) => [form, wordsOf(form)]));
const anyWord = wholeWords(nationalForms.flatMap((form) => form.words));
const plainForms = nationalForms.filter(({ plain }) => plain !== undefined);

function wordsOf({ words: names }: NationalForm): RegExp | undefined {
  return names.length > 0 ? wholeWords(names) : undefined;
}

/**
 * Identity, tax and social insurance numbers of other countries than the United States (whose number is SSN). Each with
 * its check digits; those that are digits alone only after a word that names them.
 */
export const nationalIds: Recogniser = {
  types: ['NATIONAL_ID'],
  readsForms: true,
  needsDigit: true,
  find: (text, { before }) => {
    if (!enoughDigits.test(text)) return [];
    const spans: PiiSpan[] = [];
    const isNamed = mayHaveWord(anyWord, `${before.slice(-contextBefore)} ${text}`);
    const forms = isNamed ? nationalForms : plainForms;
    for (const { 0: found, index } of [...text.matchAll(oneWord), ...text.matchAll(inGroups)]) {
      const talk = talkBefore(text, index, before);
      for (const raw of readings(found)) {
        const compact = raw.toUpperCase().replace(/[-./ ]/g, '');
        const form = forms.find(
          (one) => one.shape.test(compact) && one.isValid(compact) && isTold(one, raw, talk),
        );
        if (!form) continue;
        const start = index + found.indexOf(raw);
        // Right after its name it is surer than a phone number of the same digits.
        const near = talk.slice(-nearCharacters);
        const confidence = form.plain?.test(raw) || hasWordOf(form, near) ? 0.9 : 0.8;
        spans.push({ type: 'NATIONAL_ID', start, end: start + raw.length, confidence });
        break;
      }
    }
    return spans;
  },
};

/** As it stands, and without the two letters or the one that may be words of the sentence: "my 1237 010180". */
function readings(found: string): string[] {
  if (!found.includes(' ')) return [found];
  const shorter = [found.replace(/^[A-Za-z]{2} /, ''), found.replace(/ [A-Za-z]$/, '')];
  return [found, ...shorter.filter((one) => one !== found)];
}

/** By the form as people write it, or by the words before it. */
function isTold(form: NationalForm, raw: string, talk: string): boolean {
  return (form.plain?.test(raw) ?? false) || hasWordOf(form, talk);
}

function hasWordOf(form: NationalForm, talk: string): boolean {
  const own = words.get(form);
  return own !== undefined && hasWord(own, talk);
}
