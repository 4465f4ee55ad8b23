/**
 * What Attune trains and writes is loaded by transformers and PEFT unchanged, and means the same there:
 * log-probabilities of given tokens agree with ours. Needs Python; run with `npm run test:full`.
 */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { seededRandom } from '../../src/base/random.ts';
import { bfloat16ToFloats, floatsToBfloat16 } from '../../src/formats/float.ts';
import { loadModel, saveAdapter, saveModel } from '../../src/model/model-folder.ts';
import { withNewAdapter } from '../../src/model/adapter.ts';
import { plainLora } from '../support/plain-lora.ts';
import type { LanguageModel } from '../../src/model/parameters.ts';
import { openScorer, scoreExamples } from '../../src/model/score-examples.ts';
import type { EncodedExample } from '../../src/text/encoded-example.ts';
import { withTrainable } from '../../src/train/trainable-model.ts';
import { planBatches } from '../../src/train/batches.ts';
import { inMemory } from '../../src/train/example-source.ts';
import { trainConfig } from '../../src/train/config.ts';
import { getEngine } from '../../src/train/engines/get-engine.ts';
import { trainLoop } from '../../src/train/loop.ts';
import { sftObjective } from '../../src/train/objectives/sft.ts';
import type { LoopResult } from '../../src/train/loop.ts';
import { Reference, referenceMissing } from './reference.ts';

const golden = fileURLToPath(new URL('../golden/engine/', import.meta.url));
const llamas = ['tiny-llama', 'untied-llama'];
const families = readdirSync(join(golden, 'families'), { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? [join('families', entry.name)] : [],
);
const everyLinear = ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'];
const skip = referenceMissing();
/** float32 sums in another order; an error in a name, a scale or a layout is far larger. */
const tolerance = 1e-3;

const reference = new Reference();
let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'attune-load-back-'));
});
after(async () => {
  await reference.close();
  await rm(folder, { recursive: true, force: true });
});

/** Sequences of several lengths, so that ours are packed; every token but the first is scored. */
function sequences(vocabularySize: number, seed: number): number[][] {
  const random = seededRandom(seed, 'sequences');
  return [24, 9, 31, 2, 17].map((length) => Array.from({ length }, () => random.integer(vocabularySize)));
}

function asExamples(tokens: readonly number[][]): EncodedExample[] {
  return tokens.map((ids, i) => ({
    id: `${i}`,
    tokens: Int32Array.from(ids),
    supervised: Uint8Array.from(ids, (_, place) => Number(place > 0)),
  }));
}

/** Three steps at a rate that moves every weight a good way. */
async function trainThreeSteps(model: LanguageModel, workFolder: string): Promise<LoopResult> {
  const {
    base: _,
    engine: __,
    method: ___,
    lora: ____,
    ...settings
  } = trainConfig.parse({ sequence_length: 32, batch_size: 4, max_steps: 3 });
  const config = { ...settings, epochs: 3, learning_rate: 0.02 };
  const loop = trainLoop(model, {
    plan: planBatches(inMemory(asExamples(sequences(model.config.vocabularySize, 1))), config, 5),
    validation: inMemory([]),
    objective: sftObjective,
    config,
    seed: 5,
    workFolder,
    signal: new AbortController().signal,
  });
  for (;;) {
    const { done, value } = await loop.next();
    if (done) return value;
  }
}

/**
 * Compares what transformers makes of the written folders with what we read back, and with the model in memory before
 * it was written (a file that is wrong reads alike on both sides); `before` is the untrained base, which must score
 * differently.
 */
async function assertSameScores(
  written: { base: string; adapter?: string },
  before: string,
  trained: LanguageModel,
): Promise<void> {
  const tokens = sequences(trained.config.vocabularySize, 2);
  const theirs = await reference.scores(written, tokens);
  const untrained = await scoreOurs({ base: before }, tokens);
  let moved = 0;
  for (const ours of [await scoreExamples(trained, asExamples(tokens)), await scoreOurs(written, tokens)])
    for (const [s, { logProbabilities, correct }] of ours.entries()) {
      const expected = theirs[s]!;
      assert.equal(logProbabilities.length, expected.logProbabilities.length);
      for (const [i, value] of logProbabilities.entries()) {
        const difference = Math.abs(value - expected.logProbabilities[i]!);
        assert.ok(
          difference < tolerance,
          `sequence ${s}, token ${i + 1}: ${value}, transformers ${expected.logProbabilities[i]}`,
        );
        moved = Math.max(moved, Math.abs(value - untrained[s]!.logProbabilities[i]!));
      }
      assert.deepEqual([...correct], expected.correct);
    }
  assert.ok(
    moved > 0.1,
    `training changed log-probabilities by ${moved} at most: the comparison shows nothing`,
  );
}

async function scoreOurs(
  folders: { base: string; adapter?: string },
  tokens: readonly number[][],
): ReturnType<Awaited<ReturnType<typeof openScorer>>['score']> {
  const scorer = await openScorer(folders);
  try {
    return await scorer.score(asExamples(tokens));
  } finally {
    await scorer.close();
  }
}

