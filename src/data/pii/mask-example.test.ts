import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '../../../test/support/properties.ts';
import { type PiiConfig, piiConfig } from '../config/pii.ts';
import type { Example, Message } from '../example.ts';
import { pii } from '../rules/pii.ts';
import { findPii } from './find-pii.ts';
import { maskExample, type MaskRules } from './mask-example.ts';
import { maskRules } from './mask-rules.ts';
import { isReserved } from './surrogates.ts';
import { markedByAll } from '../../../test/support/marked-text.ts';

const user = (content: string): Message => ({ role: 'user', content });
const assistant = (content: string, more: Partial<Message> = {}): Message => ({
  role: 'assistant',
  content,
  ...more,
});
const conversation = (messages: Message[], meta: Record<string, string | number> = {}): Example => ({
  messages,
  meta: { id: 'c1', source: 's', ...meta },
});
const rulesOf = (config: object = {}, environment = {}) =>
  maskRules(piiConfig.parse(config), { environment });
const maskText = (text: string, rules: MaskRules): string =>
  maskExample(conversation([user(text)]), rules).example.messages[0]!.content;
const contents = ({ messages }: Example): string[] => messages.map(({ content }) => content);

test('the name of a product is no person, and a longer name that begins with it is one', () => {
  const products = ['Aurora', 'Victoria Line'];
  const rules = maskRules(piiConfig.parse({}), { products });
  const { example } = maskExample(
    conversation([
      user('Aurora stopped. I told Victoria about the Victoria Line, and Aurora Lopez as well.'),
      assistant('Thanks! Did AURORA restart, and who is Ms Lopez?', {
        toolCalls: [{ name: 'find', arguments: { product: 'Aurora', owner: 'Aurora Lopez' } }],
      }),
    ]),
    rules,
  );
  assert.deepEqual(contents(example), [
    'Aurora stopped. I told [NAME_1] about the Victoria Line, and [NAME_2] as well.',
    'Thanks! Did AURORA restart, and who is Ms [NAME_2]?',
  ]);
  assert.deepEqual(example.messages[1]!.toolCalls![0]!.arguments, { product: 'Aurora', owner: '[NAME_2]' });
});

test('the same value has the same placeholder all through a conversation', () => {
  const { example } = maskExample(
    conversation([
      user('I am at mary@example.com or 415-555-2671; my husband is at Bob@Example.com.'),
      assistant('', {
        toolCalls: [{ name: 'find', arguments: { mail: 'bob@example.com', phone: 4155552671, note: 'x' } }],
      }),
      {
        role: 'tool',
        name: 'find',
        content: '{"owner":{"tel":"+1 (415) 555-2671"},"mail":"MARY@example.com"}',
      },
      assistant('Found mary@example.com.', {
        rejected: [{ content: 'Who is bob@example.com?' }],
        meta: { to: 'mary@example.com' },
      }),
    ]),
    rulesOf(),
  );
  assert.equal(example.messages[0]!.content, 'I am at [EMAIL] or [PHONE]; my husband is at [EMAIL_2].');
  assert.deepEqual(example.messages[1]!.toolCalls![0]!.arguments, {
    mail: '[EMAIL_2]',
    phone: '[PHONE]',
    note: 'x',
  });
  assert.equal(example.messages[2]!.content, '{"owner":{"tel":"[PHONE]"},"mail":"[EMAIL]"}');
  assert.deepEqual(example.messages[3], {
    role: 'assistant',
    content: 'Found [EMAIL].',
    rejected: [{ content: 'Who is [EMAIL_2]?' }],
    meta: { to: '[EMAIL]' },
  });
});

test('a value found by the words around it is found again without them', () => {
  const { example, details } = maskExample(
    conversation([
      user('my account number is 15623485'),
      assistant('15623485, is that right?', { toolCalls: [{ name: 'get', arguments: { q: '15623485' } }] }),
    ]),
    rulesOf(),
  );
  assert.deepEqual(contents(example), ['my account number is [ACCOUNT]', '[ACCOUNT], is that right?']);
  assert.deepEqual(example.messages[1]!.toolCalls![0]!.arguments, { q: '[ACCOUNT]' });
  assert.deepEqual(details[0], { type: 'ACCOUNT', message: 0, field: 'content', start: 21, end: 29 });
});

