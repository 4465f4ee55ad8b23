import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { loadModel } from '../model/model-folder.ts';
import { everythingOn, run, runWithStops, startLoop, tinyLlama } from '../../test/support/tiny-training.ts';
import type { TrainEvent } from './engine.ts';
import type { LoopResult } from './loop.ts';

/** A folder that is gone after the test. */
async function temporaryFolder(context: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'attune-resume-'));
  context.after(() => rm(folder, { recursive: true }));
  return folder;
}

function assertSame(result: LoopResult, expected: LoopResult): void {
  assert.equal(result.bestStep, expected.bestStep);
  assert.equal(result.validationLoss, expected.validationLoss);
  assert.equal(result.trainedTokens, expected.trainedTokens);
  for (const [p, { data }] of result.parameters.entries())
    assert.deepEqual(data, expected.parameters[p]!.data);
}

for (const optimizer of ['adamw', 'adamw_8bit', 'adafactor'] as const)
  test(`${optimizer}: a run stopped after every step ends in the same bytes as an undisturbed one`, async (context) => {
    const { model: adapted, settings } = await everythingOn();
    // Small adapter matrices keep float32 state: 8-bit state shows in full training.
    const [model, method] =
      optimizer === 'adamw' ? [adapted, 'lora' as const] : [await loadModel(tinyLlama), 'full' as const];
    const config = { ...settings.config, method, optimizer, neftune_alpha: 5 };
    const undisturbed = await run(model, { ...settings, config });
    assert.ok(undisturbed.result.steps >= 10);
    const { result, stops } = await runWithStops(
      model,
      { ...settings, config },
      await temporaryFolder(context),
    );
    assert.ok(stops >= undisturbed.result.steps - 1);
    assertSame(result, undisturbed.result);
  });

test('a run killed between checkpoints does the lost steps again, to the same bytes', async (context) => {
  const { model, settings } = await everythingOn();
  const undisturbed = await run(model, settings);
  const folder = await temporaryFolder(context);
  for (const steps of [3, 5, 4]) await runAndKill(steps, folder);
  const { events, result } = await run(model, settings, folder);
  assert.deepEqual(events[0], { type: 'resumed', step: 8 });
  assertSame(result, undisturbed.result);

  /** Nothing is saved when a generator is left: what is on disk is what a kill leaves. */
  async function runAndKill(steps: number, workFolder: string): Promise<void> {
    let done = 0;
    for await (const event of startLoop(model, settings, workFolder))
      if (event.type === 'step' && ++done === steps) break;
  }
});

test('the newest checkpoints are kept; a damaged one is passed over with a warning', async (context) => {
  const { model, settings } = await everythingOn();
  const config = { ...settings.config, keep_checkpoints: 2 };
  const undisturbed = await run(model, { ...settings, config });
  const folder = await temporaryFolder(context);
  for await (const event of startLoop(model, { ...settings, config }, folder))
    if (event.type === 'checkpoint' && event.step === 8) break;
  assert.deepEqual((await readdir(folder)).sort(), [
    'best.safetensors',
    'checkpoint-6.json',
    'checkpoint-6.safetensors',
    'checkpoint-8.json',
    'checkpoint-8.safetensors',
  ]);
  const damaged = join(folder, 'checkpoint-8.safetensors');
  await writeFile(damaged, 'half a fi', { flag: 'r+' });
  const { events, result } = await run(model, { ...settings, config }, folder);
  assert.deepEqual(events[0], {
    type: 'warning',
    message: 'the checkpoint of step 8 is damaged (its bytes are not those written); going on from step 6',
  });
  assert.deepEqual(events[1], { type: 'resumed', step: 6 });
  assertSame(result, undisturbed.result);
});

test('a checkpoint without its last file, or with a file that is not JSON, does not count', async (context) => {
  const { model, settings } = await everythingOn();
  const folder = await temporaryFolder(context);
  await writeFile(join(folder, 'checkpoint-4.safetensors'), 'cut off');
  await writeFile(join(folder, 'checkpoint-6.json'), '{');
  const events: TrainEvent[] = [];
  for await (const event of startLoop(model, settings, folder)) {
    events.push(event);
    if (event.type === 'step') break;
  }
  assert.equal(events[0]!.type, 'warning');
  const first = events.find(({ type }) => type === 'step');
  assert.deepEqual(first, { ...first, step: 1 });
});

/** Far too fast to learn: the validation loss soon rises. */
const stoppingEarly = {
  learning_rate: 2,
  schedule: 'constant',
  evaluate_every: 1,
  early_stopping: 2,
} as const;

test('a run killed after it stopped early stops at the same step when it is run again', async (context) => {
  const { model, settings } = await everythingOn();
  const config = { ...settings.config, ...stoppingEarly };
  const folder = await temporaryFolder(context);
  const first = await run(model, { ...settings, config }, folder);
  const again = await run(model, { ...settings, config }, folder);
  assert.ok(first.result.steps < settings.plan.steps);
  assert.deepEqual(
    again.events.map(({ type }) => type),
    ['resumed', 'early-stop'],
  );
  assert.deepEqual(again.result, first.result);
});
