import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatBytes } from '../base/format-bytes.ts';
import { formatNumber, formatSummary } from './format.ts';
import { formatSeconds } from '../base/format-seconds.ts';

test('durations, sizes and numbers read as people write them', () => {
  assert.deepEqual([0.04, 9.96, 59.6, 125, 3661, 12000].map(formatSeconds), [
    '0.0 s',
    '10 s',
    '1 min 00 s',
    '2 min 05 s',
    '1 h 01 min',
    '3 h 20 min',
  ]);
  assert.deepEqual([0, 999, 1500, 162448, 16e6, 2.5e9].map(formatBytes), [
    '0 B',
    '999 B',
    '1.5 kB',
    '162 kB',
    '16.0 MB',
    '2.5 GB',
  ]);
  assert.deepEqual([1200, 0.51234, 1234.5, 3].map(formatNumber), ['1,200', '0.512', '1,235', '3']);
});

test('a summary shows its plain facts, and of an evaluation base and tuned', () => {
  assert.equal(
    formatSummary({ method: 'lora', validationLoss: 1.2345, nested: { a: 1 } }),
    'method lora, validation loss 1.23',
  );
  const evaluation = {
    base: { perplexity: 35.11, rouge_l: null },
    tuned: { perplexity: 8.2, rouge_l: null },
    difference: {},
  };
  assert.equal(formatSummary(evaluation), 'perplexity 35.1 → 8.2');
});
