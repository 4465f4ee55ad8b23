import { deepEqual, equal, match, throws } from 'node:assert/strict';
import { test } from 'node:test';
import { checkData, checkDisk, checkMemory } from './preflight.ts';
import type { EncodedCounts } from './preflight.ts';

const whole: EncodedCounts = {
  examples: 90,
  tokens: 9000,
  supervised: 3000,
  truncated: 0,
  supervisedCut: 0,
  dropped: 0,
};
const limits = { max_truncated_share: 0.2, sequence_length: 512 };

test('whole data passes without a word', () => {
  deepEqual(checkData(whole, whole, limits), []);
});

test('nothing to learn from is refused with the number of examples', () => {
  const nothing = { ...whole, examples: 0, tokens: 0, supervised: 0, dropped: 12 };
  throws(() => checkData(nothing, whole, limits), {
    code: 'training',
    message: /none of the 12 training examples/,
    fix: /train\.sequence_length \(512\)/,
  });
});

test('cut answers are a warning with their share, and beyond the budget a refusal', () => {
  const cut = { ...whole, truncated: 20, supervisedCut: 600, dropped: 10 };
  const [warning] = checkData(cut, whole, limits);
  equal(
    warning,
    '20 of 100 examples are longer than 512 tokens and were cut (10 had nothing left to learn from): 17% of what could be learnt is lost',
  );
  throws(() => checkData({ ...cut, supervisedCut: 1000 }, whole, limits), {
    code: 'training',
    message: /: 25% of what could be learnt is lost; train\.max_truncated_share allows 20%/,
  });
});

test('an empty validation split is a warning', () => {
  const none = { ...whole, examples: 0, tokens: 0, supervised: 0 };
  match(checkData(whole, none, limits).join(), /validation split is empty/);
});

test('a full disk and too little memory are found before they are met', () => {
  checkDisk('/work', 5e9, 6e9);
  throws(() => checkDisk('/work', 5e9, 4e9), {
    code: 'storage',
    message: /need 5\.0 GB, but 4\.0 GB are free/,
  });
  deepEqual(checkMemory(4e9, 8e9), []);
  match(checkMemory(7.6e9, 8e9).join(), /about 7\.6 GB of memory, and 8\.0 GB are free/);
  throws(() => checkMemory(9e9, 8e9), { code: 'training', fix: /gradient_checkpointing/ });
});
