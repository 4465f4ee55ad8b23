import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '../../../test/support/properties.ts';
import { piiConfig } from '../config/pii.ts';
import { findPii } from './find-pii.ts';
import { maskRules } from './mask-rules.ts';
import { recognisers } from './recognisers.ts';
import { markedByAll } from '../../../test/support/marked-text.ts';

const everything = piiConfig.parse({
  types: { url: 'placeholder', place: 'placeholder', organisation: 'placeholder' },
  countries: ['US', 'GB', 'DE', 'NL', 'IN'],
});
const { finder } = maskRules(everything);

test('e-mail addresses, phones, cards and IP addresses are found', () => {
  const cases: [string, string][] = [
    ['Write to john.doe+shop@mail.example.co.uk.', 'Write to [EMAIL].'],
    ['jürgen@bücher.example, <a@b.io>', '[EMAIL], <[EMAIL]>'],
    ['Call 415-555-2671 or (212) 555-0123.', 'Call [PHONE] or [PHONE].'],
    ['+44 20 7946 0958 / +49 30 901820', '[PHONE] / [PHONE]'],
    ['0490 75 40 81, 03.93.92.16.85', '[PHONE], [PHONE]'],
    ['phone: 2125551234', 'phone: [PHONE]'],
    ['{"phone_number":"2125551234"}', '{"phone_number":"[PHONE]"}'],
    ['card 4111 1111 1111 1111, 3782-822463-10005', 'card [CARD], [CARD]'],
    ['from 8.8.8.8:443, 192.168.1.10, 2001:db8::8a2e:370:7334.', 'from [IP]:443, [IP], [IP].'],
  ];
  for (const [text, masked] of cases) assert.equal(markedByAll(text), masked);
});

test('prices, dates, times, versions, order numbers and other long numbers stay', () => {
  const texts = [
    'The total is $1,234,567.89, not 1 234 567 EUR or €2125551234',
    'on 2024-05-12 10:30:45, 12.05.2024, 05/12/2024 or 2024/05/12 09:00-17:30, on 08 06 1963 or 08/ 06 1963',
    'version 1.2.3.4, v10.0.0.1, firmware 2.4.10.1, zod 4.6.7, react@18.2.0',
    'order 2125551234, Order #415-555-2671, case number 4155552671, 114-3941689-8773232',
    'tracking 1Z999AA10123456784 and 9400 1000 0000 0000 0000 00',
    'ISBN 978-3-16-148410-0, IMEI 490154203237518, 1234567890123456',
    'lat 40.712776, -74.005974, pi 3.14159265358979',
    'https://shop.example/orders/2125551234?x=4155552671',
    'std::vector a::b 12:30:45 255.255.255.0 127.0.0.1',
    'the public policy, A1, H1, INTRODUCTORY, duplicate, @bob, a@b, 50% of 1000000000',
    'flight AA2125551234, SKU-415-555-2671, 10.30 - 11.45, 2019-2020',
    'the password is wrong, your token is invalid, reset the password: it takes 2 minutes',
    'size XL, 20 cm x 30 cm, room 204, gate B12, seat 14C, step 3 of 5, 24/7',
  ];
  for (const text of texts) assert.equal(markedByAll(text), text);
});

test('a bare number is a phone number only where the talk is of phones', () => {
  assert.equal(markedByAll('2125551234', { before: "What's your phone number?" }), '[PHONE]');
  assert.equal(markedByAll('2125551234', { before: "What's your order number?" }), '2125551234');
  assert.equal(
    markedByAll('my order is 4155552671 and my cell 4155552672'),
    'my order is 4155552671 and my cell [PHONE]',
  );
  assert.equal(
    markedByAll('the value [PHONE] came with 4155550000 in it'),
    'the value [PHONE] came with 4155550000 in it',
  );
  assert.equal(markedByAll('John 4155550000', { before: 'Thanks.' }), '[NAME] [PHONE]');
});

test('numbers without a country code follow the country', () => {
  assert.equal(markedByAll('Ruf an: 030 901820', { countries: ['DE'] }), 'Ruf an: [PHONE]');
  assert.equal(markedByAll('Erreichbar 01 42 68 53 00.', { countries: ['FR'] }), 'Erreichbar [PHONE].');
});

