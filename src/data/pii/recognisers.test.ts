import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '../../../test/support/properties.ts';
import { accounts } from './account.ts';
import { birthDates } from './birth-date.ts';
import { cards } from './card.ts';
import { isLuhn, isVerhoeff, mod97 } from './check-digits.ts';
import { emails } from './email.ts';
import { ibans } from './iban.ts';
import { addresses } from './ip.ts';
import { licences } from './licence.ts';
import { macAddresses } from './mac.ts';
import { nationalIds } from './national-id.ts';
import { phones } from './phone.ts';
import { postcodes } from './postcode.ts';
import type { Recogniser } from './recogniser.ts';
import { secrets } from './secret.ts';
import { socialSecurity } from './ssn.ts';
import { marked } from '../../../test/support/marked-text.ts';
import { urls } from './url.ts';
import { usernames } from './username.ts';
import { vehicles } from './vehicle.ts';
import { wallets } from './wallet.ts';

function check(recogniser: Recogniser, cases: readonly (readonly [string, string])[]): void {
  for (const [text, expected] of cases) assert.equal(marked(recogniser, text), expected);
}

function checkSame(recogniser: Recogniser, texts: readonly string[]): void {
  for (const text of texts) assert.equal(marked(recogniser, text), text);
}

test('e-mail: also spelled out, and of large providers without "@" and dot', () => {
  check(emails, [
    ['mail jo (at) shop (dot) example now', 'mail [EMAIL] now'],
    ['jo.doe at shop dot example', '[EMAIL]'],
    ["o'brien@x.museum; a@b@c.de", '[EMAIL]; a@[EMAIL]'],
    ['x@xn--bcher-kva.xn--p1ai', '[EMAIL]'],
    ['write to jo 45 gmailcom please', 'write to [EMAIL] please'],
    ['its johnsmithyahoocom and 415', 'its [EMAIL] and 415'],
    ['my email is anna 7 bergoutlook dot com', 'my email is [EMAIL]'],
  ]);
  checkSame(emails, [
    'I use gmail.com',
    'the mailcompany',
    'yahoo and outlook',
    'my mail is down',
    'look at the dot here',
    '@example.com',
    'a@b',
    'me @ home.',
  ]);
});

test('phones: Chinese, Japanese and Korean put no space before a number, German compounds say what it is', () => {
  for (const [text, expected] of [
    ['您好，我的手机号是13812345678。', '您好，我的手机号是[PHONE]。'],
    ['電話は090-1234-5678です。', '電話は[PHONE]です。'],
    ['휴대폰은 010-1234-5678입니다', '휴대폰은 [PHONE]입니다'],
    ['Meine Nummer ist 0151 23456789.', 'Meine Nummer ist [PHONE].'],
    ['Handynummer: 0171 2345678', 'Handynummer: [PHONE]'],
    ['订单20240112345没有收到', '订单20240112345没有收到'],
  ] as const)
    assert.equal(marked(phones, text), expected);
});

test('phones as short as a plan has them, and dialled out of the country', () => {
  for (const [text, country] of [
    ['ring 551 1234 today', 'IS'],
    ['ring 01534 712345', 'JE'],
    ['ring 365-1234', 'BS'],
    ['ring 011 43 1 5123456', 'US'],
  ] as const)
    assert.match(marked(phones, text, { countries: [country] }), /^ring \[PHONE\]/);
});

test('cards: issuer, length and Luhn', () => {
  checkSame(cards, [
    '4111 1111 1111 1112',
    '1111111111111117',
    '0000 0000 0000 0000',
    'X4111111111111111',
    '4111111111111111.5',
  ]);
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
    { seed: 7 },
  );
});

test('IBAN: length of the country and modulo 97, in any grouping', () => {
  check(ibans, [
    ['DE89 3704 0044 0532 0130 00 and more', '[IBAN] and more'],
    ['gb29nwbk60161331926819.', '[IBAN].'],
    ['NO93-8601-1117-947, to NL91 ABNA 0417 1643 00', '[IBAN], to [IBAN]'],
    ['DE89\u00a03704\u00a00044\u00a00532\u00a00130\u00a000', '[IBAN]'],
    ['DE89.3704.0044.0532.0130.00 or DE89  3704  0044  0532  0130  00', '[IBAN] or [IBAN]'],
    ['my IBAN is DE12 3456 7890 1234 5678 90, sorry', 'my IBAN is [IBAN], sorry'],
    ['IBANDE89370400440532013000', 'IBAN[IBAN]'],
  ]);
  assert.equal(marked(ibans, 'DE12345678901234567890', { before: 'iban' }), '[IBAN]');
  checkSame(ibans, [
    'DE89 3704 0044 0532 0130 01',
    'DE89370400440532013000X',
    'ZZ89 3704 0044 0532 0130 00',
    'AB12 of 2024',
  ]);
  assert.equal(mod97('370400440532013000DE89'), 1);
});

