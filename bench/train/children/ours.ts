/** Our training loop, one optimiser step at a time. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readExamples } from '../../../src/data/read-examples.ts';
import { loadModel } from '../../../src/model/checkpoint.ts';
import { supervisedCount, supervisedInRows } from '../../../src/model/packing.ts';
import type { Row } from '../../../src/model/packing.ts';
import type { EncodedExample } from '../../../src/text/encoded.ts';
import { openEncoder } from '../../../src/text/encoder.ts';
import { planBatches } from '../../../src/train/batches.ts';
import type { BatchPlan } from '../../../src/train/batches.ts';
import { trainConfig } from '../../../src/train/config.ts';
import { inMemory } from '../../../src/train/example-source.ts';
import { trainLoop } from '../../../src/train/loop.ts';
import { sftObjective } from '../../../src/train/objectives/sft.ts';
import type { StepTime } from '../contenders.ts';
import { answer, job, peakBytes } from './answer.ts';

/** What the parent asks for: rows of given tokens, or conversations packed as training packs them. */
export type OurJob = {
  model: string;
  adapter: string;
  threads: number;
  learningRate: number;
  data: { batches: string } | { examples: string; sequenceLength: number; batchSize: number };
  /** Further settings of `train`. */
  settings?: Readonly<Record<string, unknown>>;
};

const { model, adapter, threads, learningRate, data, settings } = job<OurJob>();
/** More than anybody asks for, so that the loop never ends by itself. */
const endless = 1_000_000;

const work = await mkdtemp(join(tmpdir(), 'attune-bench-'));
const { plan, facts } = 'batches' in data ? await fixedPlan(data.batches) : await packedPlan(data);
let counted: { tokens: number; supervised: number };
const loop = trainLoop(await loadModel(model, adapter), {
  plan: { ...plan, steps: endless, readStep: async (step) => count(await plan.readStep(step % plan.steps)) },
  validation: inMemory([]),
  objective: sftObjective,
  config: {
    ...trainConfig.parse({
      schedule: 'constant',
      warmup_ratio: 0,
      evaluate_every: endless,
      checkpoint_every: endless,
      threads,
      ...settings,
    }),
    learning_rate: learningRate,
    epochs: 1,
  },
  seed: 1,
  workFolder: work,
  signal: new AbortController().signal,
});
await answer(
  { steps: plan.steps, ...facts },
  {
    steps: async ({ count: steps }) => {
      const times: StepTime[] = [];
      for (let step = 0; step < (steps as number); step++) times.push(await oneStep());
      return { times, peakBytes: await peakBytes() };
    },
  },
);
await loop.return(undefined as never);
await rm(work, { recursive: true });

async function oneStep(): Promise<StepTime> {
  const startMs = performance.now();
  const { value } = await loop.next();
  if (!('type' in value) || value.type !== 'step') throw new Error(`no step, but ${JSON.stringify(value)}`);
  return { seconds: (performance.now() - startMs) / 1000, loss: value.loss, ...counted };
}

function count(passes: Row[][]): Row[][] {
  counted = {
    tokens: passes.flat(2).reduce((sum, { tokens }) => sum + tokens.length, 0),
    supervised: passes.reduce((sum, rows) => sum + supervisedInRows(rows), 0),
  };
  return passes;
}

async function fixedPlan(path: string): Promise<{ plan: BatchPlan; facts: object }> {
  const batches = JSON.parse(await readFile(path, 'utf8')) as number[][][];
  const steps = batches.map((rows, b) => [
    rows.map((tokens, r) => [
      {
        id: `${b}.${r}`,
        tokens: Int32Array.from(tokens),
        supervised: new Uint8Array(tokens.length).fill(1),
      },
    ]),
  ]);
  const [rows, length] = [batches[0]!.length, batches[0]![0]!.length];
  const shape = { rows, length, targets: Math.ceil((rows * (length - 1)) / 32) * 32 };
  return { plan: { steps: steps.length, readStep: async (step) => steps[step]!, shape }, facts: {} };
}

async function packedPlan({
  examples: path,
  sequenceLength,
  batchSize,
}: Extract<OurJob['data'], { examples: string }>): Promise<{ plan: BatchPlan; facts: object }> {
  const encode = await openEncoder(model, sequenceLength);
  const examples: EncodedExample[] = [];
  for await (const example of readExamples(path)) examples.push(encode(example));
  const settings = {
    sequence_length: sequenceLength,
    batch_size: batchSize,
    gradient_accumulation: 1,
    epochs: 1,
  };
  return {
    plan: planBatches(inMemory(examples), settings, 1),
    facts: {
      tokens: examples.reduce((sum, { tokens }) => sum + tokens.length, 0),
      supervised: examples.reduce((sum, example) => sum + supervisedCount(example), 0),
    },
  };
}
