import { test } from 'node:test';
import assert from 'node:assert/strict';
import { countCharacters } from './count-characters.ts';

test('characters are code points, and those of Chinese, Japanese and Korean count twice', () => {
  const counts = ['', 'Grüße', '👍 ok', '包裹在哪里', '届いた?', '안녕', '𠮷'].map(countCharacters);
  assert.deepEqual(counts, [0, 5, 4, 10, 7, 4, 2]);
});
