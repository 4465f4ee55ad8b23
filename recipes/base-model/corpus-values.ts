/**
 * Invented values for the synthetic conversations: names, codes, dates, addresses. Many are made of random syllables or
 * digits, so that a model cannot learn them by heart and has to copy them from the conversation.
 */
import type { Random } from '../../src/base/random.ts';

export const pick = <T>(items: readonly T[], random: Random): T => items[random.integer(items.length)]!;

const words = (text: string): string[] => text.trim().split(/\s+/);

const firstNames = words(`
  Ada Adam Aisha Alan Alice Amir Ana Andre Anna Arthur Aya Beatriz Ben Bianca Boris Bruno Carla Carmen Cecilia Chen Chloe
  Clara Conor Dana Daniel Daria David Diego Dina Edith Elena Eli Emma Erik Esther Eva Fatima Felix Fiona Flora Frank Freya
  George Gina Grace Hana Hannah Hassan Hugo Ibrahim Ida Ines Ingrid Irene Isaac Ivan Jack Jamal James Jana Jasmine Joan Joao
  Jonas Jorge Julia Kai Karim Kate Keiko Kim Lara Laura Leah Leo Liam Lina Lucas Lucy Luis Magda Maya Marco Maria Marta
  Martin Mei Mia Milan Mira Mohammed Nadia Naomi Nico Nina Noah Nora Olga Oliver Omar Oscar Pablo Paul Pedro Petra Priya
  Rachel Rafael Ravi Rita Robin Rosa Ruth Sam Samira Sara Sofia Stefan Tara Theo Tim Tina Tom Uma Vera Victor Yara Yuki Zoe`);
const lastNames = words(`
  Abbott Ahmed Alvarez Andersen Bailey Baker Barros Becker Bell Bennett Berg Brown Carter Castro Chang Clarke Cohen Cole
  Costa Cruz Dahl Davies Diaz Dixon Dubois Duran Edwards Ellis Evans Farrell Fischer Fisher Flores Ford Foster Fox Garcia
  Gibson Gomez Grant Gray Green Hall Hansen Harris Hayes Hill Hughes Hunt Ito Jackson Jensen Johnson Jones Kaur Keller Kelly
  Khan King Klein Kumar Lane Larsen Lee Lewis Lopez Lund Martin Mason Meyer Miller Moore Morris Murphy Myers Nguyen Novak
  Okafor Olsen Ortiz Owens Park Patel Perez Perry Petrov Price Quinn Ramos Reed Reyes Rivera Roberts Rossi Russo Ryan
  Sanchez Santos Sato Schmidt Shaw Silva Singh Smith Stone Suzuki Taylor Thomas Torres Turner Vargas Wagner Walker Wang
  Ward Watson Weber White Wilson Wood Wright Yilmaz Young Zhang`);
const syllables =
  words(`ba be bo bra ca cel co da del do dra el fa fen fi ga gor gri ha hel ho in ja jo ka kel ki la len li lo
  lu ma mel mi mo mu na nel no nu or pa pel pi ra ren ri ro ru sa sel shi so ta tel ti to tra ul va ven vi vo wa wen wi ya zo`);
const months = words('January February March April May June July August September October November December');
const weekdays = words('Monday Tuesday Wednesday Thursday Friday Saturday Sunday');
const streetKinds = words('Street Road Lane Avenue Drive Court Way Place');
const streetWords =
  words(`Oak Maple Cedar Pine Elm Willow River Lake Hill Park Church Mill Station School Market Garden Bridge
  North South East West Spring Forest Meadow Castle Harbour Queen King Abbey Orchard Valley Sunset Rose Chapel`);

/** An invented word of two or three syllables, such as "Veldora". */
export function inventedWord(random: Random): string {
  const count = 2 + random.integer(2);
  const word = Array.from({ length: count }, () => pick(syllables, random)).join('');
  return word[0]!.toUpperCase() + word.slice(1);
}

export const digits = (count: number, random: Random): string =>
  Array.from({ length: count }, () => random.integer(10)).join('');

export const firstName = (random: Random): string =>
  random.uniform() < 0.75 ? pick(firstNames, random) : inventedWord(random);

export const lastName = (random: Random): string =>
  random.uniform() < 0.65 ? pick(lastNames, random) : inventedWord(random);

export const fullName = (random: Random): string => `${firstName(random)} ${lastName(random)}`;

export const weekday = (random: Random): string => pick(weekdays, random);

