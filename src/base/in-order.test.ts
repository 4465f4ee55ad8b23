import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inOrder } from './in-order.ts';

test('results come in the order of the items, with so many under way ahead of them', async () => {
  let underWay = 0;
  let most = 0;
  const waiting: (() => void)[] = [];
  const results: number[] = [];
  const work = async (item: number): Promise<number> => {
    most = Math.max(most, ++underWay);
    const { promise, resolve } = Promise.withResolvers<void>();
    waiting.push(resolve);
    // Four at a time end, the last one first.
    if (waiting.length === 4) for (const end of waiting.splice(0).reverse()) end();
    await promise;
    underWay -= 1;
    return item;
  };
  const items = Array.from({ length: 32 }, (_, i) => i);
  for await (const result of inOrder(items, 4, work)) results.push(result);
  assert.deepEqual(results, items);
  assert.equal(most, 4);
});

test('a failure is thrown when those under way have ended; later items are not begun', async () => {
  const begun: number[] = [];
  const ended: number[] = [];
  const work = async (item: number): Promise<number> => {
    begun.push(item);
    if (item === 2) throw new Error('no');
    // Long after the failure: item 5 is not begun before the results 0 and 1 were taken.
    if (item > 2) for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate);
    ended.push(item);
    return item;
  };
  const seen: number[] = [];
  await assert.rejects(async () => {
    for await (const result of inOrder([0, 1, 2, 3, 4, 5, 6, 7, 8], 4, work)) seen.push(result);
  }, /^Error: no$/);
  assert.deepEqual(seen, [0, 1]);
  assert.deepEqual(begun, [0, 1, 2, 3, 4, 5]);
  assert.deepEqual(ended, [0, 1, 3, 4, 5]);
});
