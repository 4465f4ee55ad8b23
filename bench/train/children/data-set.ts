/** The embedded engine on a data set of so many examples: encodes and plans all of them, takes a few steps, tells its memory. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeJsonLines } from '../../../src/formats/jsonl.ts';
import type { Example } from '../../../src/data/example.ts';
import { trainConfig } from '../../../src/train/config.ts';
import { embeddedEngine } from '../../../src/train/engines/embedded.ts';
import { answer, job, peakBytes } from '../../answer.ts';

export type DataSetJob = { model: string; examples: string; threads: number; steps: number };

const { model, examples, threads, steps } = job<DataSetJob>();
const work = await mkdtemp(join(tmpdir(), 'attune-bench-'));
await answer(
  {},
  {
    train: async () => {
      const startMs = performance.now();
      const validationFile = join(work, 'validation.jsonl');
      await writeJsonLines(validationFile, [] satisfies Example[]);
      const config = trainConfig.parse({
        base: model,
        sequence_length: 256,
        batch_size: 4,
        epochs: 1,
        max_steps: steps,
        threads,
      });
      const training = embeddedEngine.train(
        {
          base: model,
          trainFile: examples,
          validationFile,
          objective: { type: 'sft', supervise: 'assistant' },
          config,
          seed: 1,
          workFolder: join(work, 'engine'),
          outputFolder: join(work, 'output'),
        },
        new AbortController().signal,
      );
      let plannedMs = 0;
      for (let next = await training.next(); !next.done; next = await training.next())
        if (next.value.type === 'preflight') plannedMs = performance.now() - startMs;
      return { peakBytes: await peakBytes(), planSeconds: plannedMs / 1000 };
    },
  },
);
await rm(work, { recursive: true });