export function calendarDate(random: Random): string {
  const day = 1 + random.integer(28);
  const month = pick(months, random);
  const ending =
    day % 10 === 1 && day !== 11
      ? 'st'
      : day % 10 === 2 && day !== 12
        ? 'nd'
        : day % 10 === 3 && day !== 13
          ? 'rd'
          : 'th';
  const year = 2019 + random.integer(12);
  const written = [
    `${month} ${day}`,
    `${day} ${month}`,
    `${month} ${day}${ending}`,
    `the ${day}${ending} of ${month}`,
  ];
  return pick([...written, `${month} ${day}, ${year}`], random);
}

export const day = (random: Random): string =>
  random.uniform() < 0.4
    ? weekday(random)
    : random.uniform() < 0.15
      ? pick(['today', 'tomorrow'], random)
      : calendarDate(random);

export function clockTime(random: Random): string {
  const hour = 1 + random.integer(12);
  const half = pick(['am', 'pm'], random);
  const minutes = pick(['00', '15', '30', '45', '10', '20', '40', '50', '05'], random);
  const forms = [
    `${hour} ${half}`,
    `${hour}:${minutes} ${half}`,
    `${hour}${half}`,
    `${hour}:${minutes}${half}`,
  ];
  const hour24 = 7 + random.integer(14);
  return pick([...forms, `${hour24}:${minutes}`, `${hour24}:${minutes}`], random);
}

export const streetAddress = (random: Random): string =>
  `${1 + random.integer(random.uniform() < 0.3 ? 1500 : 150)} ${
    random.uniform() < 0.7 ? pick(streetWords, random) : inventedWord(random)
  } ${pick(streetKinds, random)}`;

export const emailAddress = (random: Random): string => {
  const name = firstName(random).toLowerCase();
  const last = lastName(random).toLowerCase();
  const local = pick(
    [`${name}.${last}`, `${name}${digits(2, random)}`, `${name[0]}${last}`, `${name}_${last}`],
    random,
  );
  return `${local}@${pick(['example.com', 'example.org', 'example.net', 'mail.example', 'post.example'], random)}`;
};

/** A number from the range set apart for fiction. */
export const phoneNumber = (random: Random): string =>
  pick([`555-01${digits(2, random)}`, `(${200 + random.integer(700)}) 555-01${digits(2, random)}`], random);

const letters = 'ABCDEFGHJKLMNPRSTUVWXYZ';
export const code = (random: Random): string => {
  const prefix = Array.from(
    { length: 1 + random.integer(3) },
    () => letters[random.integer(letters.length)]!,
  ).join('');
  const number = digits(3 + random.integer(5), random);
  return pick([`${prefix}-${number}`, `${prefix}${number}`, number, `#${number}`], random);
};

export const money = (random: Random): string => {
  const whole = 1 + random.integer(random.uniform() < 0.5 ? 60 : 900);
  return random.uniform() < 0.5 ? `$${whole}` : `$${whole}.${digits(2, random)}`;
};

export const town = (random: Random): string =>
  inventedWord(random) + pick(['', '', ' Hill', 'ton', ' Park', 'ford', ''], random);

const licencePlate = (random: Random): string => code(random).replace(/[#-]/g, '');

const birthDate = (random: Random): string =>
  `${calendarDate(random).replace(/, \d+$/, '')} ${1940 + random.integer(66)}`;

/** Makes a value from seeded random numbers. */
export type Make = (random: Random) => string;

const makers: Record<string, Make> = {
  birthDate,
  calendarDate,
  clockTime,
  code,
  day,
  emailAddress,
  fullName,
  inventedWord,
  lastName,
  licencePlate,
  money,
  phoneNumber,
  streetAddress,
  town,
  weekday,
};

/**
 * A maker from its notation: text with alternatives `[a|b]` and made-up values such as {fullName}, {digits 4} (four
 * random digits) or {count 2 9} (a number from 2 to 9).
 */
export function makeValue(notation: string): Make {
  return (random) =>
    notation.replace(/\[([^\]]*)\]|\{([^}]*)\}/g, (_, options?: string, call = '') => {
      if (options !== undefined) return pick(options.split('|'), random);
      const [name = '', ...numbers] = (call as string).split(' ');
      const [low = 0, high = 0] = numbers.map(Number);
      if (name === 'digits') return digits(low, random);
      if (name === 'count') return String(low + random.integer(high - low + 1));
      const maker = makers[name];
      if (maker === undefined) throw new Error(`No made-up value is called ${name}: ${notation}`);
      return maker(random);
    });
}
