/**
 * `node scripts/names/build.ts <lists.json>`: makes models/names/lexicon.br of the lists of lists.py, of @faker-js/faker
 * (MIT), of the country and language names of ICU (Unicode licence), and of the nationalities below. The same inputs
 * give the same bytes.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { allLocales, type LocaleDefinition } from '@faker-js/faker';
import { anyName, anyPlace, fold, kind } from '../../src/data/pii/names/lexicon.ts';
import { latinOf } from './latin.ts';
import { nationalities } from './nationalities.ts';
import { hardlyNames, smallWordsAndNames, smallWordsOfLanguages } from './ordinary-words.ts';

type Lists = Record<
  'given' | 'family' | 'city' | 'major' | 'region' | 'country' | 'words' | 'plain' | 'frequent' | 'foreign',
  string[]
>;

const lists = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as Lists;
const bits = new Map<string, number>();

/** Scripts that tell capital letters apart; in others a list of names would mask ordinary words. */
const cased = /^[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Mn} .'’‐‑-]+$/u;

function add(entry: string, bit: number): void {
  const key = fold(entry).replace(/\./g, '').replace(/ +/g, ' ').trim();
  if (key.length < 2 || key.length > 40 || key.includes(',')) return;
  bits.set(key, (bits.get(key) ?? 0) | bit);
}

/** In how many more lists a name is given than family. */
const surplus = new Map<string, number>();

/** An entry, its parts where it has several, and both in Latin letters where it has others. */
function addName(name: string, bit: number): void {
  if (!cased.test(name)) return;
  for (const written of new Set([name, latinOf(name)])) {
    const parts = written.split(/[ -]/).filter((part) => part.length > 2);
    if (!written.includes(' ')) add(written, bit);
    if (/[ -]/.test(written)) for (const part of parts) if (/^\p{Lu}/u.test(part)) add(part, bit);
  }
}

function addPlace(name: string, bit: number): void {
  if (!cased.test(name) || !/^\p{Lu}/u.test(name)) return;
  if (name.split(' ').length <= 4) for (const written of new Set([name, latinOf(name)])) add(written, bit);
}

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(textsOf);
  if (value === null || typeof value !== 'object') return [];
  return 'value' in value ? textsOf(value.value) : Object.values(value).flatMap(textsOf);
}

const plain = (value: unknown): string[] => textsOf(value).filter((text) => !text.includes('{{'));

for (const locale of Object.values(allLocales) as LocaleDefinition[]) {
  for (const name of plain(locale.person?.first_name)) {
    addName(name, kind.given);
    surplus.set(fold(name), (surplus.get(fold(name)) ?? 0) + 1);
  }
  for (const name of plain(locale.person?.last_name)) {
    addName(name, kind.family);
    surplus.set(fold(name), (surplus.get(fold(name)) ?? 0) - 1);
  }
  for (const name of plain(locale.location?.city_name)) addPlace(name, kind.city);
  for (const name of plain(locale.location?.state)) addPlace(name, kind.region);
  for (const name of plain(locale.location?.country)) addPlace(name, kind.country);
}
for (const name of lists.given) addName(name, kind.given);
for (const name of lists.family) addName(name, kind.family);
for (const name of lists.city) addPlace(name, kind.city);
for (const name of [...lists.major, ...plain(allLocales.en.location?.city_name)])
  addPlace(name, kind.city | kind.major);
for (const name of lists.region) addPlace(name, kind.region);
for (const name of lists.country) addPlace(name, kind.country);

const languages =
  'en de fr es it pt nl sv da nb fi pl cs sk hu ro hr sl et lv lt tr vi id ms sq is ga cy eu ca gl ru uk bg sr mk el hy'.split(
    ' ',
  );
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'.split('');
for (const language of languages) {
  const names = new Intl.DisplayNames([language], { type: 'region', fallback: 'none' });
  for (const code of letters.flatMap((a) => letters.map((b) => a + b))) {
    const name = names.of(code);
    // User-assigned and grouping codes (QO, EU, UN, XA …) are no countries.
    if (name !== undefined && !/^(?:Q[M-Z]|X[A-Z]|ZZ|EU|EZ|UN)$/.test(code))
      for (const part of name.split(/[(),]| – /)) addPlace(part.trim(), kind.country);
  }
}
for (const name of nationalities) add(name, kind.nationality);

