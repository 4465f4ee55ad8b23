import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { writeTinyLlama } from '../../../test/support/tiny-llama.ts';
import { AttuneError } from '../../base/errors.ts';
import type { Example } from '../../data/example.ts';
import { trainConfig } from '../config.ts';
import type { TrainEvent, TrainJob, TrainResult } from '../engine.ts';
import type { ObjectiveConfig } from '../objective.ts';
import { embeddedEngine } from './embedded.ts';

/** Preference training from records to an adapter, on a tiny Llama. */
let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'attune-preference-'));
  await writeTinyLlama(join(folder, 'base'));
  const pairs = ['tea', 'bread', 'soap', 'rope', 'salt', 'ink'].map((thing, i): Example => ({
    messages: [
      { role: 'user', content: `Do you sell ${thing}?` },
      {
        role: 'assistant',
        content: `Yes, we sell ${thing}.`,
        rejected: [{ content: `Ask elsewhere${'!'.repeat(i)}` }],
      },
    ],
    meta: { id: `${i}`, source: 'test' },
  }));
  await writeFile(join(folder, 'pairs.jsonl'), pairs.map((pair) => `${JSON.stringify(pair)}\n`).join(''));
});
after(() => rm(folder, { recursive: true }));

function job(name: string, objective: ObjectiveConfig, settings: Record<string, unknown> = {}): TrainJob {
  const file = join(folder, 'pairs.jsonl');
  return {
    base: join(folder, 'base'),
    objective,
    trainFile: file,
    validationFile: file,
    config: trainConfig.parse({
      sequence_length: 48,
      batch_size: 1,
      gradient_accumulation: 2,
      epochs: 2,
      learning_rate: 0.01,
      evaluate_every: 3,
      checkpoint_every: 2,
      threads: 1,
      ...settings,
    }),
    seed: 3,
    workFolder: join(folder, name, 'work'),
    outputFolder: join(folder, name, 'output'),
  };
}

async function train(
  task: TrainJob,
  stopAfter?: TrainEvent['type'],
): Promise<{ events: TrainEvent[]; result: TrainResult | undefined }> {
  const controller = new AbortController();
  const events: TrainEvent[] = [];
  const running = embeddedEngine.train(task, controller.signal);
  try {
    for (let next = await running.next(); ; next = await running.next()) {
      if (next.done) return { events, result: next.value };
      events.push(next.value);
      if (next.value.type === stopAfter) controller.abort();
    }
  } catch (error) {
    assert.ok(error instanceof AttuneError && error.code === 'interrupted', String(error));
    return { events, result: undefined };
  }
}

const dpo = { type: 'dpo', loss: 'sigmoid', beta: 0.5, labelSmoothing: 0 } as const;

test('DPO starts at its reference and learns to tell the answers apart', async () => {
  const { events } = await train(job('plain', dpo, { epochs: 6 }));
  const steps = events.filter((event) => event.type === 'step');
  // Policy and reference are one model before the first step: log 2, and no reward.
  assert.ok(Math.abs(steps[0]!.loss - Math.LN2) < 1e-5);
  assert.ok(Math.abs(steps[0]!.metrics['rewards/margins']!) < 1e-5);
  const evaluations = events.filter((event) => event.type === 'evaluation');
  const last = evaluations.at(-1)!;
  assert.ok(last.loss < 0.6 * Math.LN2);
  assert.ok(Math.abs(last.metrics['rewards/accuracies']! - 1) < 1e-9);
});

test('a DPO run stopped during its references and at every step ends in the same bytes, and computes them once', async () => {
  const undisturbed = await train(job('whole', dpo));
  const task = job('stopped', dpo);
  let references = 0;
  let result: TrainResult | undefined;
  for (
    let stopAt: TrainEvent['type'] = 'reference';
    !result;
    stopAt = references < 4 ? 'reference' : 'step'
  ) {
    const part = await train(task, stopAt);
    references += part.events.filter(({ type }) => type === 'reference').length;
    result = part.result;
  }
  assert.equal(references, undisturbed.events.filter(({ type }) => type === 'reference').length);
  assert.equal(result.sha256, undisturbed.result!.sha256);
  assert.equal(result.validationLoss, undisturbed.result!.validationLoss);
});

test('DPO that goes on from a trained adapter has that adapter as its reference', async () => {
  const first = job('sft', { type: 'sft', supervise: 'assistant' });
  await train(first);
  const { events } = await train({ ...job('after', dpo), adapter: first.outputFolder });
  const step = events.find((event) => event.type === 'step')!;
  assert.ok(Math.abs(step.loss - Math.LN2) < 1e-5);
  const fresh = await train(job('fresh', dpo));
  const untrained = fresh.events.find((event) => event.type === 'step')!;
  assert.ok(step.metrics['logps/chosen']! > untrained.metrics['logps/chosen']! + 1);
});

test('ORPO needs no reference and makes the chosen answers likelier', async () => {
  const { events } = await train(job('orpo', { type: 'orpo', beta: 0.5 }, { epochs: 6 }));
  assert.ok(!events.some(({ type }) => type === 'reference'));
  const evaluations = events.filter((event) => event.type === 'evaluation');
  assert.ok(evaluations.at(-1)!.metrics['logps/chosen']! > evaluations[0]!.metrics['logps/chosen']! + 0.5);
});

test('whole-sequence SFT learns every token but the first of each example', async () => {
  const learnt = async (supervise: 'assistant' | 'all'): Promise<{ supervised: number; tokens: number }> => {
    const { events } = await train(job(supervise, { type: 'sft', supervise }, { max_steps: 1 }));
    const { supervisedShare, tokens } = events.find((event) => event.type === 'preflight')!;
    return { supervised: supervisedShare * tokens, tokens };
  };
  const [all, assistant] = [await learnt('all'), await learnt('assistant')];
  assert.ok(Math.abs(all.supervised - (all.tokens - 6)) < 1e-6);
  assert.ok(assistant.supervised < all.supervised / 1.5);
});

test('records without a rejected answer are named as the reason', async () => {
  const file = join(folder, 'plain.jsonl');
  const lines = (await readFile(join(folder, 'pairs.jsonl'), 'utf8')).replaceAll('"rejected"', '"other"');
  await writeFile(file, lines);
  await assert.rejects(train({ ...job('none', dpo), trainFile: file }), (error: Error) => {
    assert.match(String(error), /none of the 6 training records has a rejected answer/);
    return true;
  });
});
