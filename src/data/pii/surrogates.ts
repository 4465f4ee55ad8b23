/**
 * Invented values in the form of the real one, from what is set aside for examples, so that they are nobody's: RFC 2606
 * domains, RFC 5737 and 3849 addresses, RFC 7042 hardware addresses, 555-01xx and other numbers kept for fiction, test
 * ranges of cards, areas that no social security number has.
 */
import type { Random } from '../../base/random.ts';
import { isLuhn, mod97 } from './check-digits.ts';
import { eastAsianSurrogate } from './east-asian-surrogates.ts';
import { nameWords } from './same-person.ts';
import { firstNames, lastNames, organisations, places, streets } from './surrogate-words.ts';

type Surrogate = {
  make: (value: string, random: Random) => string;
  /** Whether a value is one that `make` could have made; undefined where that cannot be seen. */
  isReserved?: (value: string) => boolean;
};

const pick = <T>(list: readonly T[], random: Random): T => list[random.integer(list.length)]!;
const digits = (count: number, random: Random): string =>
  Array.from({ length: count }, () => random.integer(10)).join('');
const padded = (value: number, length: number): string => String(value).padStart(length, '0');
/** The value with its digits replaced one by one, in the order they stand. */
const withDigits = (value: string, replacement: string): string => {
  let at = 0;
  return value.replace(/\d/g, () => replacement[at++] ?? '0');
};
const digitsOf = (value: string): string => value.replace(/\D/g, '');

/** Digits for digits, letters for letters in their case; everything else stays. */
function sameShape(value: string, random: Random): string {
  return value.replace(/\p{L}|\d/gu, (character) => {
    if (/\d/.test(character)) return String(random.integer(10));
    const letter = 'abcdefghijklmnopqrstuvwxyz'[random.integer(26)]!;
    return character === character.toLowerCase() ? letter : letter.toUpperCase();
  });
}

/** Numbers kept for fiction, by country code: Ofcom, Arcep, Bundesnetzagentur, ACMA. `d` is a free digit. */
const fictionNumbers: readonly [code: string, national: string][] = [
  ['44', '2079460ddd'],
  ['33', '19900dddd'],
  ['49', '3023125ddd'],
  ['61', '25550dddd'],
];
const areaCodes = ['202', '303', '312', '415', '512', '617', '702', '808'];

function phone(value: string, random: Random): string {
  const all = digitsOf(value);
  const given = fictionNumbers.find(([code]) => value.trim().startsWith('+') && all.startsWith(code));
  if (given) return `+${given[0]} ${given[1].replace(/d/g, () => String(random.integer(10)))}`;
  const national = `${pick(areaCodes, random)}55501${digits(2, random)}`;
  if (all.length === 7) return withDigits(value, national.slice(3));
  if (all.length === 10) return withDigits(value, national);
  if (all.length === 11 && all.startsWith('1')) return withDigits(value, `1${national}`);
  return `+1-${national.slice(0, 3)}-${national.slice(3, 6)}-${national.slice(6)}`;
}

function isFictionPhone(value: string): boolean {
  const all = digitsOf(value);
  if (/(?:^|\d{3})55501\d\d$/.test(all)) return true;
  return fictionNumbers.some(([code, national]) =>
    new RegExp(`^${code}0?${national.replace(/d/g, '\\d')}$`).test(all),
  );
}

/** Prefixes that the card schemes and payment providers use for tests, by the length of the number. */
const testCards: Readonly<Record<number, string>> = {
  13: '42222222',
  14: '3056930902',
  15: '378282246',
  16: '411111111111',
};

function card(value: string, random: Random): string {
  const length = digitsOf(value).length;
  const prefix = testCards[length];
  if (prefix === undefined) return completeLuhn('411111111111' + digits(3, random));
  return withDigits(value, completeLuhn(prefix + digits(length - prefix.length - 1, random)));
}

function completeLuhn(start: string): string {
  return start + [...'0123456789'].find((check) => isLuhn(start + check))!;
}

/** The account's country and length; the bank is all zeros (X for letters), the last digits are drawn. */
function iban(value: string, random: Random): string {
  const compact = value.replace(/[ -]/g, '').toUpperCase();
  const body = Array.from(compact.slice(4), (character): string => (/\d/.test(character) ? '0' : 'X'));
  const free = body.flatMap((character, i) => (character === '0' ? [i] : [])).slice(-6);
  for (const at of free) body[at] = String(random.integer(10));
  const check = 98 - mod97(`${body.join('')}${compact.slice(0, 2)}00`);
  const made = compact.slice(0, 2) + padded(check, 2) + body.join('');
  let at = 0;
  return value.replace(/[A-Za-z0-9]/g, () => made[at++]!);
}

function isReservedIban(value: string): boolean {
  const body = value.replace(/[ -]/g, '').slice(4);
  const numbers = body.replace(/\D/g, '');
  return /^X*$/.test(body.replace(/\d/g, '')) && /^0+$/.test(numbers.slice(0, -6));
}