test('social security: the form with hyphens, else the words', () => {
  check(socialSecurity, [
    ['it is 536-90-4399.', 'it is [SSN].'],
    ['My SSN is 536904399', 'My SSN is [SSN]'],
    ['last four of my social security number: 4399', 'last four of my social security number: [SSN]'],
    ['ITIN 912-70-1234', 'ITIN [SSN]'],
  ]);
  checkSame(socialSecurity, [
    '000-12-3456',
    '666-12-3456',
    '900-12-3456',
    '123-00-4567',
    'order 536904399',
    'in 2024',
    '12-536-90-4399',
  ]);
  assert.equal(marked(socialSecurity, '4399', { before: 'the last four digits of your SSN?' }), '[SSN]');
});

test('national ids: published example numbers, by form or by word', () => {
  const found: [string, string][] = [
    ['AB 12 34 56 C', ''],
    ['9434765919', 'NHS number'],
    ['86095742719', 'Steuer-ID'],
    ['36 574 261 809', 'IdNr.'],
    ['2 95 10 99 126 111 93', ''],
    ['54362315-K', ''],
    ['X-2482300W', ''],
    ['RCCMNL83S18D969H', ''],
    ['111222333', 'BSN'],
    ['85.07.30-033.28', ''],
    ['756.9217.0769.85', ''],
    ['1237 010180', 'SVNR'],
    ['501964843', 'contribuinte'],
    ['6433435F', 'PPS'],
    ['880320-0016', ''],
    ['15108695088', 'fødselsnummer'],
    ['211062-5629', 'CPR'],
    ['131052-308T', ''],
    ['44051401458', 'PESEL'],
    ['710319/2745', ''],
    ['1630615123457', 'CNP'],
    ['33392005961', 'OIB'],
    ['17291716060', 'TC kimlik no'],
    ['2341 2341 2346', 'Aadhaar'],
    ['ACUPA7085R', ''],
    ['390.533.447-05', ''],
    ['20-05536168-2', ''],
    ['76.086.428-5', ''],
    ['BOXW310820HNERXN09', ''],
    ['123-456-782', 'social insurance number'],
    ['123 456 782', 'TFN'],
    ['2123 45670 1', 'Medicare'],
    ['11010519491231002X', ''],
    ['123456789018', 'My Number'],
    ['S1234567D', ''],
    ['7503305044089', 'ID number'],
    ['123456782', 'teudat zehut'],
  ];
  for (const [id, word] of found)
    assert.equal(marked(nationalIds, `${word} ${id}, please`), `${word} [NATIONAL_ID], please`);
  // The same numbers with a digit changed, and numbers that only lack the word.
  checkSame(nationalIds, [
    'Steuer-ID 86095742718',
    'RCCMNL83S18D969J',
    'BSN 111222334',
    'Aadhaar 2341 2341 2345',
    '390.533.447-06',
    '110105194912310021',
    'order 111222333 or 9434765919 or 44051401458',
    'the public pan is hot, A1, my passport',
    'tracking 123456789018',
  ]);
});

test('Verhoeff finds every changed digit and every swap of neighbours', () => {
  const valid = '234123412346';
  assert.ok(isVerhoeff(valid));
  for (let at = 0; at < valid.length; at++) {
    for (let add = 1; add < 10; add++) {
      const digit = String((Number(valid[at]) + add) % 10);
      assert.ok(!isVerhoeff(valid.slice(0, at) + digit + valid.slice(at + 1)));
    }
    const swapped = valid.slice(0, at) + (valid[at + 1] ?? '') + valid[at] + valid.slice(at + 2);
    if (at + 1 < valid.length && valid[at] !== valid[at + 1]) assert.ok(!isVerhoeff(swapped));
  }
});

test('licences and passports: only after the whole words', () => {
  check(licences, [
    ["my driver's license is D1234567.", "my driver's license is [DRIVER_LICENSE]."],
    ['Passport number: 533380006', 'Passport number: [DRIVER_LICENSE]'],
    ['driving licence MORGA657054SM9IJ', 'driving licence [DRIVER_LICENSE]'],
  ]);
  checkSame(licences, [
    'public A1234567, policy B1234567, duplicate C1234567',
    'A1, H1, INTRODUCTORY',
    'passport control takes 20 minutes, on 2024-05-12',
    'my license was renewed, order 12345678',
  ]);
});