for (const [targetModules, bases] of [
  [everyLinear, [...llamas, ...families]],
  [['q_proj', 'v_proj'], llamas],
] as const)
  for (const name of bases)
    test(
      `PEFT loads a LoRA of ${targetModules.length} modules on ${name} and scores as we do`,
      { skip },
      async () => {
        const base = join(golden, name);
        const config = { ...plainLora, rank: 4, alpha: 12, dropout: 0.1, targetModules };
        const model = withNewAdapter(await loadModel(base), { kind: 'lora', config }, 7);
        const work = join(folder, `${name}-${targetModules.length}`);
        const { parameters } = await trainThreeSteps(model, join(work, 'checkpoints'));
        const written = { base, adapter: join(work, 'adapter') };
        const adapter = { ...model.adapter!, parameters };
        await saveAdapter(written.adapter, adapter, { config: model.config, baseName: name });
        await assertSameScores(written, base, { ...model, adapter });
      },
    );

/** Settings of the train section, each with a tiny family that has what they need. */
const kinds: [family: string, settings: { method?: string; lora?: object; prefix?: object }][] = [
  [
    'llama-biased',
    { lora: { use_rslora: true, rank_pattern: { down_proj: 3 }, alpha_pattern: { '(q|k)_proj': 5 } } },
  ],
  ['llama-biased', { lora: { target_modules: ['q_proj', 'up_proj'], bias: 'lora_only' } }],
  ['qwen2', { lora: { bias: 'all', use_dora: true, dropout: 0.1 } }],
  ['qwen2', { lora: { modules_to_save: ['embed_tokens', 'lm_head', 'norm'] } }],
  ['qwen2', { lora: { modules_to_save: ['embed_tokens'] } }],
  ['gemma2', { lora: { use_dora: true, use_rslora: true, modules_to_save: ['layers.1.mlp'] } }],
  ['mistral', { lora: { target_modules: ['lm_head', 'o_proj'], use_dora: true } }],
  ['llama-3.2', { method: 'prefix' }],
  ['gemma2', { method: 'prefix', prefix: { tokens: 3 } }],
  ['mistral', { method: 'prefix', prefix: { tokens: 4 } }],
];
for (const [i, [family, settings]] of kinds.entries())
  test(`PEFT loads ${JSON.stringify(settings)} on ${family} and scores as we do`, { skip }, async () => {
    const base = join(golden, 'families', family);
    const config = trainConfig.parse(settings);
    const model = await withTrainable(await loadModel(base), { config, seed: 7 });
    const work = join(folder, `kind-${i}`);
    const { parameters } = await trainThreeSteps(model, join(work, 'checkpoints'));
    const written = { base, adapter: join(work, 'adapter') };
    const adapter = { ...model.adapter!, parameters };
    await saveAdapter(written.adapter, adapter, { config: model.config, baseName: family });
    await assertSameScores(written, base, { ...model, adapter });
  });

for (const name of [...llamas, ...families])
  test(`transformers loads ${name} after full training and scores as we do`, { skip }, async () => {
    const base = join(golden, name);
    const model = await loadModel(base);
    const work = join(folder, `${name}-full`);
    const { parameters } = await trainThreeSteps(model, join(work, 'checkpoints'));
    const written = join(work, 'model');
    await mkdir(written, { recursive: true });
    await saveModel(written, parameters, base);
    // A whole model is written as bfloat16.
    const rounded = parameters.map((one) => ({ ...one, data: bfloat16ToFloats(floatsToBfloat16(one.data)) }));
    const trained = { ...model, base: new Map(rounded.map((one) => [one.name, one])) };
    await assertSameScores({ base: written }, base, trained);
  });

for (const method of ['lora', 'full'] as const)
  test(`the engine's ${method} result on attune-base loads and scores as ours`, { skip }, async () => {
    const base = fileURLToPath(new URL('../../models/attune-base', import.meta.url));
    const work = join(folder, `attune-base-${method}`);
    await mkdir(work, { recursive: true });
    const chats = ['tea', 'bread', 'soap', 'rope'].map((thing, i) => ({
      messages: [
        { role: 'user', content: `Do you sell ${thing}?` },
        { role: 'assistant', content: `Yes, we have ${thing} in stock.` },
      ],
      meta: { id: `${i}`, source: 'test' },
    }));
    const file = join(work, 'examples.jsonl');
    await writeFile(file, chats.map((chat) => `${JSON.stringify(chat)}\n`).join(''));
    const outputFolder = join(work, 'output');
    const job = {
      base,
      objective: { type: 'sft' as const, supervise: 'assistant' as const },
      trainFile: file,
      validationFile: file,
      config: trainConfig.parse({
        method,
        sequence_length: 64,
        batch_size: 2,
        max_steps: 3,
        learning_rate: 0.01,
      }),
      seed: 3,
      workFolder: join(work, 'checkpoints'),
      outputFolder,
    };
    const engine = await getEngine('embedded');
    for await (const event of engine.train(job, new AbortController().signal))
      // That the machine is short of memory just now is no fault of the run.
      if (event.type === 'warning') assert.match(event.message, /memory/);
    const written = method === 'lora' ? { base, adapter: outputFolder } : { base: outputFolder };
    await assertSameScores(written, base, await loadModel(written.base, written.adapter));
  });
