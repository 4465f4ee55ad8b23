import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wordFinder } from './word-list.ts';

const find = wordFinder(['damn', 'piece of junk', 'piece', 'Mist', '笨蛋', 'ass']);

test('finds whole words, case ignored', () => {
  assert.deepEqual(find('DAMN, what a piece of  junk!'), ['damn', 'piece of junk']);
  assert.deepEqual(find('a piece of it'), ['piece']);
  assert.deepEqual(find('assistance, class, pass'), []);
});

test('finds words anywhere in a script without spaces', () => {
  assert.deepEqual(find('你是笨蛋吗'), ['笨蛋']);
});

test('a long hostile text costs little time', () => {
  assert.equal(find('piece of '.repeat(100_000)).length, 100_000);
});