// What is a name or a place as well counts as a word only where it is one most of the time.
for (const word of lists.plain) add(word, kind.word);
for (const word of [...lists.words, ...lists.foreign])
  if (((bits.get(fold(word)) ?? 0) & (anyName | anyPlace)) === 0) add(word, kind.word);
for (const word of plain(allLocales.en.word)) if (/^[a-z]+$/.test(word)) add(word, kind.word);
for (const word of lists.frequent) add(word, kind.word | kind.frequent);
// "The" and "My" are names somewhere; among the most frequent words only those of English count (Will, Grace, Young).
const english = new Set(
  [allLocales.en, allLocales.en_US, allLocales.en_GB]
    .flatMap((locale) => plain([locale?.person?.first_name, locale?.person?.last_name]))
    .map(fold),
);
for (const word of lists.frequent) {
  const key = fold(word);
  if (!english.has(key)) bits.set(key, bits.get(key)! & ~(anyName | kind.city));
}
for (const word of 'january february march april may june july august september october november december monday tuesday wednesday thursday friday saturday sunday christmas easter'.split(
  ' ',
))
  add(word, kind.word | kind.frequent);

// The abbreviations of states (IN, OR, ME) stay, for addresses.
const asWord = (word: string): void => {
  const kept = kind.word | kind.frequent | (word.length === 2 ? kind.region | kind.country : 0);
  bits.set(word, ((bits.get(word) ?? 0) & kept) | kind.word);
};
for (const word of [...smallWordsOfLanguages, ...hardlyNames]) asWord(word);
for (const word of smallWordsAndNames) add(word, kind.word);

for (const [key, value] of bits)
  if ((value & kind.given) !== 0 && ((value & kind.family) === 0 || (surplus.get(key) ?? 0) > 0))
    bits.set(key, value | kind.mainlyGiven);

/** Names in some list or other, and something else to nearly everyone: currencies, cards, programs, parts of place names. */
const seldomNames =
  'visa africa asia europe nike mcdonald mcdonalds olive german thai aud usd eur gbp cad chf jpy safari chrome edge opera android ios mac sim sam iban swift bic pin san santa saint st los las el la le bay metro wal usa america name names user admin vip api url html pdf wifi alexa siri cortana fedex ups dhl amex iphone ipad bluetooth echo ring prime online email mail app web site forum port fort mount lake river north south east west new old';
for (const word of seldomNames.split(' ')) {
  const rest = (bits.get(word) ?? 0) & ~(anyName | kind.mainlyGiven);
  if (rest === 0) bits.delete(word);
  else bits.set(word, rest);
}

for (const word of 'ms mr mobile southern northern eastern western central upper lower reading street road phone fax desk home office'.split(
  ' ',
))
  bits.set(word, (bits.get(word) ?? 0) & ~anyPlace);

const byBits = new Map<number, string[]>();
for (const [key, value] of bits) byBits.set(value, [...(byBits.get(value) ?? []), key]);
const text = [...byBits]
  .sort(([a], [b]) => a - b)
  .map(([value, keys]) => `${value}:${keys.sort().join(',')}\n`)
  .join('');
const compressed = brotliCompressSync(text, {
  params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 },
});
writeFileSync(join(import.meta.dirname, '../../models/names/lexicon.br'), compressed);
const count = (bit: number): number => [...bits.values()].filter((value) => value & bit).length;
console.log({
  entries: bits.size,
  bytes: compressed.length,
  ...Object.fromEntries(Object.entries(kind).map(([name, bit]) => [name, count(bit)])),
});
