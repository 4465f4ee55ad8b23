/** Forward and backward passes of one optimiser step. */
import { sharedFloats } from '../base/shared-memory.ts';
import { trainableParameters } from '../model/parameters.ts';
import type { LanguageModel } from '../model/parameters.ts';
import type { PackedShape, Row } from '../model/packing.ts';
import { firstRunBytes, openSession } from '../runtime/session.ts';
import { dropoutMasks, embeddingNoise } from './random-draws.ts';
import { addSums, gradientName } from './objective.ts';
import type { Objective, Sums } from './objective.ts';

export type Gradients = {
  loss: number;
  metrics: Sums;
  /** In the order of the parameters, on shared memory; the next step overwrites them. */
  gradients: readonly Float32Array[];
};

export type GradientRunner = {
  /** `passes` are the rows of each pass; `step` counts from 0 and names the random numbers to draw. */
  run: (passes: readonly Row[][], step: number) => Promise<Gradients>;
  /** What the first run will take beyond what is taken already. */
  memoryBytes: number;
  close: () => Promise<void>;
};

/** Opens the training program of an objective; its passes add up to the means over a whole step. */
export async function openGradientRunner(
  model: LanguageModel,
  {
    objective,
    shape,
    seed,
    threads,
  }: { objective: Objective; shape: PackedShape; seed: number; threads: number | undefined },
): Promise<GradientRunner> {
  const program = objective.program(model, shape, { training: true });
  const session = await openSession(program, threads);
  const parameters = trainableParameters(model);
  const trainable = Object.fromEntries(parameters.map(({ name, data }) => [name, data]));
  let sums: readonly Float32Array[] | undefined;

  const run = async (passes: readonly Row[][], step: number): Promise<Gradients> => {
    const totals: Sums = {};
    for (const rows of passes) addSums(totals, objective.counts(rows));
    const metrics: Sums = {};
    let loss = 0;
    let gradients: readonly Float32Array[] = [];
    for (const [pass, rows] of passes.entries()) {
      const { feeds, metrics: share } = objective.pass(rows, shape, totals);
      const stream = `${step}.${pass}`;
      const outputs = await session.run({
        ...feeds,
        ...trainable,
        ...dropoutMasks(model, shape.rows * shape.length, seed, stream),
        ...embeddingNoise(model, rows, shape, seed, stream),
      });
      loss += outputs['loss']![0]!;
      addSums(metrics, share(outputs));
      gradients = parameters.map(({ name }) => outputs[gradientName(name)]!);
      if (passes.length === 1) break;
      sums ??= parameters.map(({ data }) => sharedFloats(data.length));
      for (const [p, sum] of sums.entries())
        if (pass === 0) sum.set(gradients[p]!);
        else addInto(sum, gradients[p]!);
      gradients = sums;
    }
    return { loss, metrics, gradients };
  };
  return { run, memoryBytes: firstRunBytes(program), close: session.close };
}

function addInto(sum: Float32Array, part: Float32Array): void {
  for (let i = 0; i < sum.length; i++) sum[i]! += part[i]!;
}