test('accounts: the nearest label counts', () => {
  check(accounts, [
    ['my account number is 15623485', 'my account number is [ACCOUNT]'],
    ['Acct. 1234-5678-90', 'Acct. [ACCOUNT]'],
    ['policy number PVX 752197308', 'policy number [ACCOUNT]'],
    ['account 12345678 and order 87654321', 'account [ACCOUNT] and order 87654321'],
  ]);
  checkSame(accounts, [
    'order 12345678',
    'on account of 20 people',
    'our accounting has booked 12345678 under that',
    '22082018',
    'your account was opened in 2 minutes',
  ]);
  assert.equal(
    marked(accounts, "it's 15623485", { before: 'Could you provide your account number?' }),
    "it's [ACCOUNT]",
  );
});

test('dates of birth: any usual form, after a word for it', () => {
  check(birthDates, [
    ['born 08/06/1963', 'born [DATE_OF_BIRTH]'],
    ['DOB: 1963-06-08', 'DOB: [DATE_OF_BIRTH]'],
    ['my date of birth is June 8th, 1963.', 'my date of birth is [DATE_OF_BIRTH].'],
    ['my birthday is the 8th of June 1963', 'my birthday is the [DATE_OF_BIRTH]'],
    ['geboren am 8. Juni 1963', 'geboren am [DATE_OF_BIRTH]'],
    ['出生日期：1963年6月8日', '出生日期：[DATE_OF_BIRTH]'],
  ]);
  checkSame(birthDates, [
    'on 08/06/1963',
    'born 45/45/1963',
    'born in 12 days',
    'my birthday order arrives 08/06/2024',
  ]);
  assert.equal(
    marked(birthDates, '08/06/1963', { before: 'What is your date of birth?' }),
    '[DATE_OF_BIRTH]',
  );
});

test('postcodes: plain forms, states, and words', () => {
  check(postcodes, [
    ['SW1A 1AA or K1A 0B1', '[POSTCODE] or [POSTCODE]'],
    ['Denver, CO 80202-1234', 'Denver, CO [POSTCODE]'],
    ['my zip is 90210', 'my zip is [POSTCODE]'],
    ['PLZ: 10115', 'PLZ: [POSTCODE]'],
    ['邮编 100081', '邮编 [POSTCODE]'],
  ]);
  checkSame(postcodes, ['90210', 'OK 12345', 'A1 of 2', 'zip the file 12 times', 'order 90210']);
  assert.equal(marked(postcodes, '1017 AB', { before: 'postcode?', countries: ['NL'] }), '[POSTCODE]');
});

test('IP and hardware addresses', () => {
  check(addresses, [['::1 is not ::ffff:8.8.8.8, fe80::1ff:fe23:4567:890a', '::1 is not [IP], [IP]']]);
  check(macAddresses, [
    ['00:1A:2B:3C:4D:5E, 00-1a-2b-3c-4d-5e, 001a.2b3c.4d5e', '[MAC], [MAC], [MAC]'],
    ['MAC 00:11:22:33:44:55', 'MAC [MAC]'],
  ]);
  checkSame(macAddresses, [
    '20-11-21-10-30-45',
    '10:20:30:40:50:60',
    'ff:ff:ff:ff:ff:ff',
    '00:1A:2B:3C:4D',
    '1a2b.3c4d.5e6f.7a8b',
  ]);
});

test('web addresses and domains', () => {
  check(urls, [
    ['see https://shop.example/a?b=c#d, or (http://x.org/y_(z)).', 'see [URL], or ([URL]).'],
    ['www.test-site.co.uk/path and shop.com!', '[URL] and [URL]!'],
    ['visit bit.ly/3xY or startup.me', 'visit [URL] or [URL]'],
    ['https://user:pass@host.example:8080/', '[URL]'],
  ]);
  checkSame(urls, [
    'Thanks.So far so good.It is.At last',
    'setup.sh, main.py, README.md, a.b, e.g. this, 3.14, node.js',
    'http:// and https://',
    'jo@shop.com',
  ]);
});

test('number plates and vehicle identification numbers', () => {
  check(vehicles, [
    ['my licence plate is LS68 XYZ and I got a fine', 'my licence plate is [VEHICLE] and I got a fine'],
    ['taxi plate 7ABC123 drove off', 'taxi plate [VEHICLE] drove off'],
    ['Kennzeichen: B-MW 4321, Car reg: ab12cde.', 'Kennzeichen: [VEHICLE], Car reg: [VEHICLE].'],
    ['1HGCM82633A004352, VIN WVWZZZ1JZXW000001', '[VEHICLE], VIN [VEHICLE]'],
  ]);
  checkSame(vehicles, [
    '1HGCM82643A004352, ABCDEFGHJKLMNPRST, 12345678901234567',
    'the plate is broken, two plates for 12 EUR, registration number 12',
    'regular price 20, region EU1, template X1',
  ]);
  for (const before of ['license plate', 'plate', "What's your number plate?"])
    assert.equal(marked(vehicles, 'LS68 XYZ', { before }), '[VEHICLE]');
  assert.equal(marked(vehicles, '7abc123', { before: 'plate number' }), '[VEHICLE]');
  assert.equal(marked(vehicles, 'LS68 XYZ', { before: 'product code' }), 'LS68 XYZ');
  assert.equal(marked(vehicles, 'in 10 minutes', { before: 'What is your plate?' }), 'in 10 minutes');
});

