import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '../../test/support/properties.ts';
import { packedFeeds, supervisedInRows } from '../model/packing.ts';
import type { Row } from '../model/packing.ts';
import type { EncodedExample } from '../text/encoded-example.ts';
import { planBatches } from './batches.ts';
import type { BatchPlan } from './batches.ts';
import { inMemory } from './example-source.ts';

const length = 16;
const settings = { sequence_length: length, batch_size: 2, gradient_accumulation: 2, epochs: 1 };

function example(id: string, tokens: number): EncodedExample {
  const supervised = new Uint8Array(tokens).fill(1);
  return { id, tokens: Int32Array.from({ length: tokens }, (_, i) => i + 1), supervised };
}

const examples = fc
  .array(fc.integer({ min: 1, max: length }), { minLength: 1, maxLength: 40 })
  .map((lengths) => lengths.map((tokens, i) => example(String(i), tokens)));

/** All steps of a plan, read. */
async function stepsOf({ steps, readStep }: BatchPlan): Promise<Row[][][]> {
  return Promise.all(Array.from({ length: steps }, (_, step) => readStep(step)));
}

test('every example comes once an epoch, no row is overfull, and no pass or step holds more than it may', async () => {
  await fc.assert(
    fc.asyncProperty(examples, fc.integer({ min: 1, max: 3 }), async (list, epochs) => {
      const plan = planBatches(inMemory(list), { ...settings, epochs }, 5);
      const steps = await stepsOf(plan);
      const counts = new Map<string, number>();
      for (const { id } of steps.flat(3)) counts.set(id, (counts.get(id) ?? 0) + 1);
      assert.deepEqual(counts, new Map([...counts.keys()].map((id) => [id, epochs])));
      assert.equal(counts.size, list.length);
      for (const passes of steps) assert.ok(passes.length >= 1 && passes.length <= 2);
      for (const rows of steps.flat()) {
        assert.ok(rows.length >= 1 && rows.length <= 2);
        assert.ok(supervisedInRows(rows) <= plan.shape.targets);
        for (const row of rows) {
          assert.ok(row.reduce((sum, { tokens }) => sum + tokens.length, 0) <= length);
        }
      }
    }),
  );
});

test('a fraction of an epoch takes that share of the examples, one at least', async () => {
  const list = inMemory(Array.from({ length: 10 }, (_, i) => example(String(i), 4)));
  const drawn = async (epochs: number): Promise<number> =>
    (await stepsOf(planBatches(list, { ...settings, epochs }, 5))).flat(3).length;
  assert.deepEqual(await Promise.all([0.5, 1, 1.3, 0.01].map(drawn)), [5, 10, 13, 1]);
});

test('a plan cut at max_steps is the beginning of the whole plan', async () => {
  await fc.assert(
    fc.asyncProperty(examples, fc.integer({ min: 1, max: 5 }), async (list, max) => {
      const source = inMemory(list);
      const whole = await stepsOf(planBatches(source, { ...settings, epochs: 3 }, 5));
      const cut = await stepsOf(planBatches(source, { ...settings, epochs: 3, max_steps: max }, 5));
      assert.deepEqual(cut, whole.slice(0, max));
    }),
  );
});

test('nothing to train on makes no step', () => {
  assert.equal(planBatches(inMemory([]), settings, 5).steps, 0);
});

test('the first token of an example is never a target, and what is left over weighs nothing', () => {
  const rows = [[example('one token', 1), example('three', 3)]];
  const { targets, predictors, weights, segments } = packedFeeds(rows, { rows: 2, length: 5, targets: 4 });
  assert.deepEqual([...weights], [1, 1, 0, 0]);
  assert.deepEqual([...targets!].slice(0, 2), [2n, 3n]);
  assert.deepEqual([...predictors!].slice(0, 2), [1n, 2n]);
  assert.deepEqual([...segments!], [1n, 2n, 2n, 2n, 0n, 0n, 0n, 0n, 0n, 0n]);
});

test('grouped by length, the same examples fill fewer rows', async () => {
  const list = Array.from({ length: 300 }, (_, i) => example(String(i), 1 + ((i * 7) % length)));
  const rows = async (group_by_length: boolean): Promise<Row[]> => {
    const config = { ...settings, batch_size: 20, group_by_length };
    return (await stepsOf(planBatches(inMemory(list), config, 5))).flat(2);
  };
  const [shuffled, grouped] = [await rows(false), await rows(true)];
  assert.ok(grouped.length < shuffled.length, `${grouped.length} and ${shuffled.length} rows`);
  const ids = (all: Row[]): Set<string> => new Set(all.flat().map(({ id }) => id));
  assert.deepEqual(ids(grouped), ids(shuffled));
});
