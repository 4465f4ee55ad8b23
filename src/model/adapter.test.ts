import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { readFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openSession } from '../runtime/session.ts';
import type { EncodedExample } from '../text/encoded-example.ts';
import { trainConfig } from '../train/config.ts';
import { inMemory } from '../train/example-source.ts';
import { trainLoop } from '../train/loop.ts';
import { gradientName } from '../train/objective.ts';
import { sftObjective } from '../train/objectives/sft.ts';
import { baseWeight } from './base-weight.ts';
import { loadModel, saveAdapter } from './model-folder.ts';
import { adaptedModules, dropoutMaskName } from './lora.ts';
import { mergedConfig, mergedParameters } from './merge.ts';
import type { Row } from './packing.ts';
import { trainableParameters } from './parameters.ts';
import type { LanguageModel, Parameter } from './parameters.ts';
import { scoreExamples } from './score-examples.ts';

/**
 * Every kind of adapter against PEFT, packed (the reference runs each conversation by itself): golden values made by
 * scripts/golden/engine_adapters.py.
 */
type Summary = { norm: number; first: number[] };
type Golden = {
  base: string;
  loss: number;
  logProbabilities?: number[][];
  gradients: Record<string, Summary>;
  curve?: { loss: number[]; gradientNorm: number[] };
  trained?: Record<string, number>;
  merged?: Record<string, Summary>;
};
type Conversation = { tokens: number[]; supervised: number[] };

const engineFolder = fileURLToPath(new URL('../../test/golden/engine/', import.meta.url));
const folder = join(engineFolder, 'adapters');
const names = readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? [entry.name] : [],
);
const shared = JSON.parse(readFileSync(join(folder, 'batches.json'), 'utf8')) as {
  rows: Conversation[][];
  peakLearningRate: number;
  batches: { tokens: number[][]; supervised: number[][] }[];
};

const encode = ({ tokens, supervised }: Conversation, id: string): EncodedExample => ({
  id,
  tokens: Int32Array.from(tokens),
  supervised: Uint8Array.from(supervised),
});
const packedRows = shared.rows.map((row, r) => row.map((one, i) => encode(one, `${r}.${i}`)));
const batches = shared.batches.map(({ tokens, supervised }, b) =>
  tokens.map((ids, r): Row => [encode({ tokens: ids, supervised: supervised[r]! }, `${b}.${r}`)]),
);

const read = (name: string): Golden =>
  JSON.parse(readFileSync(join(folder, name, 'golden.json'), 'utf8')) as Golden;

const load = (name: string): Promise<LanguageModel> =>
  loadModel(join(engineFolder, 'families', read(name).base), join(folder, name));

function assertSame(actual: Float32Array, expected: Summary, what: string): void {
  const norm = Math.hypot(...actual);
  assert.ok(Math.abs(norm / expected.norm - 1) < 1e-5, `${what}: norm ${norm}, PEFT has ${expected.norm}`);
  const typical = expected.norm / Math.sqrt(actual.length);
  for (const [i, value] of expected.first.entries())
    assert.ok(
      Math.abs(actual[i]! - value) < 2e-5 * Math.max(typical, Math.abs(value)),
      `${what}, element ${i}: ${actual[i]}, PEFT has ${value}`,
    );
}

/** The masks of FixedDropout in engine_adapters.py. */
function fixedMasks(model: LanguageModel, positions: number): Record<string, Uint8Array> {
  if (model.adapter?.kind !== 'lora' || model.adapter.config.dropout === 0) return {};
  const { config: lora } = model.adapter;
  const mask = (size: number): Uint8Array =>
    Uint8Array.from({ length: size }, (_, i) => Number((i * 7 + 3) % 12 >= 12 * lora.dropout));
  return Object.fromEntries(
    adaptedModules(model.config, lora).map(({ module, inputSize }) => [
      dropoutMaskName(module),
      mask(positions * inputSize),
    ]),
  );
}

/** Every token but the first of a conversation. */
const everyToken = packedRows.flat().map((example) => ({
  ...example,
  supervised: Uint8Array.from(example.tokens, (_, i) => Number(i > 0)),
}));

