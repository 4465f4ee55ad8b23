import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { inOrder } from './in-order.ts';

test('results come in the order of the items, with so many under way ahead of them', async () => {
  let underWay = 0;
  let most = 0;
  const results: number[] = [];
  const work = async (item: number): Promise<number> => {
    most = Math.max(most, ++underWay);
    await sleep((item * 7) % 5);
    underWay -= 1;
    return item;
  };
  const items = Array.from({ length: 30 }, (_, i) => i);
  for await (const result of inOrder(items, 4, work)) results.push(result);
  assert.deepEqual(results, items);
  assert.equal(most, 4);
});

test('a failure is thrown when those under way have ended; later items are not begun', async () => {
  const ended: number[] = [];
  const work = async (item: number): Promise<number> => {
    await sleep(item === 2 ? 1 : 10);
    ended.push(item);
    if (item === 2) throw new Error('no');
    return item;
  };
  const seen: number[] = [];
  await assert.rejects(async () => {
    for await (const result of inOrder([0, 1, 2, 3, 4, 5, 6, 7, 8], 4, work)) seen.push(result);
  }, /^Error: no$/);
  assert.deepEqual(seen, [0, 1]);
  assert.deepEqual(ended.sort(), [0, 1, 2, 3, 4, 5]);
});
