import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fc } from '../../../test/support/properties.ts';
import { exactMatch, normaliseReply, queryMatch } from './exact-match.ts';
import { likelihoodItems } from './likelihood.ts';
import { longestCommonSubsequence, rougeL, rougeTokens } from './rouge.ts';

type RougeCase = {
  prediction: string;
  reference: string;
  tokens: string[];
  precision: number;
  recall: number;
  f1: number;
};

test('ROUGE-L and its tokens agree with the rouge-score package', () => {
  const url = new URL('../../../test/golden/evaluate/rouge.json', import.meta.url);
  for (const { prediction, reference, tokens, ...expected } of JSON.parse(
    readFileSync(url, 'utf8'),
  ) as RougeCase[]) {
    assert.deepEqual(rougeTokens(prediction), tokens);
    const score = rougeL(prediction, reference);
    for (const key of ['precision', 'recall', 'f1'] as const) {
      assert.ok(Math.abs(score[key] - expected[key]) < 1e-12, `${key} of ${prediction} / ${reference}`);
    }
  }
});

test('ROUGE words of other scripts are kept', () => {
  assert.deepEqual(rougeTokens('Café für 2'), ['café', 'für', '2']);
  assert.deepEqual(rougeTokens('房间已预订 Ok'), ['房', '间', '已', '预', '订', 'ok']);
});

test('the longest common subsequence is symmetric, bounded, and whole for equal texts', () => {
  const words = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 });
  fc.assert(
    fc.property(words, words, words, (a, b, c) => {
      const length = longestCommonSubsequence(a, b);
      assert.equal(length, longestCommonSubsequence(b, a));
      assert.ok(length <= Math.min(a.length, b.length));
      assert.equal(longestCommonSubsequence([...a, ...b], [...a, ...c]) >= a.length, true);
    }),
  );
});

test('exact match folds case, punctuation, width and spaces, and nothing else', () => {
  assert.equal(exactMatch('  Hello,\nWORLD! ', 'hello world'), 1);
  assert.equal(exactMatch('ｈｅｌｌｏ', 'Hello.'), 1);
  assert.equal(exactMatch('the room', 'room'), 0);
  assert.equal(exactMatch('room 12', 'room 13'), 0);
  assert.equal(exactMatch('It costs 12.50.', 'it costs $12.50'), 1);
  assert.equal(exactMatch('It costs 12.50', 'it costs 1250'), 0);
  assert.equal(exactMatch('at 10:30', 'at 1030'), 0);
  assert.equal(exactMatch('您好！房间在 3 楼。', '您好，房间在 3 楼'), 1);
  assert.equal(normaliseReply('It costs $5 – ok?'), 'it costs 5 ok');
});

test('a text of signs alone equals itself, and no other, not even an empty one', () => {
  assert.equal(exactMatch('', '👍'), 0);
  assert.equal(exactMatch('!', '?'), 0);
  assert.equal(exactMatch(' 👍 ', '👍'), 1);
  assert.equal(exactMatch('', ' '), 1);
});

test('a query matches with its name and every argument, whatever the order of the keys', () => {
  const gold = [{ name: 'search', arguments: { city: 'Rome', guests: 2 } }];
  assert.equal(queryMatch([{ name: 'search', arguments: { guests: 2, city: 'Rome' } }], gold), 1);
  assert.equal(queryMatch([{ name: 'search', arguments: { guests: '2', city: 'Rome' } }], gold), 0);
  assert.equal(queryMatch([], gold), 0);
});

const score = (id: string, logProbabilities: number[], correct: number[]) => ({
  id,
  logProbabilities: Float32Array.from(logProbabilities),
  correct: Uint8Array.from(correct),
});

test('likelihoods are summed per example, and belong to its cluster', () => {
  const { perplexity, tokenAccuracy } = likelihoodItems(
    [score('a', [-1, -2], [1, 0]), score('b', [-0.5], [1])],
    [score('b', [-0.25], [1]), score('a', [-1, -1], [0, 0])],
    (id) => `of ${id}`,
  );
  assert.deepEqual(perplexity, [
    { id: 'a', cluster: 'of a', base: 3, tuned: 2, weight: 2 },
    { id: 'b', cluster: 'of b', base: 0.5, tuned: 0.25, weight: 1 },
  ]);
  assert.deepEqual(
    tokenAccuracy.map(({ base, tuned }) => [base, tuned]),
    [
      [1, 0],
      [1, 1],
    ],
  );
});

test('scores of different tokens, or not finite, are refused', () => {
  const good = [score('a', [-1, -2], [1, 0])];
  assert.throws(
    () => likelihoodItems(good, [score('a', [-1], [1])], String),
    /different tokens of conversation a: 2 and 1/,
  );
  assert.throws(() => likelihoodItems(good, [], String), /2 and none/);
  assert.throws(() => likelihoodItems(good, [score('a', [-1, NaN], [1, 0])], String), /not finite/);
});
