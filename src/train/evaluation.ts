/** The objective on the validation split, between steps. */
import { planPasses, rowsOfPass } from '../model/packing.ts';
import type { Row } from '../model/packing.ts';
import { trainableParameters } from '../model/parameters.ts';
import type { LanguageModel } from '../model/parameters.ts';
import { firstRunBytes, openSession } from '../runtime/session.ts';
import { readRows } from './example-source.ts';
import type { ExampleSource } from './example-source.ts';
import { addSums } from './objective.ts';
import type { Objective, Sums } from './objective.ts';

export type Evaluator = {
  /** Over the whole split, under the parameters as they then are. */
  evaluate: () => Promise<{ loss: number; metrics: Sums }>;
  passes: number;
  /** What the first pass will take beyond what is taken already. */
  memoryBytes: number;
  close: () => Promise<void>;
};

/** Undefined where there is no validation split. */
export async function openEvaluator(
  model: LanguageModel,
  validation: ExampleSource,
  objective: Objective,
  config: { batch_size: number; sequence_length: number; threads?: number | undefined },
): Promise<Evaluator | undefined> {
  if (validation.tokens.length === 0) return undefined;
  const { batch_size: batchSize, sequence_length: length } = config;
  const { rows, passes, shape } = planPasses(validation, batchSize, length);
  const readPass = (pass: number): Promise<Row[]> => readRows(validation, rowsOfPass(rows, pass, batchSize));
  const totals: Sums = {};
  for (let pass = 0; pass < passes; pass++) addSums(totals, objective.counts(await readPass(pass)));
  const program = objective.program(model, shape, { training: false });
  const session = await openSession(program, config.threads);
  const parameters = trainableParameters(model);
  const trainable = Object.fromEntries(parameters.map(({ name, data }) => [name, data]));
  const evaluate = async (): Promise<{ loss: number; metrics: Sums }> => {
    const metrics: Sums = {};
    let loss = 0;
    for (let pass = 0; pass < passes; pass++) {
      const { feeds, metrics: share } = objective.pass(await readPass(pass), shape, totals);
      const outputs = await session.run({ ...feeds, ...trainable });
      loss += outputs['loss']![0]!;
      addSums(metrics, share(outputs));
    }
    return { loss, metrics };
  };
  return { evaluate, passes, memoryBytes: firstRunBytes(program), close: session.close };
}
