import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { trainConfig } from '../config.ts';
import type { TrainEvent, TrainResult } from '../engine.ts';
import { embeddedEngine } from './embedded.ts';

const base = fileURLToPath(new URL('../../../models/attune-base', import.meta.url));

test('method qlora quantises its base once, and gives the same adapter each time', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'attune-qlora-'));
  const examples = ['tea', 'bread', 'soap', 'rope'].map((thing, i) => ({
    messages: [
      { role: 'user', content: `Do you sell ${thing}?` },
      { role: 'assistant', content: `Yes, we have ${thing}.` },
    ],
    meta: { id: `${i}`, source: 'test' },
  }));
  const file = join(folder, 'examples.jsonl');
  await writeFile(file, examples.map((example) => `${JSON.stringify(example)}\n`).join(''));
  const train = async (name: string): Promise<{ result: TrainResult; events: TrainEvent[] }> => {
    const job = {
      base,
      objective: { type: 'sft' as const, supervise: 'assistant' as const },
      trainFile: file,
      validationFile: file,
      config: trainConfig.parse({
        method: 'qlora',
        sequence_length: 32,
        batch_size: 2,
        max_steps: 2,
        learning_rate: 0.01,
        threads: 1,
      }),
      seed: 3,
      workFolder: join(folder, name, 'work'),
      cacheFolder: join(folder, 'cache'),
      outputFolder: join(folder, name, 'output'),
    };
    const events: TrainEvent[] = [];
    const running = embeddedEngine.train(job, new AbortController().signal);
    for (;;) {
      const { done, value } = await running.next();
      if (done) return { result: value, events };
      events.push(value);
    }
  };
  try {
    const first = await train('first');
    const second = await train('second');
    const told = ({ events }: typeof first): number =>
      events.filter(({ type }) => type === 'quantising').length;
    assert.deepEqual([told(first), told(second)], [49, 0]);
    assert.deepEqual(second.result, first.result);
    const written = await readFile(join(folder, 'first', 'output', 'training_args.json'), 'utf8');
    const args = JSON.parse(written) as { quantization: unknown; result: TrainResult };
    assert.deepEqual(args.quantization, { type: 'nf4', double: true });
    // Measured on the base in 4 bits, as it was trained.
    assert.deepEqual(args.result, first.result);
    assert.equal(first.result.method, 'qlora');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
