import { countrySpecs } from 'ibantools';
import { mod97 } from './check-digits.ts';
import { talkBefore } from './nearby-words.ts';
import type { Recogniser } from './recogniser.ts';

const begin = /(?<=(?<![\p{L}\p{N}])(?:iban)?)[a-z]{2}\d{2}(?=[\s.-]{0,2}[a-z0-9]{4})/giu;
const some = /(?<=[a-z]{2})\d\d[\s.-]{0,2}[a-z0-9]{4}/i;
const label = /(?<!\p{L})(?:iban|international bank account)/iu;
const longest = 34;

/**
 * International bank account numbers (ISO 13616): the length of the country and check digits that leave 1 modulo 97,
 * or, mistyped, the word before it. Blanks, stops or hyphens may stand anywhere, so the length says where a number ends and
 * the sentence goes on. The national form is not asked for: a number that is right modulo 97 is masked, whatever its bank.
 */
export const ibans: Recogniser = {
  types: ['IBAN'],
  readsForms: true,
  needsDigit: true,
  find: (text, { before }) => {
    if (!some.test(text)) return [];
    return [...text.matchAll(begin)].flatMap(({ index }) => {
      const length = countrySpecs[text.slice(index, index + 2).toUpperCase()]?.chars;
      const end = typeof length === 'number' ? endAfter(text, index, length) : undefined;
      if (end === undefined) return [];
      const compact = text
        .slice(index, end)
        .replace(/[\s.-]/g, '')
        .toUpperCase();
      const isRight = mod97(compact.slice(4) + compact.slice(0, 4)) === 1;
      const isCalled = isRight || label.test(talkBefore(text, index, before));
      return isCalled ? [{ type: 'IBAN' as const, start: index, end, confidence: isRight ? 1 : 0.8 }] : [];
    });
  },
};

/** Where `length` letters and digits end that begin at `start`, at most two blanks, stops or hyphens between two. */
function endAfter(text: string, start: number, length: number): number | undefined {
  let at = start;
  for (let count = 0; count < Math.min(length, longest); at++) {
    if (/[a-z0-9]/i.test(text[at] ?? '')) count++;
    else if (!/^[\s.-]{1,2}[a-z0-9]/i.test(text.slice(at, at + 3))) return undefined;
  }
  return /[\p{L}\p{N}]/u.test(text[at] ?? '') ? undefined : at;
}
