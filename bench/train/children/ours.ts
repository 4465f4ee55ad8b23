/** Our training loop, one optimiser step at a time. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadAdapter, loadModel } from '../../../src/model/model-folder.ts';
import { rowLength, supervisedInRows } from '../../../src/model/packing.ts';
import type { Row } from '../../../src/model/packing.ts';
import type { LanguageModel } from '../../../src/model/parameters.ts';
import type { EncodedExample } from '../../../src/text/encoded-example.ts';
import { planBatches } from '../../../src/train/batches.ts';
import type { BatchPlan } from '../../../src/train/batches.ts';
import { trainConfig } from '../../../src/train/config.ts';
import { encodeSplit } from '../../../src/train/encode-split.ts';
import { inMemory } from '../../../src/train/example-source.ts';
import type { ExampleSource } from '../../../src/train/example-source.ts';
import { trainLoop } from '../../../src/train/loop.ts';
import { openObjectiveEncoder } from '../../../src/train/objective-encoder.ts';
import type { ObjectiveConfig } from '../../../src/train/objective.ts';
import { getObjective } from '../../../src/train/objectives/get-objective.ts';
import { withReference } from '../../../src/train/reference-model.ts';
import type { StepTime } from '../contenders.ts';
import { answer, job, peakBytes } from '../../answer.ts';
import { loadQuantised, resultOf } from './quantised.ts';

type Planned = { plan: BatchPlan; facts: object; referenceSecondsPerPair: number };

type TextData = { examples: string; objective: ObjectiveConfig; sequenceLength: number; batchSize: number };

/** What the parent asks for: rows of given tokens, or a file of examples, packed as training packs them. */
export type OurJob = {
  model: string;
  adapter: string;
  threads: number;
  learningRate: number;
  data: { batches: string } | TextData;
  /** The base in 4 bits, as method qlora holds it; the folder of its cache. */
  quantisedIn?: string;
  /** Further settings of `train`. */
  settings?: Readonly<Record<string, unknown>>;
};

const { model: modelFolder, adapter, threads, learningRate, data, quantisedIn, settings } = job<OurJob>();
/** More than anybody asks for, so that the loop never ends by itself. */
const endless = 1_000_000;

const model = await openModel();
const { signal } = new AbortController();
const work = await mkdtemp(join(tmpdir(), 'attune-bench-'));
const { plan, facts, referenceSecondsPerPair } =
  'batches' in data ? await fixedPlan(data.batches) : await textPlan(data);
let counted: Omit<StepTime, 'seconds' | 'loss'>;
/** The reference's share in a step: its pairs were scored once, before, as in a run of one epoch. */
let referenceSeconds = 0;
const loop = trainLoop(model, {
  plan: { ...plan, steps: endless, readStep: async (step) => count(await plan.readStep(step % plan.steps)) },
  validation: inMemory([]),
  objective: getObjective('batches' in data ? { type: 'sft', supervise: 'all' } : data.objective),
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
  signal,
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

async function openModel(): Promise<LanguageModel> {
  if (quantisedIn === undefined) return loadModel(modelFolder, adapter);
  const base = await loadQuantised(modelFolder, quantisedIn);
  return { ...base, adapter: await loadAdapter(base, adapter) };
}

async function oneStep(): Promise<StepTime> {
  const startMs = performance.now();
  let next = await loop.next();
  while (!next.done && next.value.type !== 'step') next = await loop.next();
  if (next.done || next.value.type !== 'step') throw new Error('training ended');
  const seconds = (performance.now() - startMs) / 1000 + referenceSeconds;
  return { seconds, loss: next.value.loss, ...counted };
}

function count(passes: Row[][]): Row[][] {
  const examples = passes.flat(2);
  referenceSeconds = examples.length * referenceSecondsPerPair;
  counted = {
    tokens: examples.reduce((sum, { tokens }) => sum + tokens.length, 0),
    supervised:
      'pair' in examples[0]!
        ? examples.reduce((sum, pair) => sum + answerTokens(pair), 0)
        : passes.reduce((sum, rows) => sum + supervisedInRows(rows), 0),
  };
  return passes;
}

/** Tokens of both answers of a pair, what they begin with counted for each. */
function answerTokens({ tokens, pair }: EncodedExample): number {
  const { answer: start, chosen, rejected } = pair!;
  return rejected - start + (chosen - start) + (tokens.length - rejected);
}

async function fixedPlan(path: string): Promise<Planned> {
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
  return {
    plan: { steps: steps.length, readStep: async (step) => steps[step]!, shape },
    facts: {},
    referenceSecondsPerPair: 0,
  };
}

/** As the embedded engine does it. */
async function textPlan(text: TextData): Promise<Planned> {
  const { objective, sequenceLength } = text;
  const { examples, counts } = await encodeSplit(
    text.examples,
    join(work, 'train.encoded'),
    await openObjectiveEncoder(objective, modelFolder),
    { length: sequenceLength, signal },
  );
  const length = rowLength([examples], sequenceLength);
  const { source, seconds } = await prepared(objective, examples, { batchSize: text.batchSize, length });
  const batches = {
    sequence_length: length,
    batch_size: text.batchSize,
    gradient_accumulation: 1,
    epochs: 1,
  };
  return {
    plan: planBatches(source, batches, 1),
    facts: {
      examples: counts.examples,
      tokens: counts.tokens,
      supervised: objective.type === 'dpo' ? await answerTokensOf(source) : counts.supervised,
    },
    referenceSecondsPerPair: seconds / counts.examples,
  };
}

async function answerTokensOf(source: ExampleSource): Promise<number> {
  const pairs = await source.read(Int32Array.from(source.tokens.keys()));
  return pairs.reduce((sum, pair) => sum + answerTokens(pair), 0);
}

/** With the reference log-probabilities where the objective needs them, and the time that they took. */
async function prepared(
  objective: ObjectiveConfig,
  examples: ExampleSource,
  { batchSize, length }: { batchSize: number; length: number },
): Promise<{ source: ExampleSource; seconds: number }> {
  if (objective.type !== 'dpo') return { source: examples, seconds: 0 };
  const startMs = performance.now();
  const path = join(work, 'reference.safetensors');
  const options = { path, batchSize, length, threads, signal };
  const source = await resultOf(withReference(model, examples, options));
  return { source, seconds: (performance.now() - startMs) / 1000 };
}
