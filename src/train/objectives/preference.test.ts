import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { withNewAdapter } from '../../model/adapter.ts';
import { loadModel } from '../../model/model-folder.ts';
import { planPasses, rowLength, rowsOfPass, sizesOf } from '../../model/packing.ts';
import type { PackedShape, Row } from '../../model/packing.ts';
import { trainableParameters } from '../../model/parameters.ts';
import type { LanguageModel } from '../../model/parameters.ts';
import { scoreExamples } from '../../model/score-examples.ts';
import { openSession } from '../../runtime/session.ts';
import type { EncodedExample } from '../../text/encoded-example.ts';
import { layPair } from '../../text/encode-pairs.ts';
import { addSums, gradientName } from '../objective.ts';
import type { DpoConfig, Objective, ObjectiveConfig, Sums } from '../objective.ts';
import { getObjective } from './get-objective.ts';

/** Preference objectives against TRL's trainers (golden values made by scripts/golden/engine_preference.py). */
type Expected = {
  beta: number;
  loss: DpoConfig['loss'];
  labelSmoothing: number;
  value: number;
  metrics: Sums;
  gradients: Record<string, { norm: number; first: number[] }>;
};
const golden = fileURLToPath(new URL('../../../test/golden/engine/', import.meta.url));
const { pairs, dpo, orpo } = JSON.parse(readFileSync(`${golden}preference.json`, 'utf8')) as {
  pairs: { prompt_ids: number[]; chosen_ids: number[]; rejected_ids: number[] }[];
  dpo: Record<string, Expected>;
  orpo: Expected;
};

const examples: EncodedExample[] = pairs.map(({ prompt_ids: prompt, chosen_ids, rejected_ids }, p) => ({
  id: `${p}`,
  ...layPair(prompt, [...prompt, ...chosen_ids], [...prompt, ...rejected_ids]),
}));

/** Each of the two texts of a pair as an example of its own. */
function separate({ id, tokens, pair }: EncodedExample): EncodedExample[] {
  const { answer, chosen, rejected } = pair!;
  const texts = [
    [...tokens.subarray(0, rejected)],
    [...tokens.subarray(0, chosen), ...tokens.subarray(rejected)],
  ];
  return texts.map((text, side) => ({
    id: `${id}.${side}`,
    tokens: Int32Array.from(text),
    supervised: Uint8Array.from(text, (_, i) => Number(i >= answer)),
  }));
}

async function sumsApart(model: LanguageModel, pair: EncodedExample): Promise<[number, number]> {
  const scores = await scoreExamples(model, separate(pair), { threads: 1 });
  const [chosen, rejected] = scores.map(({ logProbabilities }) =>
    logProbabilities.reduce((a, b) => a + b, 0),
  );
  return [chosen!, rejected!];
}

/** Packed passes of `rows` rows each. */
function packed(list: readonly EncodedExample[], rows: number): { passes: Row[][]; shape: PackedShape } {
  const sizes = sizesOf(list);
  const plan = planPasses(sizes, rows, rowLength([sizes], 64));
  const passes = Array.from({ length: plan.passes }, (_, pass) =>
    rowsOfPass(plan.rows, pass, rows).map((row) => [...row].map((i) => list[i]!)),
  );
  return { passes, shape: plan.shape };
}

type StepResult = { loss: number; metrics: Sums; gradients: Record<string, Float32Array> };

/** One step over those passes, as the loop does it. */
async function runStep(
  model: LanguageModel,
  objective: Objective,
  { passes, shape }: { passes: Row[][]; shape: PackedShape },
): Promise<StepResult> {
  const parameters = trainableParameters(model);
  const trainable = Object.fromEntries(parameters.map(({ name, data }) => [name, data]));
  const session = await openSession(objective.program(model, shape, { training: true }), 1);
  const result: StepResult = { loss: 0, metrics: {}, gradients: {} };
  const totals: Sums = {};
  for (const rows of passes) addSums(totals, objective.counts(rows));
  try {
    for (const rows of passes) {
      const { feeds, metrics } = objective.pass(rows, shape, totals);
      const outputs = await session.run({ ...feeds, ...trainable });
      result.loss += outputs['loss']![0]!;
      addSums(result.metrics, metrics(outputs));
      for (const { name } of parameters) {
        const part = outputs[gradientName(name)]!;
        const sum = (result.gradients[name] ??= new Float32Array(part.length));
        for (let i = 0; i < part.length; i++) sum[i]! += part[i]!;
      }
    }
    return result;
  } finally {
    await session.close();
  }
}

