/**
 * National identity, tax and insurance numbers, a line each: their length, their check and the words they go by. A check
 * digit lets one in ten numbers pass, so digits alone need the words; a form that holds a date, letters in fixed places
 * or the country's own punctuation does not.
 */
import { isDate, isLuhn, isMod11By10, isShortDate, isVerhoeff, mod97, weightedSum } from './check-digits.ts';

export type NationalForm = {
  /** Country and the number's own name. */
  name: string;
  /** What separators have been taken out of, in capitals. */
  shape: RegExp;
  isValid: (compact: string) => boolean;
  /** The form as people write it, when that is plain enough without words. */
  plain?: RegExp;
  words: readonly string[];
};

const always = (): boolean => true;
const number = (text: string, start: number, end?: number): number => Number(text.slice(start, end));
const last = (text: string): number => Number(text.at(-1));
/** Check digit 11 - (sum mod 11), where 11 becomes 0 and 10 is never given out. */
const elevenMinus = (sum: number): number => (11 - (sum % 11)) % 11;
/** Brazil's: sum · 10 mod 11, where 10 becomes 0. */
const tenTimes = (sum: number): number => ((sum * 10) % 11) % 10;
const descending = (from: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => from - i);

export const nationalForms: readonly NationalForm[] = [
  {
    name: 'GB National Insurance number',
    shape: /^(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D]$/,
    isValid: always,
    plain: /^[A-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D]$/,
    words: ['national insurance', 'nino', 'ni number'],
  },
  {
    name: 'GB NHS number',
    shape: /^\d{10}$/,
    isValid: (id) => elevenMinus(weightedSum(id, descending(10, 9))) === last(id),
    words: ['nhs'],
  },
  {
    name: 'DE Steuer-Identifikationsnummer',
    shape: /^[1-9]\d{10}$/,
    isValid: (id) => isMod11By10(id) && repeatsOnce(id.slice(0, 10)),
    words: [
      'steuer id(?:nr)?',
      'steuerid',
      'idnr',
      'steueridentifikationsnummer',
      'steuer identifikationsnummer',
      'tax id',
      'tin',
    ],
  },
  {
    name: 'FR numéro de sécurité sociale',
    shape: /^[1-478]\d{4}(?:\d\d|2[AB])\d{8}$/,
    isValid: isFrench,
    plain: /^\d ?\d\d ?(?:0[1-9]|1[0-2]|[2-9]\d) ?(?:\d\d|2[AB]) ?\d{3} ?\d{3} ?\d\d$/,
    words: ['sécurité sociale', 'nir', 'insee'],
  },
  {
    name: 'ES DNI',
    shape: /^\d{8}[A-Z]$/,
    isValid: (id) => spanishLetter(number(id, 0, 8)) === id[8],
    plain: /^\d{2}\.?\d{3}\.?\d{3}[ -]?[A-Z]$/,
    words: ['dni', 'nif'],
  },
  {
    name: 'ES NIE',
    shape: /^[XYZ]\d{7}[A-Z]$/,
    isValid: (id) => spanishLetter(Number('XYZ'.indexOf(id[0]!) + id.slice(1, 8))) === id[8],
    plain: /^[XYZ]-?\d{7}-?[A-Z]$/,
    words: ['nie', 'nif'],
  },
  {
    name: 'IT codice fiscale',
    shape: /^[A-Z]{6}[\dL-NP-V]{2}[A-EHLMPRST][\dL-NP-V]{2}[A-Z][\dL-NP-V]{3}[A-Z]$/,
    isValid: isItalian,
    plain: /./,
    words: ['codice fiscale'],
  },
  {
    name: 'NL burgerservicenummer',
    shape: /^\d{9}$/,
    isValid: (id) => (weightedSum(id, descending(9, 8)) - last(id)) % 11 === 0 && Number(id) > 0,
    words: ['bsn', 'burgerservicenummer', 'sofinummer', 'sofi nummer'],
  },
  {
    name: 'BE rijksregisternummer',
    shape: /^\d{11}$/,
    isValid: (id) =>
      [id.slice(0, 9), `2${id.slice(0, 9)}`].some((body) => 97 - (Number(body) % 97) === number(id, 9)),
    plain: /^\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}$/,
    words: ['rijksregister(?:nummer)?', 'registre national', 'national register', 'insz', 'niss'],
  },
  {
    name: 'CH AHV-Nummer',
    shape: /^756\d{10}$/,
    isValid: (id) => (10 - (weightedSum(id, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3]) % 10)) % 10 === last(id),
    plain: /^756\.\d{4}\.\d{4}\.\d{2}$/,
    words: ['ahv', 'avs', 'ahv nummer', 'ahv nr'],
  },
  {
    name: 'AT Sozialversicherungsnummer',
    shape: /^[1-9]\d{9}$/,
    isValid: (id) => weightedSum(id, [3, 7, 9, 0, 5, 8, 4, 2, 1, 6]) % 11 === number(id, 3, 4),
    words: ['sozialversicherungsnummer', 'svnr', 'sv nummer', 'versicherungsnummer'],
  },
  {
    name: 'PT NIF',
    shape: /^[1-35689]\d{8}$/,
    isValid: (id) => elevenMinus(weightedSum(id, descending(9, 8))) % 10 === last(id),
    words: ['nif', 'contribuinte'],
  },
  {
    name: 'IE PPS number',
    shape: /^\d{7}[A-W][A-IW]?$/,
    isValid: (id) =>
      'WABCDEFGHIJKLMNOPQRSTUV'[
        (weightedSum(id, descending(8, 7)) + 9 * Math.max(0, 'WABCDEFGHI'.indexOf(id[8] ?? 'W'))) % 23
      ] === id[7],
    words: ['pps', 'ppsn', 'pps number'],
  },
  {
    name: 'SE personnummer',
    shape: /^(?:\d\d)?\d{10}$/,
    isValid: (id) => isShortDate(id.slice(-10, -4)) && isLuhn(id.slice(-10)),
    plain: /^(?:19|20)?\d{6}[-+]\d{4}$/,
    words: ['personnummer', 'person nummer', 'samordningsnummer'],
  },
  {
    name: 'NO fødselsnummer',
    shape: /^\d{11}$/,
    isValid: (id) =>
      elevenMinus(weightedSum(id, [3, 7, 6, 1, 8, 9, 4, 5, 2])) === number(id, 9, 10) &&
      elevenMinus(weightedSum(id, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2])) === last(id),
    words: ['fødselsnummer', 'fodselsnummer', 'personnummer'],
  },
  {
    name: 'DK CPR-nummer',
    shape: /^\d{10}$/,
    isValid: (id) => isShortDate(id.slice(4, 6) + id.slice(2, 4) + id.slice(0, 2)),
    words: ['cpr', 'cpr nummer', 'cpr nr'],
  },
  {
    name: 'FI henkilötunnus',
    shape: /^\d{6}[+ABCDEFUVWXY-]?\d{3}[0-9A-FHJ-NPR-Y]$/,
    isValid: (id) =>
      isShortDate(id.slice(4, 6) + id.slice(2, 4) + id.slice(0, 2)) &&
      '0123456789ABCDEFHJKLMNPRSTUVWXY'[Number(id.slice(0, 6) + id.slice(-4, -1)) % 31] === id.at(-1),
    plain: /^\d{6}[+A-]\d{3}[0-9A-Z]$/,
    words: ['henkilötunnus', 'hetu'],
  },
  {
    name: 'PL PESEL',
    shape: /^\d{11}$/,
    isValid: (id) => (10 - (weightedSum(id, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10)) % 10 === last(id),
    words: ['pesel'],
  },
  {
    name: 'CZ and SK rodné číslo',
    shape: /^\d{10}$/,
    isValid: (id) => Number(id) % 11 === 0,
    plain: /^\d{2}(?:[05][1-9]|[16][0-2])\d{2}\/\d{4}$/,
    words: ['rodné číslo', 'rodne cislo'],
  },
  {
    name: 'RO cod numeric personal',
    shape: /^[1-9]\d{12}$/,
    isValid: (id) =>
      isShortDate(id.slice(1, 7)) &&
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1][weightedSum(id, [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11] ===
        last(id),
    words: ['cnp', 'cod numeric personal'],
  },
  {
    name: 'HR OIB',
    shape: /^\d{11}$/,
    isValid: isMod11By10,
    words: ['oib'],
  },
  {
    name: 'TR T.C. kimlik numarası',
    shape: /^[1-9]\d{10}$/,
    isValid: (id) =>
      weightedSum(id, [7, 9, 7, 9, 7, 9, 7, 9, 7]) % 10 === number(id, 9, 10) &&
      weightedSum(id, Array<number>(10).fill(1)) % 10 === last(id),
    words: ['tc kimlik', 'kimlik no', 'kimlik numarası', 'tckn'],
  },
  {
    name: 'IN Aadhaar',
    shape: /^[2-9]\d{11}$/,
    isValid: isVerhoeff,
    words: ['aadhaar', 'aadhar', 'adhar', 'uid', 'uidai'],
  },
  {
    name: 'IN PAN',
    shape: /^[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z]$/,
    isValid: always,
    plain: /^[A-Z]{5}\d{4}[A-Z]$/,
    words: ['pan', 'pan card', 'permanent account'],
  },
  {
    name: 'BR CPF',
    shape: /^\d{11}$/,
    isValid: (id) =>
      !/^(\d)\1+$/.test(id) &&
      tenTimes(weightedSum(id, descending(10, 9))) === number(id, 9, 10) &&
      tenTimes(weightedSum(id, descending(11, 10))) === last(id),
    plain: /^\d{3}\.\d{3}\.\d{3}-\d{2}$/,
    words: ['cpf'],
  },
  {
    name: 'AR CUIT',
    shape: /^(?:20|2[3-7]|30|3[34])\d{9}$/,
    isValid: (id) => elevenMinus(weightedSum(id, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2])) === last(id),
    plain: /^\d{2}-\d{8}-\d$/,
    words: ['cuit', 'cuil'],
  },
  {
    name: 'CL RUT',
    shape: /^\d{7,8}[\dK]$/,
    isValid: isChilean,
    plain: /^\d{1,2}\.\d{3}\.\d{3}-[\dKk]$/,
    words: ['rut', 'run'],
  },
  {
    name: 'MX CURP',
    shape: /^[A-Z][AEIOUX][A-Z]{2}\d{6}[HMX][A-Z]{5}[0-9A-Z]\d$/,
    isValid: isMexican,
    plain: /./,
    words: ['curp'],
  },
  {
    name: 'CA social insurance number',
    shape: /^[1-79]\d{8}$/,
    isValid: isLuhn,
    words: ['social insurance(?: number)?', 'sin number', 'sin', 'nas'],
  },
  {
    name: 'AU tax file number',
    shape: /^\d{9}$/,
    isValid: (id) => weightedSum(id, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 === 0,
    words: ['tfn', 'tax file'],
  },
  {
    name: 'AU Medicare number',
    shape: /^[2-6]\d{9}\d?$/,
    isValid: (id) => weightedSum(id, [1, 3, 7, 9, 1, 3, 7, 9]) % 10 === number(id, 8, 9),
    words: ['medicare'],
  },
  {
    name: 'CN resident identity number',
    shape: /^\d{17}[\dX]$/,
    isValid: (id) =>
      isDate(number(id, 6, 10), number(id, 10, 12), number(id, 12, 14)) &&
      // ISO/IEC 7064 MOD 11-2
      '10X98765432'[weightedSum(id, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]) % 11] === id[17],
    plain: /./,
    words: [],
  },
  {
    name: 'KR resident registration number',
    shape: /^\d{6}[1-8]\d{6}$/,
    isValid: (id) => isShortDate(id.slice(0, 6)),
    plain: /^\d{6}-[1-8]\d{6}$/,
    words: ['resident registration', 'rrn'],
  },
  {
    name: 'JP My Number',
    shape: /^\d{12}$/,
    isValid: (id) => {
      const rest = weightedSum(id, [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
      return (rest <= 1 ? 0 : 11 - rest) === last(id);
    },
    words: ['my number', 'individual number'],
  },
  {
    name: 'SG NRIC',
    shape: /^[STFG]\d{7}[A-Z]$/,
    isValid: isSingaporean,
    plain: /./,
    words: ['nric', 'fin'],
  },
  {
    name: 'ZA identity number',
    shape: /^\d{13}$/,
    isValid: (id) => isShortDate(id.slice(0, 6)) && isLuhn(id),
    words: ['id number', 'identity number', 'said'],
  },
  {
    name: 'IL identity number',
    shape: /^\d{9}$/,
    isValid: isLuhn,
    words: ['teudat zehut'],
  },
];

/** Of the ten digits before the check digit, one comes twice or three times and no other repeats (Steuer-ID, since 2016). */
function repeatsOnce(digits: string): boolean {
  const counts = [...'0123456789'].map((digit) => digits.split(digit).length - 1);
  return counts.filter((count) => count > 1).length === 1 && Math.max(...counts) <= 3;
}

/** 97 - (first 13 mod 97); Corsica's 2A and 2B count as 19 and 18. */
function isFrench(id: string): boolean {
  const body = id.slice(0, 13).replace('2A', '19').replace('2B', '18');
  const month = number(id, 3, 5);
  return ((month >= 1 && month <= 12) || month >= 20) && 97 - mod97(body) === number(id, 13);
}

function spanishLetter(value: number): string {
  return 'TRWAGMYFPDXBNJZSQVHLCKE'[value % 23]!;
}

const italianOdd = [
  1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
];

/** Characters in odd places by a table, in even places by their rank; the sum mod 26 is the last letter. */
function isItalian(id: string): boolean {
  let sum = 0;
  for (let i = 0; i < 15; i++) {
    const value = Number.parseInt(id[i]!, 36);
    const rank = value < 10 ? value : value - 10;
    sum += i % 2 === 0 ? italianOdd[rank]! : rank;
  }
  return sum % 26 === id.charCodeAt(15) - 65;
}

/** Weights 2 to 7 from the right, over and over; 11 - (sum mod 11), where 10 is written K. */
function isChilean(id: string): boolean {
  const digits = id.slice(0, -1).split('').reverse();
  const sum = digits.reduce((total, digit, i) => total + Number(digit) * (2 + (i % 6)), 0);
  const check = elevenMinus(sum);
  return (check === 10 ? 'K' : String(check)) === id.at(-1);
}

/** Σ value · (18 - place) over an alphabet with Ñ; (10 - sum mod 10) mod 10. */
function isMexican(id: string): boolean {
  const alphabet = '0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ';
  let sum = 0;
  for (let i = 0; i < 17; i++) sum += alphabet.indexOf(id[i]!) * (18 - i);
  return (10 - (sum % 10)) % 10 === last(id) && isShortDate(id.slice(4, 10));
}

function isSingaporean(id: string): boolean {
  const sum = weightedSum(id.slice(1), [2, 7, 6, 5, 4, 3, 2]) + (/[TG]/.test(id) ? 4 : 0);
  return (/^[ST]/.test(id) ? 'JZIHGFEDCBA' : 'XWUTRQPNMLK')[sum % 11] === id[8];
}
