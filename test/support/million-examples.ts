/** Worker: writes and plans many short examples, reads a step of them, and says what that took. */
import { parentPort, workerData } from 'node:worker_threads';
import type { EncodedExample } from '../../src/text/encoded-example.ts';
import { planBatches } from '../../src/train/batches.ts';
import { writeExampleFile } from '../../src/train/example-file.ts';

const { path, count } = workerData as { path: string; count: number };

async function* examples(): AsyncGenerator<EncodedExample> {
  for (let i = 0; i < count; i++) {
    const length = 4 + (i % 9);
    const tokens = new Int32Array(length).fill(i);
    yield { id: `example ${i}`, tokens, supervised: new Uint8Array(length).fill(1) };
  }
}

const file = await writeExampleFile(path, examples());
const config = { sequence_length: 512, batch_size: 8, gradient_accumulation: 1, epochs: 1 };
const plan = planBatches(file, config, 1);
const rows = (await plan.readStep(plan.steps - 1)).flat();
parentPort!.postMessage({
  steps: plan.steps,
  tokensRead: rows.flat().reduce((sum, { tokens }) => sum + tokens.length, 0),
  arrayBytes: process.memoryUsage().arrayBuffers,
});
await file.close();