function assertGolden(actual: StepResult, expected: Expected): void {
  assert.ok(Math.abs(actual.loss / expected.value - 1) < 1e-5, `loss ${actual.loss}, TRL ${expected.value}`);
  assert.deepEqual(new Set(Object.keys(actual.metrics)), new Set(Object.keys(expected.metrics)));
  for (const [name, value] of Object.entries(expected.metrics))
    assert.ok(
      Math.abs(actual.metrics[name]! - value) < 1e-4 * Math.max(0.1, Math.abs(value)),
      `${name} is ${actual.metrics[name]}, TRL has ${value}`,
    );
  assert.deepEqual(new Set(Object.keys(actual.gradients)), new Set(Object.keys(expected.gradients)));
  for (const [name, { norm, first }] of Object.entries(expected.gradients)) {
    const gradient = actual.gradients[name]!;
    assert.ok(Math.abs(Math.hypot(...gradient) / norm - 1) < 1e-4, `${name}: norm`);
    const typical = norm / Math.sqrt(gradient.length);
    for (const [i, value] of first.entries())
      assert.ok(Math.abs(gradient[i]! - value) < 2e-4 * typical, `${name}: element ${i}`);
  }
}

const base = await loadModel(`${golden}tiny-llama`);
const policy = await loadModel(`${golden}tiny-llama`, `${golden}lora-start`);
const withBaseReference = await Promise.all(
  examples.map(async (pair) => ({ ...pair, reference: await sumsApart(base, pair) })),
);
/** ORPO supervises prompts too. */
const whole = examples.map((pair) => ({ ...pair, supervised: new Uint8Array(pair.tokens.length).fill(1) }));

const cases: [string, ObjectiveConfig, EncodedExample[], Expected][] = [
  ...Object.entries(dpo).map(([name, expected]): [string, ObjectiveConfig, EncodedExample[], Expected] => {
    const { loss, beta, labelSmoothing } = expected;
    return [`dpo, ${name}`, { type: 'dpo', loss, beta, labelSmoothing }, withBaseReference, expected];
  }),
  ['orpo', { type: 'orpo', beta: orpo.beta }, whole, orpo],
];

for (const [name, config, list, expected] of cases) {
  test(`${name}: loss, rewards, accuracies and LoRA gradients equal TRL's, with the prompts shared and packed`, async () => {
    assertGolden(await runStep(policy, getObjective(config), packed(list, 8)), expected);
  });

  test(`${name}: several passes equal the large batch`, async () => {
    const batches = packed(list, 1);
    assert.ok(batches.passes.length > 1);
    assertGolden(await runStep(policy, getObjective(config), batches), expected);
  });
}

test('two answers to one prompt in a row score as they do apart: with sliding windows and with a tuned prefix too', async () => {
  const [plain, mistral, gemma2] = await Promise.all(
    ['tiny-llama', 'families/mistral', 'families/gemma2'].map((folder) => loadModel(`${golden}${folder}`)),
  );
  const prefix = { kind: 'prefix', config: { tokens: 3 } } as const;
  const models = {
    plain: plain!,
    mistral: mistral!,
    gemma2: gemma2!,
    prefix: withNewAdapter(plain!, prefix, 1),
    'prefix, window': withNewAdapter(mistral!, prefix, 1),
  };
  for (const [name, model] of Object.entries(models)) {
    const list = withBaseReference.map((pair) => ({
      ...pair,
      tokens: pair.tokens.map((id) => id % model.config.vocabularySize),
    }));
    const { passes, shape } = packed(list, 2);
    const objective = getObjective({ type: 'dpo', loss: 'sigmoid', beta: 1, labelSmoothing: 0 });
    const session = await openSession(objective.program(model, shape, { training: false }), 1);
    const trainable = Object.fromEntries(trainableParameters(model).map(({ name, data }) => [name, data]));
    try {
      for (const rows of passes) {
        const { feeds } = objective.pass(rows, shape, { pairs: 1 });
        const { answers } = await session.run({ ...feeds, ...trainable });
        for (const [p, pair] of rows.flat().entries()) {
          const [chosen, rejected] = await sumsApart(model, pair);
          assert.ok(Math.abs(answers![p]! - chosen) < 1e-3, `${name}, pair ${pair.id}: chosen`);
          assert.ok(
            Math.abs(answers![shape.pairs! + p]! - rejected) < 1e-3,
            `${name}, pair ${pair.id}: rejected`,
          );
        }
      }
    } finally {
      await session.close();
    }
  }
});
