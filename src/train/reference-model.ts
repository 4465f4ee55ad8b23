/** Log-probabilities of preference pairs under the model that training starts from: computed once, by that model itself. */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AttuneError } from '../base/errors.ts';
import { exists } from '../base/files.ts';
import { openSafetensors } from '../formats/safetensors-reader.ts';
import { writeSafetensors } from '../formats/safetensors-writer.ts';
import { emitProgram } from '../graph/emit.ts';
import { planPasses, rowsOfPass } from '../model/packing.ts';
import { trainableParameters } from '../model/parameters.ts';
import type { LanguageModel } from '../model/parameters.ts';
import { openSession } from '../runtime/session.ts';
import type { TrainEvent } from './engine.ts';
import { readRows } from './example-source.ts';
import type { ExampleSource } from './example-source.ts';
import { answerLogProbabilities, pairFeeds } from './objectives/pairs.ts';

export type ReferenceOptions = {
  /** Where they are kept: whole or in part, as far as an earlier run came. */
  path: string;
  batchSize: number;
  /** Tokens in a row. */
  length: number;
  threads: number | undefined;
  signal: AbortSignal;
};

/** Seconds of work that a crash can lose at most, about. */
const savedEverySeconds = 30;

/**
 * `pairs` with the log-probabilities of their answers under `model`: what training starts from, without the adapter if
 * that is new. This runs before the first step, so there is never a second model. Aborting `signal` keeps what was done
 * and throws AttuneError 'interrupted'.
 */
export async function* withReference(
  model: LanguageModel,
  pairs: ExampleSource,
  options: ReferenceOptions,
): AsyncGenerator<TrainEvent, ExampleSource> {
  const { path, batchSize, length, threads, signal } = options;
  const count = pairs.tokens.length;
  const { logps, passesDone } = await readReference(path, count);
  const { rows, passes, shape } = planPasses(pairs, batchSize, length);
  const read: ExampleSource['read'] = async (indexes) =>
    (await pairs.read(indexes)).map((pair, i) => {
      const at = 2 * indexes[i]!;
      return { ...pair, reference: [logps[at]!, logps[at + 1]!] as const };
    });
  if (passesDone >= passes) return { ...pairs, read };

  const { answers } = answerLogProbabilities(model, shape, false);
  const session = await openSession(emitProgram({ answers }), threads);
  const trainable = Object.fromEntries(trainableParameters(model).map(({ name, data }) => [name, data]));
  let saved = performance.now();
  try {
    for (let pass = passesDone; pass < passes; pass++) {
      if (signal.aborted) {
        await saveReference(path, logps, pass);
        throw new AttuneError(
          'interrupted',
          `reference log-probabilities: stopped after ${pass} of ${passes} passes`,
          {
            fix: 'Run the same command again to go on.',
          },
        );
      }
      const indexes = rowsOfPass(rows, pass, batchSize);
      const feeds = pairFeeds(await readRows(pairs, indexes), shape);
      const outputs = await session.run({ ...feeds, ...trainable });
      for (const [p, index] of indexes.flatMap((row) => [...row]).entries()) {
        logps[2 * index] = outputs['answers']![p]!;
        logps[2 * index + 1] = outputs['answers']![shape.pairs! + p]!;
      }
      if (performance.now() - saved > 1000 * savedEverySeconds) {
        await saveReference(path, logps, pass + 1);
        saved = performance.now();
      }
      yield { type: 'reference', passes, done: pass + 1 };
    }
  } finally {
    await session.close();
  }
  await saveReference(path, logps, passes);
  return { ...pairs, read };
}

/** [pairs, 2]: chosen, rejected. */
async function saveReference(path: string, logps: Float32Array, passesDone: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const tensor = { name: 'logps', dtype: 'F32' as const, shape: [logps.length / 2, 2], data: logps };
  await writeSafetensors(path, [tensor], { passesDone: String(passesDone) });
}

async function readReference(
  path: string,
  pairs: number,
): Promise<{ logps: Float32Array; passesDone: number }> {
  if (!(await exists(path))) return { logps: new Float32Array(2 * pairs), passesDone: 0 };
  const file = await openSafetensors(path);
  try {
    return { logps: await file.readFloat32('logps'), passesDone: Number(file.metadata['passesDone']) };
  } finally {
    await file.close();
  }
}
