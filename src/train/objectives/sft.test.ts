import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { loadModel } from '../../model/model-folder.ts';
import { supervisedInRows } from '../../model/packing.ts';
import type { Row } from '../../model/packing.ts';
import { trainableParameters } from '../../model/parameters.ts';
import { scoreExamples } from '../../model/score-examples.ts';
import { openSession } from '../../runtime/session.ts';
import { gradientName } from '../objective.ts';
import { sftObjective } from './sft.ts';

/** Whole models against transformers (golden values made by scripts/golden/engine.py): see scripts/golden/README.md. */
type Golden = {
  tokens: number[][];
  supervised: number[][];
  /** Only in the packed case: which sequence of its row a token belongs to. */
  segments?: number[][];
  logProbabilities?: number[][];
  sequenceLogProbabilities?: number[][];
  supervisedTokens: number;
  loss: number;
  gradients: Record<string, { norm: number; first: number[]; values?: number[] }>;
};

const golden = fileURLToPath(new URL('../../../test/golden/engine/', import.meta.url));

function rowsOf({ tokens, supervised, segments }: Golden): Row[] {
  return tokens.map((ids, r) => {
    const segment = segments?.[r] ?? ids.map(() => 0);
    return [...new Set(segment)].map((s) => ({
      id: `${r}.${s}`,
      tokens: Int32Array.from(ids.filter((_, i) => segment[i] === s)),
      supervised: Uint8Array.from(supervised[r]!.filter((_, i) => segment[i] === s)),
    }));
  });
}

for (const name of ['tiny-llama', 'untied-llama'])
  for (const kind of ['batch', 'packed'] as const) {
    const expected = (
      JSON.parse(readFileSync(`${golden}${name}/golden.json`, 'utf8')) as Record<typeof kind, Golden>
    )[kind];

    test(`${name}, ${kind}: loss and the gradient of every weight equal those of transformers`, async () => {
      const model = await loadModel(`${golden}${name}`);
      const rows = rowsOf(expected);
      const shape = { rows: rows.length, length: expected.tokens[0]!.length, targets: 64 };
      assert.equal(supervisedInRows(rows), expected.supervisedTokens);
      const { feeds } = sftObjective.pass(rows, shape, sftObjective.counts(rows));
      const parameters = trainableParameters(model);
      const session = await openSession(sftObjective.program(model, shape, { training: true }), 1);
      try {
        const weights = Object.fromEntries(parameters.map(({ name, data }) => [name, data]));
        const outputs = await session.run({ ...feeds, ...weights });
        assert.ok(Math.abs(outputs['loss']![0]! / expected.loss - 1) < 1e-5);
        for (const { name } of parameters) {
          const gradient = outputs[gradientName(name)]!;
          const { norm, first, values } = expected.gradients[name]!;
          assert.ok(Math.abs(Math.hypot(...gradient) / norm - 1) < 1e-4, `${name}: norm`);
          const typical = norm / Math.sqrt(gradient.length);
          for (const [i, value] of (values ?? first).entries())
            assert.ok(Math.abs(gradient[i]! - value) < 1e-4 * typical, `${name}: element ${i}`);
        }
      } finally {
        await session.close();
      }
    });

    test(`${name}, ${kind}: log-probabilities equal those of transformers`, async () => {
      const examples = rowsOf(expected)
        .flat()
        .map((example) => ({
          ...example,
          supervised: Uint8Array.from(example.tokens, (_, i) => Number(i > 0)),
        }));
      const scores = await scoreExamples(await loadModel(`${golden}${name}`), examples, { threads: 1 });
      const reference = expected.logProbabilities ?? expected.sequenceLogProbabilities!;
      for (const [e, { logProbabilities }] of scores.entries())
        for (const [i, value] of logProbabilities.entries())
          assert.ok(Math.abs(value - reference[e]![i]!) < 1e-4, `sequence ${e}, token ${i + 1}`);
    });
  }