for (const name of names) {
  const golden = read(name);

  test(`${name}: loss and the gradient of everything it trains equal those of PEFT`, async () => {
    const model = await load(name);
    const rows = golden.curve ? packedRows : batches[0]!;
    const shape = { rows: rows.length, length: golden.curve ? 24 : 32, targets: 96 };
    const parameters = trainableParameters(model);
    assert.deepEqual(parameters.map((p) => p.name).sort(), Object.keys(golden.gradients).sort());
    const session = await openSession(sftObjective.program(model, shape, { training: true }), 1);
    try {
      const outputs = await session.run({
        ...sftObjective.pass(rows, shape, sftObjective.counts(rows)).feeds,
        ...fixedMasks(model, shape.rows * shape.length),
        ...Object.fromEntries(parameters.map((p) => [p.name, p.data])),
      });
      const loss = outputs['loss']![0]!;
      assert.ok(Math.abs(loss / golden.loss - 1) < 1e-5, `loss ${loss}, PEFT has ${golden.loss}`);
      for (const p of parameters)
        assertSame(outputs[gradientName(p.name)]!, golden.gradients[p.name]!, p.name);
    } finally {
      await session.close();
    }
  });

  if (golden.logProbabilities)
    test(`${name}: log-probabilities equal those of PEFT`, async () => {
      const scores = await scoreExamples(await load(name), everyToken, { threads: 1 });
      for (const [e, { logProbabilities }] of scores.entries())
        for (const [i, value] of logProbabilities.entries()) {
          const expected = golden.logProbabilities![e]![i]!;
          assert.ok(Math.abs(value / expected - 1) < 1e-5, `${e}, token ${i + 1}: ${value}, ${expected}`);
        }
    });

  if (golden.merged)
    test(`${name}: merged weights equal those of PEFT`, async () => {
      const model = await load(name);
      for (const { name: weight, data } of mergedParameters(model)) {
        const expected = golden.merged![weight];
        if (expected) assertSame(data, expected, weight);
        else assert.deepEqual(data, baseWeight(model, weight).data, weight);
      }
    });

  test(`${name}: merged, it scores as beside its base`, async () => {
    const model = await load(name);
    if (model.adapter?.kind === 'prefix') {
      assert.throws(() => mergedConfig(model), { code: 'model', message: /a prefix cannot be merged/ });
      return;
    }
    const base = new Map([...mergedParameters(model)].map((parameter) => [parameter.name, parameter]));
    const [beside, merged] = [
      await scoreExamples(model, everyToken, { threads: 1 }),
      await scoreExamples({ config: mergedConfig(model), base }, everyToken, { threads: 1 }),
    ];
    for (const [e, { logProbabilities }] of beside.entries())
      for (const [i, value] of logProbabilities.entries())
        assert.ok(Math.abs(merged[e]!.logProbabilities[i]! / value - 1) < 1e-5, `${e}, token ${i + 1}`);
  });

  test(`${name}: saved again, it is the same adapter`, async () => {
    const model = await load(name);
    const place = await mkdtemp(join(tmpdir(), 'attune-adapter-'));
    try {
      await saveAdapter(place, model.adapter!, { config: model.config, baseName: golden.base });
      assert.deepEqual(
        (await loadModel(join(engineFolder, 'families', golden.base), place)).adapter,
        model.adapter,
      );
      const [ours, peft] = [place, join(folder, name)].map(
        (path) =>
          JSON.parse(readFileSync(join(path, 'adapter_config.json'), 'utf8')) as Record<string, unknown>,
      );
      for (const [field, value] of Object.entries(ours!)) assert.deepEqual(value, peft![field], field);
    } finally {
      await rm(place, { recursive: true });
    }
  });

  if (golden.curve)
    test(`${name}: training steps follow PEFT`, async () => {
      const { losses, gradientNorms, parameters } = await train(await load(name));
      for (const [step, loss] of losses.entries()) {
        assert.ok(Math.abs(loss / golden.curve!.loss[step]! - 1) < 1e-4, `step ${step + 1}: loss ${loss}`);
        const norm = gradientNorms[step]!;
        assert.ok(
          Math.abs(norm / golden.curve!.gradientNorm[step]! - 1) < 1e-4,
          `step ${step + 1}: norm ${norm}`,
        );
      }
      for (const { name: tensor, data } of parameters) {
        const norm = Math.hypot(...data);
        assert.ok(Math.abs(norm / golden.trained![tensor]! - 1) < 1e-4, `${tensor}: norm ${norm}`);
      }
    });
}

async function train(
  model: LanguageModel,
): Promise<{ losses: number[]; gradientNorms: number[]; parameters: Parameter[] }> {
  const workFolder = await mkdtemp(join(tmpdir(), 'attune-adapter-'));
  const shape = { rows: 4, length: 32, targets: 96 };
  const config = {
    epochs: 1,
    ...trainConfig.parse({ weight_decay: 0.01, warmup_steps: 2, threads: 1 }),
    learning_rate: shared.peakLearningRate,
  };
  const loop = trainLoop(model, {
    plan: { steps: batches.length, readStep: async (step) => [batches[step]!], shape },
    validation: inMemory([]),
    objective: sftObjective,
    config,
    seed: 1,
    workFolder,
    signal: new AbortController().signal,
  });
  const [losses, gradientNorms]: [number[], number[]] = [[], []];
  try {
    for (;;) {
      const { done, value } = await loop.next();
      if (done) return { losses, gradientNorms, parameters: value.parameters };
      if (value.type !== 'step') continue;
      losses.push(value.loss);
      gradientNorms.push(value.gradientNorm);
    }
  } finally {
    await rm(workFolder, { recursive: true });
  }
}