function email(_value: string, random: Random): string {
  const name = `${pick(firstNames, random)}.${pick(lastNames, random)}`.toLowerCase();
  return `${name}${random.integer(100)}@example.${pick(['com', 'org', 'net'], random)}`;
}

function name(value: string, random: Random): string {
  const count = nameWords(value).length;
  const first = pick(firstNames, random);
  return count > 1 ? `${first} ${pick(lastNames, random)}` : first;
}

/** Numbers of a date: a group of four is a year, groups of one or two can be a day or a month. */
function birthDate(value: string, random: Random): string {
  return value.replace(/\d+/g, (group) => {
    if (group.length === 4) return String(1950 + random.integer(50));
    if (group.length === 8) return `${1950 + random.integer(50)}${padded(1 + random.integer(12), 2)}01`;
    return group.length === 1 ? String(1 + random.integer(9)) : padded(1 + random.integer(12), group.length);
  });
}

/** Keeps the issuer's prefix and says EXAMPLE, as AWS's own documents do. */
function secret(value: string, random: Random): string {
  const prefix = /^[A-Za-z]{2,10}[-_]|^(?:AKIA|ASIA)/.exec(value)?.[0] ?? '';
  const rest = sameShape(value.slice(prefix.length), random);
  return rest.length >= 7 ? `${prefix}${rest.slice(0, -7)}EXAMPLE` : prefix + rest;
}

export const surrogates: Readonly<Record<string, Surrogate>> = {
  EMAIL: {
    make: email,
    isReserved: (value) => /@(?:[^@]+\.)?example\.(?:com|org|net)$|\.(?:example|invalid|test)$/i.test(value),
  },
  PHONE: { make: phone, isReserved: isFictionPhone },
  CARD: {
    make: card,
    isReserved: (value) => Object.values(testCards).some((prefix) => digitsOf(value).startsWith(prefix)),
  },
  IBAN: { make: iban, isReserved: isReservedIban },
  SSN: {
    // Area 9xx with a group below 50 is given neither to people nor to taxpayers.
    make: (value, random) => {
      const made = `9${digits(2, random)}${padded(1 + random.integer(48), 2)}${digits(3, random)}${1 + random.integer(9)}`;
      return withDigits(value, digitsOf(value).length === 4 ? made.slice(-4) : made);
    },
  },
  NATIONAL_ID: { make: sameShape },
  DRIVER_LICENSE: { make: sameShape },
  ACCOUNT: { make: sameShape },
  POSTCODE: { make: sameShape },
  VEHICLE: { make: sameShape },
  USERNAME: { make: sameShape },
  DATE_OF_BIRTH: { make: birthDate },
  IP: {
    make: (value, random) =>
      value.includes(':')
        ? `2001:db8::${random.integer(65_536).toString(16)}`
        : `${pick(['192.0.2', '198.51.100', '203.0.113'], random)}.${1 + random.integer(254)}`,
    isReserved: (value) => /^(?:192\.0\.2|198\.51\.100|203\.0\.113)\.|^2001:db8:/i.test(value),
  },
  MAC: {
    make: (value, random) => {
      const made = `00005e0053${random.integer(256).toString(16).padStart(2, '0')}`;
      let at = 0;
      return value.replace(/[0-9a-f]/gi, () => made[at++]!);
    },
    isReserved: (value) => /^00005e0053/i.test(value.replace(/[:.-]/g, '')),
  },
  URL: {
    make: (value, random) => {
      const scheme = /^[a-z]+:\/\//i.exec(value)?.[0] ?? '';
      return `${scheme}www.example.com${value.slice(scheme.length).includes('/') ? `/${digits(6, random)}` : ''}`;
    },
    isReserved: (value) => /^(?:[a-z]+:\/\/)?(?:[^/]+\.)?example\.(?:com|org|net)(?:[/?#:]|$)/i.test(value),
  },
  SECRET: { make: secret, isReserved: (value) => value.includes('EXAMPLE') },
  NAME: { make: name },
  ADDRESS: { make: (_value, random) => `${1 + random.integer(999)} ${pick(streets, random)}` },
  PLACE: { make: (_value, random) => pick(places, random) },
  ORGANISATION: { make: (_value, random) => pick(organisations, random) },
};

/** A stand-in for a value of any type; types of the user's own patterns keep the shape. */
export function surrogateOf(type: string, value: string, random: Random): string {
  return eastAsianSurrogate(type, value, random) ?? (surrogates[type]?.make ?? sameShape)(value, random);
}

/** Whether a surrogate of this type can be told from a real value. */
export function isProvable(type: string): boolean {
  return surrogates[type]?.isReserved !== undefined;
}

export function isReserved(type: string, value: string): boolean {
  return surrogates[type]?.isReserved?.(value) ?? false;
}
