import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '../../test/support/properties.ts';
import { hashWords, splitWords } from './hashed-words.ts';

test('words are runs of letters and digits in lower case; apostrophes go; ideographs stand alone', () => {
  assert.deepEqual(splitWords("Don't  RE-OPEN order #12b, naïve Ünal’s!"), [
    'dont',
    're',
    'open',
    'order',
    '12b',
    'naïve',
    'ünals',
  ]);
  assert.deepEqual(
    splitWords('退款ok吗？カード'),
    ['退', '款', 'ok', '吗', 'カ', 'ー', 'ド'].filter((w) => w),
  );
  assert.deepEqual(splitWords('ที่อยู่ is ၅ ກໍ່'), ['ที่', 'อ', 'ยู่', 'is', '၅', 'ກໍ່']);
  assert.deepEqual(splitWords("'quoted' rock 'n' roll'"), ['quoted', 'rock', 'n', 'roll']);
  assert.deepEqual(splitWords('I ❤\ufe0f it 1\ufe0f\u20e3'), ['i', 'it', '1']);
  assert.deepEqual(splitWords(''), []);
});

test('hashes agree with the words as strings, whatever stands around them', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), fc.string({ maxLength: 30 }), (a, b) => {
      const text = `${a} ${b}`;
      const words = splitWords(text);
      const { hashes, lengths } = hashWords(text);
      assert.equal(hashes.length, words.length);
      words.forEach((word, i) => {
        assert.equal(hashes[i], hashWords(word).hashes[0]);
        if (lengths[i] !== 0) assert.equal(lengths[i], word.length);
      });
    }),
  );
});

test('a stem is the first six letters', () => {
  const [refund, refunds, refunded, refuse] = hashWords('refund refunds Refunded refuse').stems;
  assert.deepEqual([refunds, refunded], [refund, refund]);
  assert.notEqual(refuse, refund);
});

test('a megabyte of anything is read in one pass', () => {
  for (const text of [
    "'".repeat(1e6),
    "a'".repeat(5e5),
    'a'.repeat(1e6),
    '\u{1f642}'.repeat(5e5),
    '款'.repeat(1e6),
    `ก${'ิ'.repeat(1e6)}`,
  ])
    assert.ok(hashWords(text).hashes.length <= 1e6);
});
