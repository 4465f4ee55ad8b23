import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Passage } from '../data/knowledge/passage.ts';
import { type Claim, findFault, supportOf } from './grounding.ts';
import { addressesIn } from './addresses.ts';
import { citationOf } from './prompt.ts';
import { sayingOf } from './saying.ts';
import { quantitiesOf } from './small-numbers.ts';

const passage: Passage = {
  id: 'returns.md#2',
  title: 'Returns',
  section: 'Refunds',
  text: 'You can send an item back within 30 days of delivery. The refund is paid to your card — usually within five working days.\nItems over 1,000 euros need a signature; “opened” software cannot be returned.',
  source: 'help',
  place: 'returns.md',
};
const claim = (change: Partial<Claim> = {}): Claim => ({
  passage: citationOf(passage),
  evidence: ['send an item back within 30 days of delivery'],
  question: 'How long do I have to return something?',
  answer: 'You can send the item back within 30 days of delivery.',
  ...change,
});
const fault = (change: Partial<Claim>, least = 0.5): string | undefined =>
  findFault(claim(change), passage, least)?.reason;

test('an answer in the words of its passage is grounded, whatever the typography', () => {
  assert.equal(fault({}), undefined);
  const evidence = [
    '"The refund is paid to your card - usually within **five** working days."',
    '"opened"  software cannot be returned',
  ];
  assert.equal(
    fault({ evidence, answer: 'The refunds are paid to the card, usually in five working days.' }),
    undefined,
  );
  assert.equal(fault({ answer: 'Yes, you can.' }), undefined, 'too short to make anything up');
  assert.equal(fault({ answer: 'Items over 1000 euros need a signature.' }), undefined);
});

test('what is made up is rejected, with the reason', () => {
  assert.match(fault({ passage: 'other.md#1' })!, /another passage/);
  assert.match(fault({ evidence: [] })!, /quotes nothing/);
  assert.match(fault({ evidence: ['send'] })!, /too short/);
  assert.match(fault({ evidence: ['send an item back within 60 days of delivery'] })!, /not in its passage/);
  assert.match(fault({ answer: 'You can send the item back within 45 days of delivery.' })!, /number 45/);
  const invented = 'Our premium members enjoy complimentary worldwide courier collection every weekend.';
  assert.match(fault({ answer: invented })!, /holds \d+ % of its telling words, 50 % are asked for/);
  assert.equal(
    fault({
      answer: 'Your order 4711 can go back within 30 days of delivery.',
      question: 'And my order 4711?',
    }),
    undefined,
  );
});

test('in Chinese six characters of a passage are a quotation, and five are not', () => {
  const text = '买方可以在收到货物之日起三十日内无条件退货，退款在五个工作日内支付。';
  const chinese = { ...passage, title: '退货', section: '退款', text };
  const faultOf = (evidence: string): string | undefined =>
    findFault(claim({ evidence: [evidence], question: '多久可以退货？', answer: text }), chinese, 0.5)
      ?.reason;
  assert.equal(faultOf('三十日内无条'), undefined);
  assert.match(faultOf('三十日内无')!, /too short/);
});

test('links and addresses come from the passage, or the answer is made up', () => {
  const linked = {
    ...passage,
    text: `${passage.text}\nSee Shop.example/returns or write to Help@shop.example.`,
    url: 'https://www.shop.example/help/returns/',
  };
  const faultOf = (answer: string): string | undefined => findFault(claim({ answer }), linked, 0)?.reason;
  for (const address of [
    'https://shop.example/returns.',
    'www.shop.example/help/returns',
    'help@shop.example',
    'shop.example/returns!',
    'Shop.example',
    'and/or e.g. this.',
  ])
    assert.equal(faultOf(`Send it back within 30 days, see ${address}`), undefined, address);
  for (const address of [
    'https://evil.example/returns',
    'http://shop.example.evil.example',
    'WWW.EVIL.EXAMPLE',
    'boss@shop.example',
    'evil.example/refund',
  ])
    assert.match(
      faultOf(`Send it back within 30 days, see ${address}.`)!,
      /^the address .* is not in/,
      address,
    );
  assert.match(faultOf(`As ${citationOf(passage)} says, 30 days.`)!, /by name/);
  for (const hostile of ['a', 'a.', 'a@', 'www.', 'http://', 'a-', '/', 'a/', '.', '@'])
    assert.ok(addressesIn(hostile.repeat(1_000_000)).length >= 0);
});

test('small numbers are facts where they count something, in digits and in words', () => {
  const evidence = ['usually within five working days'];
  for (const answer of [
    'The refund is usually paid within 5 working days.',
    'The refund is paid to your card. There are two ways to get it.',
    '1. Send the item back within 30 days.\n2. The refund is paid to your card.',
  ])
    assert.equal(fault({ answer, evidence }), undefined, answer);
  for (const [answer, number] of [
    ['The refund is usually paid within 3 working days.', 3],
    ['The refund is usually paid within seven days.', 7],
    ['The refund is paid to your card within 2 to 5 working days.', 2],
    ['The refund is paid to your card within nine or 5 working days.', 9],
  ] as const)
    assert.match(fault({ answer, evidence }) ?? '', new RegExp(`the number ${number} is not`), answer);
  assert.deepEqual([...quantitiesOf('退款将在三个工作日内到账，需要两天。')], ['3', '2']);
  assert.deepEqual(
    [...quantitiesOf('Innerhalb von drei Tagen, en cinco días, en six mois')],
    ['3', '5', '6'],
  );
  quantitiesOf('one '.repeat(250_000));
  quantitiesOf('一'.repeat(1_000_000));
});

test('support is by stems, and by characters in Chinese', () => {
  assert.equal(supportOf('refunding returned deliveries', 'a refund for a return of the delivery'), 1);
  assert.equal(supportOf('退款将在五天内到账', '退款将在五天内到账。'), 1);
  assert.ok(supportOf('本店不接受任何退货申请', '退款将在五天内到账。')! < 0.3);
});

test('a sentence is said or it is not', () => {
  assert.ok(sayingOf('I am sorry. I cannot help with that!', 'i CANNOT help with that.'));
  assert.ok(!sayingOf('I am sorry.', 'I cannot help'));
  assert.ok(!sayingOf('I cannot help', 'cannot'), 'one word proves nothing');
  assert.ok(sayingOf('抱歉，我无法提供帮助。', '我无法提供帮助'));
});

test('long texts take linear time', () => {
  for (const text of [
    '. '.repeat(500_000),
    '1.'.repeat(500_000),
    '"'.repeat(1_000_000),
    'a'.repeat(1_000_000),
  ]) {
    findFault(claim({ evidence: [`${text}x`], answer: text }), { ...passage, text }, 0.5);
    sayingOf(text, text);
  }
});
