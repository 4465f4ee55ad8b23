import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { AttuneError } from '../base/errors.ts';
import { everythingOn, run } from '../../test/support/tiny-training.ts';
import type { Settings } from '../../test/support/tiny-training.ts';

test('parameters broken by the last step are not kept', async () => {
  const { model, settings } = await everythingOn();
  const config = { ...settings.config, learning_rate: 1e30, warmup_ratio: 0 };
  const plan = { ...settings.plan, steps: 1 };
  await assert.rejects(run(model, { ...settings, plan, config }), (error: AttuneError) => {
    assert.equal(error.code, 'training');
    assert.match(error.message, /the validation loss became NaN at step 1; its batch held train/);
    return true;
  });
});

test('a loss that is not finite stops the run and names the examples of its batch', async () => {
  const { model, settings } = await everythingOn();
  const config = { ...settings.config, learning_rate: 1e30, warmup_ratio: 0 };
  await assert.rejects(run(model, { ...settings, config }), (error: AttuneError) => {
    assert.equal(error.code, 'training');
    assert.match(error.message, /the loss became NaN at step \d+; its batch held train\d+\.\d+/);
    return true;
  });
});

test('the checkpoint before weights that are not finite is kept, and named', async (context) => {
  const { model, settings } = await everythingOn();
  const folder = await mkdtemp(join(tmpdir(), 'attune-broken-'));
  context.after(() => rm(folder, { recursive: true }));
  /** The rows of step 5 are learnt so fast that the weights overflow: those of a checkpoint due then. */
  const plan: Settings['plan'] = settings.plan;
  const config = { ...settings.config, checkpoint_every: 2, evaluate_every: 100 };
  await run(model, { ...settings, plan: { ...plan, steps: 2 }, config, validation: [] }, folder);
  const broken = { ...config, learning_rate: 1e39, schedule: 'constant' as const, warmup_ratio: 0 };
  await assert.rejects(
    run(model, { ...settings, config: { ...broken, checkpoint_every: 1 }, validation: [] }, folder),
    (error: AttuneError) => {
      assert.match(
        error.message,
        /the sum of the weights became (-?Infinity|NaN) at step 3; its batch held train/,
      );
      assert.ok(error.message.endsWith(`; the checkpoint of step 2 is kept in ${folder}`), error.message);
      return true;
    },
  );
  const { events } = await run(model, { ...settings, config }, folder);
  assert.deepEqual(events[0], { type: 'resumed', step: 2 });
});