test('types that are kept, and what is allowed, are left alone', () => {
  const text = 'a@b.io 8.8.8.8 415-555-2671 4111111111111111';
  const keep = { email: 'keep', phone: 'keep', card: 'keep', ip: 'keep' };
  assert.equal(markedByAll(text, {}, { types: keep }), text);
  assert.equal(
    markedByAll(text, {}, { types: { email: 'keep', card: 'keep' } }),
    'a@b.io [IP] [PHONE] 4111111111111111',
  );
  const allow = ['Help@Shop.example', '@firm.example', '+1 415 555 2671', 'shop.example'];
  assert.equal(
    markedByAll(
      'help@shop.example, x@firm.example, x@other.example, (415) 555-2671: see https://www.shop.example/faq or evil-shop.example',
      {},
      { allow: [...allow, '415-555-2671'], types: { url: 'placeholder' } },
    ),
    'help@shop.example, x@firm.example, [EMAIL], (415) 555-2671: see https://www.shop.example/faq or [URL]',
  );
});

test('patterns of the user are types of their own', () => {
  const config = { patterns: { ORDER_NUMBER: '\\bORD-\\d+', BADGE: 'badge (?:[a-z]\\d){2}' } };
  assert.equal(markedByAll('ord-12345 and Badge a1b2', {}, config), '[ORDER_NUMBER] and [BADGE]');
  assert.throws(() => piiConfig.parse({ patterns: { X: '(a+)+b' } }), /millions of ways/);
  assert.throws(() => piiConfig.parse({ patterns: { lower: 'a' } }), /name in capitals/);
});

test('of two that overlap the longer one counts, and nothing that was found is left', () => {
  assert.equal(
    markedByAll('https://a.example/?u=jo@b.example', {}, { types: { url: 'placeholder' } }),
    '[URL]',
  );
  assert.equal(markedByAll('https://a.example/?u=jo@b.example'), 'https://a.example/?u=[EMAIL]');
});

const pieces = [
  'a',
  '1',
  '1 ',
  '1.',
  'a:',
  '@',
  'a@',
  '1-2 ',
  'A1',
  '://',
  'www.',
  'a.',
  'Aa ',
  '-----BEGIN PRIVATE KEY-----',
];
const words = [
  'account 1 ',
  'born 1 ',
  'pin 1 ',
  'zip ',
  'ssn ',
  'passport A',
  'token a1',
  '+1',
  '(1',
  '0:',
  'ey',
  ' at ',
  ' dot ',
  'gmailcom',
  '45 gmailcom ',
  'license plate AB12 ',
  'plate A1-',
  'AB12',
  'my login is a1',
  'user @a',
  'discord a.',
  '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa',
  'bc1q',
  '0x52908400',
  'AB/CD MR',
  'AA/',
  '?token=a1',
  'password a1',
  'sort code 20-00-00 ',
  'puk 12345678',
  'last four of my social ',
  'Mr. ',
];

test(
  'every recogniser takes linear time: a megabyte of what each looks for is done',
  { timeout: 600_000 },
  () => {
    const before = 'What is your account, phone, pin, zip, ssn and date of birth?';
    const blocks = [...pieces, ...words].map((piece) => piece.repeat(Math.ceil(36_000 / piece.length)));
    const text = blocks.join('\n');
    assert.ok(text.length > 1e6);
    const started = process.cpuUsage();
    for (const recogniser of recognisers)
      for (const { start, end } of recogniser.find(text, { ...finder.context, before }))
        assert.ok(end > start);
    const { user } = process.cpuUsage(started);
    assert.ok(user < 100e6, `${user / 1e6} s of processor time`);
  },
);

test('spans are in order and apart, in any text', () => {
  const text = fc.oneof(
    fc.stringMatching(/^[a-f0-9@.:+() -]{0,80}$/),
    fc.array(fc.constantFrom(...pieces, ...words), { maxLength: 20 }).map((list) => list.join('')),
    fc.string({ unit: 'grapheme', maxLength: 60 }),
  );
  fc.assert(
    fc.property(text, fc.constantFrom('', 'your account number?'), (one, before) => {
      let end = 0;
      for (const span of findPii(one, finder, before)) {
        assert.ok(span.start >= end && span.end > span.start && span.end <= one.length);
        end = span.end;
      }
    }),
    { numRuns: 500, seed: 7 },
  );
});

test('a chain of overlapping finds is settled in good time', () => {
  assert.ok(findPii('a@b.io'.repeat(30_000), finder, '').length > 0);
});
