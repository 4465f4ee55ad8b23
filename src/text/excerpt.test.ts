import assert from 'node:assert/strict';
import { test } from 'node:test';
import { beginning, wholeCharacter } from './excerpt.ts';

test('an excerpt ends with a whole character', () => {
  assert.deepEqual(
    [0, 1, 2, 3, 4].map((length) => beginning('a😀b', length)),
    ['…', 'a…', 'a…', 'a😀…', 'a😀b'],
  );
  assert.deepEqual(
    [0, 1, 2, 3].map((at) => wholeCharacter('\udc00😀', at)),
    [0, 1, 1, 3],
  );
});
