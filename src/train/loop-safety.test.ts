import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Worker } from 'node:worker_threads';
import type { AttuneError } from '../base/errors.ts';
import { everythingOn, run, withDefaults } from '../../test/support/tiny-training.ts';
import type { Settings } from '../../test/support/tiny-training.ts';
import { inMemory } from './example-source.ts';
import { trainLoop } from './loop.ts';
import { sftObjective } from './objectives/sft.ts';

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

test('a validation split that cannot be read leaves no thread behind', async (context) => {
  const { model, settings } = await everythingOn();
  const workFolder = await mkdtemp(join(tmpdir(), 'attune-unread-'));
  context.after(() => rm(workFolder, { recursive: true }));
  const unreadable = { ...inMemory(settings.validation!), read: () => Promise.reject(new Error('gone')) };
  const threads: Worker[] = [];
  const note = (thread: Worker): number => threads.push(thread);
  process.on('worker', note);
  context.after(() => process.off('worker', note));
  const training = trainLoop(model, {
    plan: settings.plan,
    validation: unreadable,
    objective: sftObjective,
    config: withDefaults(settings.config),
    seed: 1,
    workFolder,
    signal: new AbortController().signal,
  });
  await assert.rejects(training.next(), /gone/);
  assert.ok(threads.length > 0);
  // An id of -1 is that of a thread that has ended.
  assert.ok(threads.every(({ threadId }) => threadId === -1));
});
