import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { learningRateAt, warmupSteps } from './schedule.ts';
import type { ScheduleConfig } from './schedule.ts';

/** Values of transformers.get_scheduler (made by scripts/golden/engine_optimisers.py). */
const { schedules } = JSON.parse(
  await readFile(new URL('../../test/golden/engine/optimisers.json', import.meta.url), 'utf8'),
) as {
  schedules: {
    schedule: ScheduleConfig['shape'];
    warmupSteps: number;
    steps: number;
    learningRates: number[];
  }[];
};

test('learning rates are those of transformers, the warm-up one step ahead', () => {
  assert.equal(schedules.length, 9);
  for (const { schedule, warmupSteps: warmup, steps, learningRates } of schedules)
    for (let step = 0; step < steps; step++) {
      const rate = learningRateAt(step, { peak: 1, shape: schedule, steps, warmupSteps: warmup });
      // The value that ends the reference's rise, 1, is ours in the last step of the warm-up.
      const expected = learningRates[step < warmup ? step + 1 : step]!;
      assert.ok(Math.abs(rate - expected) < 1e-7, `${schedule}, warm-up ${warmup}, step ${step}: ${rate}`);
    }
});

test('the warm-up is a number of steps or a share of them', () => {
  assert.equal(warmupSteps(30, { warmup_steps: 7 }), 7);
  assert.equal(warmupSteps(30, { warmup_steps: 0 }), 0);
  assert.equal(warmupSteps(30, { warmup_ratio: 0.1 }), 3);
  assert.equal(warmupSteps(30, {}), 2);
});