test('the names of facts are masked like their values', () => {
  const { example } = maskExample(
    conversation([assistant('Done.', { meta: { 'mary@example.com': 'yes', plan: 'a' } })], {
      'bob@example.com': 'no',
    }),
    rulesOf(),
  );
  assert.deepEqual(example.messages[0]!.meta, { '[EMAIL]': 'yes', plan: 'a' });
  assert.deepEqual(example.meta, { id: 'c1', source: 's', '[EMAIL_2]': 'no' });
});

test('characters that nobody sees hide nothing, and an encoded sign neither', () => {
  for (const [text, masked] of [
    ['ma\u200bry@exam\u00adple.com\u200b!', '[EMAIL]\u200b!'],
    ['بطاقتي ٤١١١ ١١١١ ١١١١ ١١١١', 'بطاقتي [CARD]'],
    ['4111\u00a01111\u00a01111\u00a01111', '[CARD]'],
    ['card 4111\u200b1111\u20601111\ufeff1111', 'card [CARD]'],
    ['https://x.example/?m=mary%40example.com&a=1', 'https://x.example/?m=[EMAIL]&a=1'],
    ['mary&#64;example.com or bob\\u0040example.com', '[EMAIL] or [EMAIL_2]'],
  ] as const)
    assert.equal(maskText(text, rulesOf()), masked);
});

test('placeholders that were there before are not given out again', () => {
  const { example } = maskExample(conversation([user('[EMAIL] and a@b.example and c@d.example')]), rulesOf());
  assert.deepEqual(contents(example), ['[EMAIL] and [EMAIL_2] and [EMAIL_3]']);
});

test('a part of a name is the person whose full name comes later', () => {
  const maria = conversation([
    user('Maria here'),
    assistant('And your full name?'),
    user('I am Maria Lopez'),
    assistant('Thank you, Ms Lopez.'),
  ]);
  const { example } = maskExample(maria, rulesOf());
  assert.deepEqual(contents(example), [
    '[NAME_1] here',
    'And your full name?',
    'I am [NAME_1]',
    'Thank you, Ms [NAME_1].',
  ]);
  const [first, , whole, last] = contents(maskExample(maria, rulesOf({ strategy: 'surrogate' })).example);
  assert.equal(whole, `I am ${first!.split(' ')[0]} ${/Ms (\w+)/.exec(last!)![1]}`);
  const two = maskExample(conversation([user('Maria here'), user('Maria Lopez and Maria Gomez')]), rulesOf());
  assert.deepEqual(contents(two.example), ['[NAME_1] here', '[NAME_1] and [NAME_2]']);
});

test('names that are keys of an object are masked, each by a key of its own; words of the schema stay', () => {
  const schema = {
    customer_name: 1,
    'First Name': 2,
    'Order Status': 3,
    'Shipping Address': 4,
    Price: 5,
    DoctorName: 6,
    SKU: 7,
    'Total (EUR)': 8,
    order: 9,
    Name: 10,
    'E-Mail': 11,
    Grade: 12,
    Max: 13,
    Bill: 14,
  };
  const people = { 'maria lopez': 1, 'Bob Miller': 2, 'Maria Lopez': 3, total: 4 };
  const { example } = maskExample(
    conversation([
      assistant('', { toolCalls: [{ name: 'rate', arguments: { people, schema } }] }),
      { role: 'tool', name: 'rate', content: '{"points":{"Maria Lopez":3}}' },
    ]),
    rulesOf(),
  );
  assert.deepEqual(example.messages[0]!.toolCalls![0]!.arguments, {
    people: { '[NAME_1]': 1, '[NAME_2]': 2, '[NAME_1] (2)': 3, total: 4 },
    schema,
  });
  assert.equal(example.messages[1]!.content, '{"points":{"[NAME_1]":3}}');
});

