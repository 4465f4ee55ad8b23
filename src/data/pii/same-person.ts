/** When two values found in one conversation mean the same, so that they get the same stand-in. */
import { isEastAsian } from './names/unspaced-names.ts';

/** What is compared: nothing of case, separators, titles. */
export function keyOf(type: string, value: string): string {
  if (type === 'NAME') return nameWords(value).join(isEastAsian(value) ? '' : ' ');
  if (type === 'EMAIL' || type === 'URL' || type === 'IP') return value.toLowerCase();
  if (type === 'PHONE') return value.replace(/\D/g, '').replace(/^0+/, '');
  const compact = value.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
  return compact === '' ? value : compact;
}

/** Whether two keys of one type mean the same: a part of a name, a phone number with and without its country code. */
export function isSame(type: string, one: string, other: string): boolean {
  if (one === other) return true;
  const [short, long] = one.length < other.length ? [one, other] : [other, one];
  if (type === 'PHONE') return short.length >= 7 && long.length - short.length <= 3 && long.endsWith(short);
  if (type !== 'NAME' || short === '') return false;
  // A family name stands first: 王 is 王小明; a given name alone is 小明.
  if (isEastAsian(long)) return long.startsWith(short) || (short.length > 1 && long.endsWith(short));
  const words = new Set(long.split(' '));
  return short.split(' ').every((word) => words.has(word));
}

const titles = new Set([
  'mr',
  'mrs',
  'ms',
  'miss',
  'mx',
  'dr',
  'prof',
  'sir',
  'madam',
  'herr',
  'frau',
  'señor',
  'señora',
]);

/** The words of a name in lower case, without titles; the possessive s is none of them. */
export function nameWords(value: string): string[] {
  const words = value
    .toLowerCase()
    .replace(/['’]s(?![\p{L}\p{N}])/gu, '')
    .split(/[^\p{L}\p{N}'’-]+/u)
    .filter((word) => word !== '');
  const named = words.filter((word) => !titles.has(word));
  return named.length > 0 ? named : words;
}
