import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openSession } from '../runtime/session.ts';
import type { EncodedExample } from '../text/encoded-example.ts';
import { gradientName } from '../train/objective.ts';
import { sftObjective } from '../train/objectives/sft.ts';
import { loadModel } from './model-folder.ts';
import type { ConfigFields } from './config-fields.ts';
import { trainableParameters } from './parameters.ts';
import type { LanguageModel } from './parameters.ts';
import { readRope, ropeFrequencies, ropeTables } from './rope.ts';
import { scoreExamples } from './score-examples.ts';

/**
 * Every family against transformers and PEFT, unpacked and packed (the reference runs each conversation by itself):
 * golden values made by scripts/golden/engine_families.py.
 */
type Case = {
  logProbabilities: number[][];
  loss: number;
  supervisedTokens: number;
  gradients: Record<string, { norm: number; first: number[] }>;
};
type Kind = { rows: { tokens: number[]; supervised: number[] }[][]; full: Case; lora: Case };
type Golden = Record<'unpacked' | 'packed', Kind>;

const folder = fileURLToPath(new URL('../../test/golden/engine/families/', import.meta.url));
const names = readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? [entry.name] : [],
);

function rowsOf({ rows }: Kind): EncodedExample[][] {
  return rows.map((row, r) =>
    row.map(({ tokens, supervised }, i) => ({
      id: `${r}.${i}`,
      tokens: Int32Array.from(tokens),
      supervised: Uint8Array.from(supervised),
    })),
  );
}

async function assertLogProbabilities(
  model: LanguageModel,
  rows: EncodedExample[][],
  expected: Case,
): Promise<void> {
  const everyToken = rows.flat().map((example) => ({
    ...example,
    supervised: Uint8Array.from(example.tokens, (_, i) => Number(i > 0)),
  }));
  const scores = await scoreExamples(model, everyToken, { threads: 1 });
  for (const [e, { logProbabilities }] of scores.entries())
    for (const [i, value] of logProbabilities.entries()) {
      const reference = expected.logProbabilities[e]![i]!;
      assert.ok(
        Math.abs(value - reference) < 1e-5 * Math.abs(reference),
        `${e}, token ${i + 1}: ${value}, ${reference}`,
      );
    }
}

async function assertGradients(
  model: LanguageModel,
  rows: EncodedExample[][],
  expected: Case,
): Promise<void> {
  const shape = { rows: rows.length, length: 24, targets: 32 };
  const counts = sftObjective.counts(rows);
  assert.equal(counts['supervised'], expected.supervisedTokens);
  const parameters = trainableParameters(model);
  assert.deepEqual(new Set(parameters.map(({ name }) => name)), new Set(Object.keys(expected.gradients)));
  const session = await openSession(sftObjective.program(model, shape, { training: true }), 1);
  try {
    const weights = Object.fromEntries(parameters.map(({ name, data }) => [name, data]));
    const outputs = await session.run({ ...sftObjective.pass(rows, shape, counts).feeds, ...weights });
    assert.ok(Math.abs(outputs['loss']![0]! / expected.loss - 1) < 1e-5, `loss ${outputs['loss']![0]}`);
    for (const { name } of parameters) {
      const gradient = outputs[gradientName(name)]!;
      const { norm, first } = expected.gradients[name]!;
      assert.ok(
        Math.abs(Math.hypot(...gradient) / norm - 1) < 1e-4,
        `${name}: norm ${Math.hypot(...gradient)}, ${norm}`,
      );
      const typical = norm / Math.sqrt(gradient.length);
      for (const [i, value] of first.entries())
        assert.ok(
          Math.abs(gradient[i]! - value) < 1e-4 * typical,
          `${name}: element ${i}: ${gradient[i]}, ${value}`,
        );
    }
  } finally {
    await session.close();
  }
}

for (const name of names) {
  const golden = JSON.parse(readFileSync(`${folder}${name}/golden.json`, 'utf8')) as Golden;
  for (const kind of ['unpacked', 'packed'] as const) {
    const rows = rowsOf(golden[kind]);
    test(`${name}, ${kind}: log-probabilities, loss and the gradient of every weight equal those of transformers`, async () => {
      const model = await loadModel(`${folder}${name}`);
      await assertLogProbabilities(model, rows, golden[kind].full);
      await assertGradients(model, rows, golden[kind].full);
    });

    test(`${name}, ${kind}: with a LoRA on every linear layer they equal those of PEFT`, async () => {
      const model = await loadModel(`${folder}${name}`, `${folder}${name}/lora`);
      await assertLogProbabilities(model, rows, golden[kind].lora);
      await assertGradients(model, rows, golden[kind].lora);
    });
  }
}

type RopeCase = {
  name: string;
  rope: Record<string, unknown>;
  headDim: number;
  frequencies: number[];
  positions: number[];
  cos: number[][];
  sin: number[][];
};
const { cases } = JSON.parse(readFileSync(`${folder}rope.json`, 'utf8')) as { cases: RopeCase[] };
for (const { name, rope, headDim, ...expected } of cases)
  test(`${name}: rotary angles equal those of transformers up to position 130,000`, () => {
    const config = {
      headDim,
      ...readRope({ rope_parameters: rope } as ConfigFields, () => assert.fail('refused')),
    };
    for (const [i, frequency] of ropeFrequencies(config).entries())
      assert.ok(Math.abs(frequency / expected.frequencies[i]! - 1) < 2e-7, `frequency ${i}`);
    const tables = ropeTables(config, Math.max(...expected.positions) + 1);
    for (const part of ['cos', 'sin'] as const) {
      const { data } = tables[part].attributes as { data: Float32Array };
      for (const [p, position] of expected.positions.entries())
        for (const [i, value] of expected[part][p]!.entries()) {
          // One unit in the last place of a frequency turns far positions by this much.
          const tolerance = 1e-6 + 1.2e-7 * position * expected.frequencies[i]!;
          const ours = data[(position * headDim) / 2 + i]!;
          assert.ok(
            Math.abs(ours - value) < tolerance,
            `${part}(${position}, ${i}) is ${ours}, transformers ${value}`,
          );
        }
    }
  });
