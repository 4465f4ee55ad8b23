import assert from 'node:assert/strict';
import { mkdtemp, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { AttuneError } from '../base/errors.ts';
import { seededRandom } from '../base/random.ts';
import type { EncodedExample } from '../text/encoded-example.ts';
import { planBatches } from './batches.ts';
import { writeExampleFile } from './example-file.ts';
import { inMemory } from './example-source.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'attune-example-file-'));
});
after(() => rm(folder, { recursive: true, force: true }));

function examplesOf(count: number): EncodedExample[] {
  const random = seededRandom(1, 'examples');
  return Array.from({ length: count }, (_, i) => {
    const length = 2 + random.integer(40);
    return {
      id: `Größe ${i}`,
      tokens: Int32Array.from({ length }, () => random.integer(2 ** 31)),
      supervised: Uint8Array.from({ length }, () => random.integer(2)),
    };
  });
}

async function* streamed<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items;
}

test('examples come back as they were, and are planned as if they were in memory', async () => {
  const examples = examplesOf(3000);
  const file = await writeExampleFile(join(folder, 'new', 'train.encoded'), streamed(examples));
  const memory = inMemory(examples);
  assert.deepEqual(
    { tokens: file.tokens, supervised: file.supervised },
    { tokens: memory.tokens, supervised: memory.supervised },
  );
  const indexes = Int32Array.of(2999, 0, 17, 17);
  assert.deepEqual(await file.read(indexes), await memory.read(indexes));

  const config = { sequence_length: 64, batch_size: 4, gradient_accumulation: 2, epochs: 2.5 };
  const [planned, expected] = [planBatches(file, config, 3), planBatches(memory, config, 3)];
  assert.equal(planned.steps, expected.steps);
  for (const step of [0, planned.steps - 1])
    assert.deepEqual(await planned.readStep(step), await expected.readStep(step));
  await file.close();
});

test('the file of a run before is written over', async () => {
  const path = join(folder, 'again.encoded');
  await (await writeExampleFile(path, streamed(examplesOf(50)))).close();
  const [example] = examplesOf(1);
  const file = await writeExampleFile(path, streamed([example!]));
  assert.deepEqual(await file.read(Int32Array.of(0)), [example]);
  await file.close();
});

test('a file that was cut short, and a folder that is a file, are told with the path', async () => {
  const path = join(folder, 'cut.encoded');
  const file = await writeExampleFile(path, streamed(examplesOf(5)));
  await truncate(path, 10);
  const tellsPath = (error: unknown): boolean =>
    error instanceof AttuneError && error.code === 'storage' && error.message.includes('cut.encoded');
  await assert.rejects(file.read(Int32Array.of(4)), tellsPath);
  await file.close();
  await assert.rejects(
    writeExampleFile(join(path, 'in-a-file', 'cut.encoded'), streamed(examplesOf(1))),
    tellsPath,
  );
});

test('what breaks the stream of examples passes through', async () => {
  async function* broken(): AsyncGenerator<EncodedExample> {
    yield* examplesOf(2);
    throw new AttuneError('data', 'line 3 is no example');
  }
  await assert.rejects(writeExampleFile(join(folder, 'broken.encoded'), broken()), /line 3 is no example/);
});

/** In a thread whose heap has no room for the examples: 64 MiB, where a million of them held as objects take over 300. */
test('a million examples are encoded and planned in bounded memory', async () => {
  const worker = new Worker(new URL('../../test/support/million-examples.ts', import.meta.url), {
    workerData: { path: join(folder, 'million.encoded'), count: 1_000_000 },
    resourceLimits: { maxOldGenerationSizeMb: 64 },
  });
  const { steps, tokensRead, arrayBytes } = await new Promise<{
    steps: number;
    tokensRead: number;
    arrayBytes: number;
  }>((resolve, reject) => {
    worker.once('message', resolve).once('error', reject);
  });
  assert.ok(steps > 1000, `${steps} steps`);
  assert.ok(tokensRead > 100);
  // 16 bytes each for the index, 4 for the plan of one epoch, and what is left of their making.
  assert.ok(arrayBytes < 80e6, `${arrayBytes} bytes of arrays`);
});