test('names of accounts and handles after a word for them', () => {
  check(usernames, [
    ['username: sunny_dee and login is jkowal88.', 'username: [USERNAME] and login is [USERNAME].'],
    ['gamertag NovaStrike77, discord panda#4821', 'gamertag [USERNAME], discord [USERNAME]'],
    ['insta: @caro.bakes; player @luna.plays cheats', 'insta: [USERNAME]; player [USERNAME] cheats'],
    ['my username is zorvax', 'my username is [USERNAME]'],
    ['user: jo88, User=mia_k, "user":"jo88"', 'user: [USERNAME], User=[USERNAME], "user":"[USERNAME]"'],
  ]);
  checkSame(usernames, [
    'my login is broken and my username is taken',
    'login failed with error 500, user 12345',
    'write to @bob, see github.com/jo88 or twitter.com/x',
    'handle with care, nickname already in use',
    'the @Override of user-agent',
    'user: hello, user: 12345, user: how do I pay?, superuser: jo88',
  ]);
  assert.equal(marked(usernames, 'jo88', { before: 'user' }), '[USERNAME]');
  assert.equal(marked(usernames, 'jo88', { before: "What's your username?" }), '[USERNAME]');
  assert.equal(marked(usernames, 'yes', { before: 'Do you know your username?' }), 'yes');
});

test('wallets by their checksums', () => {
  check(wallets, [
    ['btc to 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa.', 'btc to [ACCOUNT].'],
    ['bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq', '[ACCOUNT]'],
    ['0x52908400098527886E0F7030069857D2E4169EE7', '[ACCOUNT]'],
  ]);
  checkSame(wallets, [
    '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb',
    'bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdp',
    '0x52908400098527886E0F7030069857D2E4169EE7aa',
  ]);
});

test('passwords, codes and tokens without a verb between', () => {
  check(secrets, [
    ['the password hunter27 is refused', 'the password [SECRET] is refused'],
    ['https://a.example/r?token=9f8a7c6b5d4e', 'https://a.example/r?token=[SECRET]'],
    ['puk code 12345678 please', 'puk code [SECRET] please'],
    ['one time code 553190 fails', 'one time code [SECRET] fails'],
  ]);
  checkSame(secrets, ['password reset takes 24 hours', 'https://a.example/r?page=12345678']);
});

test('keys and tokens by prefix, passwords by words, random strings only among talk of keys', () => {
  const random = 'q8Zt3LkP0vXw7Rb2NcYh5MjD';
  check(secrets, [
    ['key sk-proj-abcdefghijklmnopqrstuvwx123456', 'key [SECRET]'],
    ['ghp_abcdefghijklmnopqrstuvwxyz0123456789', '[SECRET]'],
    ['AKIAIOSFODNN7EXAMPLE and xoxb-123456789012-abcdef', '[SECRET] and [SECRET]'],
    ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.SflKxwRJSMeKKF2QT4', '[SECRET]'],
    ['-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\nthanks', '[SECRET]\nthanks'],
    ['-----BEGIN PRIVATE KEY-----\nMIIE', '[SECRET]'],
    ['postgres://admin:hunter2@db.example/x', 'postgres://[SECRET]@db.example/x'],
    ['Authorization: Bearer abc123def456ghi', 'Authorization: Bearer [SECRET]'],
    [`my api key: ${random}`, 'my api key: [SECRET]'],
    ['password: hunter2!', 'password: [SECRET]!'],
    ['my PIN is 4821', 'my PIN is [SECRET]'],
  ]);
  checkSame(secrets, [
    `reference ${random}`,
    'the password is wrong and the token is invalid',
    'public key infrastructure, the keyboard, monkey business 4821',
    'basic instructions, bearer of news',
    'pin 4 of 8, PIN was changed on 12/05/2024',
    'https://shop.example/a@b',
    'a key-value-store-with-many-parts-1',
  ]);
  assert.equal(marked(secrets, '4821', { before: 'Please tell me your PIN.' }), '[SECRET]');
});