test('facts are masked, but for those that name the record', () => {
  const { example } = maskExample(
    conversation([user('hello there')], {
      place: 'a@b.example:1',
      subject: 'call 415-555-2671',
      plan: 'gold',
      count: 4,
    }),
    rulesOf(),
  );
  assert.deepEqual(example.meta, {
    id: 'c1',
    source: 's',
    place: 'a@b.example:1',
    subject: 'call [PHONE]',
    plan: 'gold',
    count: 4,
  });
});

test('surrogates keep the form, pass the checks, are nobody’s, and are the same at every run', () => {
  const config = { strategy: 'surrogate', types: { url: 'surrogate' } };
  const rules = rulesOf(config);
  const values: [string, string][] = [
    ['PHONE', 'call 415-555-2671'],
    ['EMAIL', 'mail mary.poppins@shop.de'],
    ['CARD', 'card 5555-5555-5555-4444'],
    ['CARD', 'card 378282246310005'],
    ['IBAN', 'to DE89 3704 0044 0532 0130 00'],
    ['IP', 'from 8.8.8.8'],
    ['MAC', 'mac 00:1A:2B:3C:4D:5E'],
    ['URL', 'see https://private.site.net/mary'],
    ['SECRET', 'use sk-proj-abcdefghijklmnopqrstuvwx123456'],
  ];
  for (const [type, text] of values) {
    const [span] = findPii(text, rules.finder);
    assert.equal(span?.type, type, text);
    const masked = maskText(text, rules);
    assert.notEqual(masked, text);
    assert.equal(maskText(text, rules), masked);
    // Found again it is known for a surrogate; a secret without a digit is not found at all.
    for (const again of findPii(masked, rules.finder)) {
      assert.equal(again.type, type, masked);
      assert.ok(isReserved(type, masked.slice(again.start, again.end)), masked);
    }
  }
  const layout = (text: string): string => text.replace(/\d/g, '0');
  assert.equal(layout(maskText('call (415) 555-2671', rules)), 'call (000) 000-0000');
  assert.equal(markedByAll(maskText('it is 536-90-4399.', rules)), maskText('it is 536-90-4399.', rules));
  const { example } = maskExample(conversation([user('a@b.de'), assistant('A@B.de or c@d.de')]), rules);
  const [first, second] = contents(example);
  assert.match(second!, /^(\S+) or (?!\1)\S+$/);
  assert.ok(second!.startsWith(first!));
});

test('hashes need a key, are the same for the same value and another under another key', () => {
  const config = { types: { email: 'hash' } };
  assert.throws(() => rulesOf(config), { code: 'config', message: /ATTUNE_PII_KEY is not set/ });
  assert.throws(
    () => rulesOf(config, { ATTUNE_PII_KEY: 'hunter2' }),
    (error: Error) => /fewer than 16 characters/.test(error.message) && !error.message.includes('hunter2'),
  );
  const mask = (text: string, key: string): string =>
    maskText(text, rulesOf(config, { ATTUNE_PII_KEY: key.repeat(8) }));
  assert.match(mask('a@b.de', 'k1'), /^\[EMAIL_[0-9a-f]{12}\]$/);
  assert.equal(mask('x A@b.de', 'k1').slice(2), mask('a@b.de', 'k1'));
  assert.notEqual(mask('a@b.de', 'k1'), mask('a@b.de', 'k2'));
});

test('a type to drop leaves out the record, and says only types', () => {
  const rule = pii(piiConfig.parse({ types: { ssn: 'drop' } }));
  const verdict = rule.decide(conversation([user('536-90-4399, a@b.de')]));
  assert.deepEqual(verdict, { drop: 'holds 1 SSN', kind: 'holds SSN' });
});

test('the rule leaves an example without personal data the very same object', () => {
  const example = conversation([
    user('hello'),
    { role: 'tool', name: 'x', content: '{"a": [1, {"b": null}]}' },
  ]);
  assert.equal(pii(piiConfig.parse({})).decide(example).example, example);
});

