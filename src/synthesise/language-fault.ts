import type { LanguageOf } from '../text/language.ts';

/** Languages that detectors take for one another: a text in one of them is not held to be in another. */
const alike = [
  'da no nb nn sv',
  'hr sr sl bs',
  'cs sk',
  'ms id',
  'es gl ca pt',
  'ru uk be bg mk',
  'hi mr ne',
];

/**
 * Why texts are not in the language of what they are made from; undefined where they are, or where the texts are too
 * short to tell.
 */
export function languageFault(
  texts: readonly string[],
  source: string,
  languageOf: LanguageOf,
): { reason: string; kind: string } | undefined {
  const expected = languageOf(source);
  if (expected === undefined) return undefined;
  for (const text of texts) {
    const found = languageOf(text, expected);
    if (found === undefined || found === expected || areAlike(found, expected)) continue;
    const kind = 'it is in another language than what it is made from';
    return { reason: `${kind}: ${found}, not ${expected}`, kind };
  }
  return undefined;
}

const areAlike = (a: string, b: string): boolean =>
  alike.some((group) => group.split(' ').includes(a) && group.split(' ').includes(b));
