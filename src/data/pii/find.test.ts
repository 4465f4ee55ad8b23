import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isLuhn } from './card.ts';
import { findPii, type PiiOptions } from './find.ts';

const options: PiiOptions = { email: true, phone: true, card: true, ip: true, country: 'US' };

function mask(text: string, before = '', changed: Partial<PiiOptions> = {}): string {
  let result = '';
  let at = 0;
  for (const { type, start, end } of findPii(text, { ...options, ...changed }, before)) {
    result += `${text.slice(at, start)}[${type}]`;
    at = end;
  }
  return result + text.slice(at);
}

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
  for (const [text, masked] of cases) assert.equal(mask(text), masked);
});

test('prices, dates, times, versions, order numbers and other long numbers stay', () => {
  const texts = [
    'The total is $1,234,567.89, not 1 234 567 EUR or €2125551234',
    'on 2024-05-12 10:30:45, 12.05.2024, 05/12/2024 or 2024/05/12 09:00-17:30, born 08 06 1963 or 08/ 06 1963',
    'version 1.2.3.4, v10.0.0.1, firmware 2.4.10.1, zod 4.6.7, react@18.2.0',
    'order 2125551234, Order #415-555-2671, case number 4155552671, 114-3941689-8773232',
    'tracking 1Z999AA10123456784 and 9400 1000 0000 0000 0000 00',
    'ISBN 978-3-16-148410-0, IMEI 490154203237518, 1234567890123456',
    'lat 40.712776, -74.005974, pi 3.14159265358979',
    'https://shop.example/orders/2125551234?x=4155552671',
    'std::vector a::b 12:30:45 00:1A:2B:3C:4D:5E 255.255.255.0 127.0.0.1',
    'social security 054-28-6917, ZIP 03262 2437',
    'the public policy, A1, @bob, a@b, 50% of 1000000000',
    'flight AA2125551234, SKU-415-555-2671, 10.30 - 11.45, 2019-2020',
  ];
  for (const text of texts) assert.equal(mask(text), text);
});

test('a bare number is a phone number only where the talk is of phones', () => {
  assert.equal(mask('2125551234', "What's your phone number?"), '[PHONE]');
  assert.equal(mask('2125551234', "What's your order number?"), '2125551234');
  assert.equal(
    mask('my account is 4155552671 and my cell 4155552672'),
    'my account is 4155552671 and my cell [PHONE]',
  );
});

test('numbers without a country code follow the country', () => {
  assert.equal(mask('Ruf an: 030 901820', '', { country: 'DE' }), 'Ruf an: [PHONE]');
  assert.equal(mask('Erreichbar 01 42 68 53 00.', '', { country: 'FR' }), 'Erreichbar [PHONE].');
});

test('a type that is switched off is left alone', () => {
  const text = 'a@b.io 8.8.8.8 415-555-2671 4111111111111111';
  assert.equal(mask(text, '', { email: false, phone: false, card: false, ip: false }), text);
  assert.equal(mask(text, '', { email: false, card: false }), 'a@b.io [IP] [PHONE] 4111111111111111');
});

test('one wrong digit fails Luhn', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('4111111111111111', '378282246310005', '5555555555554444'),
      fc.nat(14),
      fc.integer({ min: 1, max: 9 }),
      (card, at, add) => {
        assert.ok(isLuhn(card));
        const wrong = card.slice(0, at) + String((Number(card[at]) + add) % 10) + card.slice(at + 1);
        assert.ok(!isLuhn(wrong));
      },
    ),
  );
});

test('spans are in order and apart, in any text, and cost linear time', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-f0-9@.:+() -]{0,80}$/), (text) => {
      let end = 0;
      for (const span of findPii(text, options)) {
        assert.ok(span.start >= end && span.end > span.start && span.end <= text.length);
        end = span.end;
      }
    }),
    { numRuns: 500 },
  );
  const started = performance.now();
  for (const piece of ['a', '1', '1 ', '1.', 'a:', '@', 'a@', '1-2 ']) findPii(piece.repeat(30_000), options);
  assert.ok(performance.now() - started < 20_000);
});
