import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '../../../test/support/properties.ts';
import { comparableOf } from './similarity-fact.ts';
import { jaccard, orderedJaccard, similarity } from './similarity.ts';
import { SimilarityIndex } from './similarity-index.ts';

test('similarity of short texts is by words in the same order, of longer ones by shingles', () => {
  const of = (a: string, b: string): number => similarity(comparableOf(a), comparableOf(b));
  assert.equal(of('what is my account balance', 'what is my balance'), 4 / 5);
  assert.equal(of('Hello!', 'hello'), 1);
  assert.ok(of('please turn the light on', 'please turn the light off') < 0.8);
  assert.ok(of('send money from savings to checking', 'send money from checking to savings') < 0.8);
  assert.equal(of('', ''), 0);
  assert.equal(of('!!!', '???'), 0);
  assert.equal(of('how much paid time off do i have', 'how much paid time off do i have left'), 6 / 7);
  // Seven words against eight: one of the two is not short.
  assert.equal(of('much paid time off do i have', 'much paid time off do i have left'), 5 / 6);
});

test('Jaccard of lists and of sequences', () => {
  const list = (...values: number[]): Uint32Array => Uint32Array.from(values);
  assert.equal(jaccard(list(1, 2, 3), list(2, 3, 4)), 0.5);
  assert.equal(jaccard(list(), list()), 0);
  assert.equal(jaccard(list(0xffffffff, 0xfffffffe).sort(), list(0xffffffff)), 0.5);
  assert.equal(orderedJaccard(list(1, 2, 3, 4), list(4, 1, 2, 3)), 3 / 5);
  assert.equal(orderedJaccard(list(), list()), 0);
});

test('the index finds every similar text and no other', () => {
  const word = fc.constantFrom(...'abcdefgh');
  const text = fc.array(word, { maxLength: 25 }).map((words) => words.join(' '));
  fc.assert(
    fc.property(
      fc.array(text, { maxLength: 25 }),
      text,
      fc.constantFrom(0.5, 0.6, 0.8, 1),
      (texts, query, threshold) => {
        const all = texts.map(comparableOf);
        const found = [...new SimilarityIndex(all, threshold).find(comparableOf(query))];
        const expected = all.flatMap((one, i) =>
          similarity(one, comparableOf(query)) >= threshold ? [i] : [],
        );
        assert.deepEqual(
          found.map(({ text: number }) => number).sort((a, b) => a - b),
          expected,
        );
      },
    ),
    { numRuns: 300 },
  );
});
