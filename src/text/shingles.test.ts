import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '../../test/support/properties.ts';
import {
  characterShingles,
  plainNormalise,
  wordShingles,
} from '../../test/support/brute-force-duplicates.ts';
import { shinglesOf, textUnits, wideShingles } from './shingles.ts';

const shingles = (text: string): number[] => [...shinglesOf(textUnits(text))];

test('case, punctuation, white space and compatibility forms make no difference', () => {
  const plain = shingles('please cancel my order no 12');
  for (const same of [
    '  Please,  CANCEL my\n\torder -- No. 12!! ',
    'ｐｌｅａｓｅ cancel my order № 12',
    'please “cancel” my order\u00a0no 12…',
    'please cancel my or\u200bder no 12 🙂 ❤\ufe0f',
  ])
    assert.deepEqual(shingles(same), plain, same);
  assert.notDeepEqual(shingles('please cancel my order no 13'), plain);
  assert.deepEqual(shingles('top-up'), shingles('top up'));
  assert.deepEqual(shingles('caf\u0065\u0301 crème'), shingles('CAFÉ crème'));
  assert.notDeepEqual(shingles('cafe creme'), shingles('café crème'));
});

test('a text shorter than a shingle is one of its own, and a text without words has none', () => {
  assert.equal(shingles('cat').length, 1);
  assert.notDeepEqual(shingles('cat'), shingles('dog'));
  assert.notDeepEqual(shingles('cat dog'), shingles('dog cat'));
  for (const empty of ['', ' \n', '!?…', '🙂', '❤\ufe0f❤\ufe0f', '\ud800'])
    assert.deepEqual(shingles(empty), [], empty);
});

test('scripts without spaces are cut into characters, whatever Latin stands among them', () => {
  for (const text of [
    '我想取消我的订单',
    '请问iPhone 15多少钱',
    '注文をキャンセルしたいのですが',
    '𠮷野家の住所',
    'ฉันต้องการยกเลิก',
  ])
    assert.equal(textUnits(text).kind, 'character', text);
  for (const text of [
    'cancel my order',
    'the sign 我 means I in Chinese',
    '주문을 취소하고 싶어요',
    'Хочу отменить заказ',
    '12 34',
  ])
    assert.equal(textUnits(text).kind, 'word', text);
  assert.equal(shingles('我想取消我的订单').length, 4);
  assert.deepEqual(shingles('我想取消，我的 订单。'), shingles('我想取消我的订单'));
});

test('there are as many shingles as plain string handling finds', () => {
  const word = fc.constantFrom(
    'a',
    'bill',
    'Card',
    'ÄRGER',
    'don’t',
    '...',
    'x-y',
    '你',
    '12',
    '_',
    '\u0301',
    '𝒳',
    'ﬁ',
  );
  fc.assert(
    fc.property(
      fc.array(word, { maxLength: 40 }),
      fc.constantFrom(' ', '  ', '\n', '\u3000'),
      (words, gap) => {
        const text = words.join(gap);
        const units = textUnits(text);
        const plain = units.kind === 'word' ? wordShingles(text) : characterShingles(text);
        assert.equal(shinglesOf(units).length, plain.size, JSON.stringify(text));
        assert.equal(units.length, plainNormalise(text).replaceAll(' ', '').length);
      },
    ),
  );
});

test('wide shingles are equal for equal runs alone', () => {
  const runs = (text: string): number[] => [...wideShingles(textUnits(text).hashes, 2)];
  const [ab, bc, ca] = runs('a b c a');
  assert.equal(new Set([ab, bc, ca]).size, 3);
  assert.deepEqual(runs('c a'), [ca]);
  assert.deepEqual(runs('c'), []);
  assert.notDeepEqual(
    [...wideShingles(textUnits('a b c').hashes, 3)],
    [...wideShingles(textUnits('a b').hashes, 2)],
  );
});

test('a megabyte of anything is done in linear time', () => {
  for (const piece of ['a', 'a ', '!', '\u0301', '我', '\ud835', '🙂', 'ﷺ', ' \u3000'])
    shinglesOf(textUnits(piece.repeat(1_000_000 / piece.length)));
});
