import {
  type Faker,
  fakerDE,
  fakerEN_GB,
  fakerEN_IN,
  fakerEN_US,
  fakerES,
  fakerFR,
  fakerIT,
  fakerNL,
  fakerPL,
  fakerPT_BR,
} from '@faker-js/faker';
import { type EvaluationFile, scopeOf } from '../evaluation-file.ts';
import { filled, type SlotValues } from './filled.ts';

const locales = [
  fakerEN_US,
  fakerEN_GB,
  fakerEN_IN,
  fakerDE,
  fakerFR,
  fakerES,
  fakerIT,
  fakerNL,
  fakerPL,
  fakerPT_BR,
];
const recordCount = 3000;

const values: SlotValues<Faker> = {
  EMAIL: (faker) => faker.internet.email(),
  PHONE: (faker) => faker.phone.number({ style: faker.helpers.arrayElement(['national', 'international']) }),
  CARD: (faker) =>
    faker.finance.creditCardNumber(
      faker.helpers.arrayElement(['visa', 'mastercard', 'american_express', 'discover']),
    ),
  IBAN: (faker) => faker.finance.iban({ formatted: faker.datatype.boolean() }),
  SSN: (faker) =>
    `${faker.number.int({ min: 101, max: 665 })}-${faker.number.int({ min: 10, max: 99 })}-${faker.number.int({ min: 1000, max: 9999 })}`,
  IP: (faker) =>
    faker.datatype.boolean(0.7) ? faker.internet.ipv4({ network: 'any' }) : faker.internet.ipv6(),
  URL: (faker) => faker.helpers.arrayElement([faker.internet.url(), `www.${faker.internet.domainName()}`]),
  order: (faker) => faker.string.numeric({ length: { min: 6, max: 12 }, allowLeadingZeros: false }),
  sku: (faker) => faker.string.alphanumeric({ length: 10, casing: 'upper' }),
  price: (faker) =>
    faker.commerce.price({ symbol: faker.helpers.arrayElement(['$', '€', '£']), max: 20_000 }),
  date: (faker) => faker.date.past().toISOString().slice(0, 10),
  day: (faker) => faker.date.past().toLocaleDateString('en-US'),
  version: (faker) => `${faker.system.semver()}.${faker.number.int(40)}`,
  tracking: (faker) => `1Z${faker.string.alphanumeric({ length: 16, casing: 'upper' })}`,
  number: (faker) => faker.number.int({ min: 1, max: 90_000 }).toLocaleString('en-US'),
  time: (faker) => `${faker.number.int({ min: 10, max: 23 })}:${faker.number.int({ min: 10, max: 59 })}`,
};

const templates = [
  'Hello, please write to {EMAIL} about order {order}.',
  'my new address is {EMAIL} , can you change it?',
  'I never got the mail ({EMAIL}). I ordered on {date}.',
  'Please call me back on {PHONE}, after {time} is best.',
  'My phone number is {PHONE}.',
  'You can reach me at {PHONE} or {EMAIL}.',
  'Tel.: {PHONE}. The invoice says {price}.',
  'I paid with the card {CARD} on {day}.',
  'The card number is {CARD}, it was charged {price} twice.',
  'Is {CARD} still on my account?',
  'Please refund it to {IBAN}.',
  'IBAN {IBAN}, the amount is {price}.',
  'Transfer from {IBAN} to {IBAN} has not arrived since {date}.',
  'My social security number is {SSN}.',
  'SSN {SSN}, born in the US.',
  'The login came from {IP} at {time}.',
  'We blocked {IP} and {IP} since version {version}.',
  'The page {URL} does not open.',
  'Is {URL} really your shop? It asks for {price}.',
  'Where is my order {order}? It was sent on {date}.',
  'Order number {order}, tracking number {tracking}.',
  'The app crashes since version {version}.',
  'I bought {number} pieces of {sku} for {price}.',
  'Invoice {order} of {day}: {price} instead of {price}.',
  'Ticket #{order}, reference {sku}.',
  'The delivery window was {time} to {time} on {day}.',
  'Model {sku}, firmware {version}, bought {date}.',
  'That is {number} points, not {number}.',
];

/**
 * Sentences of support with values from faker in ten locales, made anew at every run from one seed: values that nobody
 * who wrote a recogniser has seen, and as many numbers that are nobody's.
 */
export function invented(): EvaluationFile {
  const records = Array.from({ length: recordCount }, (_, i) => {
    const faker = locales[i % locales.length]!;
    if (i < locales.length) faker.seed(i);
    faker.setDefaultRefDate('2026-01-01T00:00:00Z');
    return filled(templates[i % templates.length]!, values, faker);
  });
  return {
    name: 'invented tickets',
    scope: scopeOf(records),
    records,
    isEnglish: true,
    target: { recall: 0.97, precision: 0.97 },
    note: 'Our own templates, values by faker in ten locales; every second number is an order, a price, a version, a date. Structured types only.',
  };
}
