import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lossChart } from './charts.ts';

test('the curve of a training of 200,000 steps is drawn, from its first step to its last', () => {
  const training = Array.from({ length: 200_000 }, (_, i) => ({ step: i + 1, loss: 3 - i / 200_000 }));
  const { html: markup } = lossChart({ training, validation: [{ step: 200_000, loss: 2.5 }] });
  assert.match(markup, /cx="704.0"/);
  assert.match(markup, />200,000</);
  assert.ok(markup.length < 20_000, `${markup.length} characters`);
});