test('after masking nothing is found again, whatever the texts', () => {
  const pieces = [
    'mary@x.de ',
    '415-555-2671 ',
    'call ',
    'order ',
    '4155552671 ',
    'account number ',
    '15623485 ',
    'my zip 90210 ',
    'born 1963-06-08 ',
    '4111 1111 1111 1111',
    'ssn ',
    '4399 ',
    '536-90-4399',
    'pin ',
    '8.8.8.8',
    '[PHONE] ',
    '-',
    '\n',
    '{"tel": "4155552671"} ',
    'password: hunter2! ',
  ];
  const text = fc.array(fc.constantFrom(...pieces), { maxLength: 8 }).map((list) => list.join(''));
  const strategies: PiiConfig['strategy'][] = ['placeholder', 'hash'];
  fc.assert(
    fc.property(
      fc.array(text, { minLength: 1, maxLength: 4 }),
      fc.constantFrom(...strategies),
      (texts, strategy) => {
        const rules = rulesOf({ strategy }, { ATTUNE_PII_KEY: 'a key of 16 characters' });
        const turns = texts.map((content, i) => (i % 2 === 0 ? user(content) : assistant(content)));
        const { example } = maskExample(conversation(turns), rules);
        example.messages.forEach(({ content }, i) => {
          const left = findPii(content, rules.finder, example.messages[i - 1]?.content);
          assert.deepEqual(
            left.filter(({ type }) => type !== 'NAME'),
            [],
            JSON.stringify(content),
          );
        });
      },
    ),
    { numRuns: 200, seed: 7 },
  );
});

test('who was named once is masked wherever a part of the name stands, with the same placeholder', () => {
  const { example } = maskExample(
    conversation([
      user('Hello, my name is Ingrid Kowalczyk.'),
      assistant('Thanks Ingrid! Is your account under kowalczyk?', {
        toolCalls: [{ name: 'find', arguments: { customer: 'ingrid kowalczyk' } }],
      }),
    ]),
    rulesOf(),
  );
  assert.deepEqual(contents(example), [
    'Hello, my name is [NAME_1].',
    'Thanks [NAME_1]! Is your account under [NAME_1]?',
  ]);
  assert.deepEqual(example.messages[1]!.toolCalls![0]!.arguments, { customer: '[NAME_1]' });
});

test('names in Chinese, Japanese and Korean are one person all through a conversation, and get names of their script', () => {
  const example = conversation([
    user('我叫王小明，地址：北京市海淀区中关村大街27号，手机13812345678。'),
    assistant('王先生您好，王小明的订单已发出，小明的电话是13812345678。'),
  ]);
  const placeholders = maskExample(example, rulesOf({})).example;
  assert.deepEqual(contents(placeholders), [
    '我叫[NAME_1]，地址：[ADDRESS]，手机[PHONE]。',
    '[NAME_1]先生您好，[NAME_1]的订单已发出，小明的电话是[PHONE]。',
  ]);
  const invented = contents(maskExample(example, rulesOf({ strategy: 'surrogate' })).example);
  const name = /我叫(\p{sc=Han}{3})，/u.exec(invented[0]!)![1]!;
  assert.notEqual(name, '王小明');
  assert.ok(invented[1]!.startsWith(`${name[0]}先生您好，${name}的订单`), invented[1]);
  const others = [user('山田太郎と申します。'), assistant('山田様、山田太郎様のご注文です。')];
  assert.deepEqual(contents(maskExample(conversation(others), rulesOf({})).example), [
    '[NAME_1]と申します。',
    '[NAME_1]様、[NAME_1]様のご注文です。',
  ]);
  const korean = [user('저는 김민수입니다.'), assistant('네, 김민수 고객님. 김민수의 주문입니다.')];
  assert.deepEqual(contents(maskExample(conversation(korean), rulesOf({})).example), [
    '저는 [NAME_1]입니다.',
    '네, [NAME_1] 고객님. [NAME_1]의 주문입니다.',
  ]);
});
