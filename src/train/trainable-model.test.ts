import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { AttuneError } from '../base/errors.ts';
import { loadModel } from '../model/model-folder.ts';
import type { Parameter } from '../model/parameters.ts';
import { scoreExamples } from '../model/score-examples.ts';
import { withTrainable } from './trainable-model.ts';
import { trainConfig } from './config.ts';

const families = fileURLToPath(new URL('../../test/golden/engine/families/', import.meta.url));
const adapters = fileURLToPath(new URL('../../test/golden/engine/adapters/', import.meta.url));
const examples = [
  [3, 14, 15, 9, 26, 5, 35, 8],
  [9, 7, 9, 3],
].map((tokens, i) => ({
  id: `${i}`,
  tokens: Int32Array.from(tokens),
  supervised: Uint8Array.from(tokens, (_, place) => Number(place > 0)),
}));

/** A new adapter as these settings of the train section say, on the tiny model of a family. */
async function start(family: string, settings: object, seed = 1): ReturnType<typeof withTrainable> {
  const base = await loadModel(join(families, family));
  return withTrainable(base, { config: trainConfig.parse(settings), seed });
}

/** Goes on from a golden adapter whose adapter_config.json was changed. */
async function goOn(
  name: string,
  family: string,
  change: object,
  settings: object = {},
): ReturnType<typeof withTrainable> {
  const folder = await mkdtemp(join(tmpdir(), 'attune-adapter-'));
  try {
    await cp(join(adapters, name), folder, { recursive: true });
    const path = join(folder, 'adapter_config.json');
    const config = JSON.parse(await readFile(path, 'utf8')) as object;
    await writeFile(path, JSON.stringify({ ...config, ...change }));
    const base = await loadModel(join(families, family));
    return await withTrainable(base, { config: trainConfig.parse(settings), adapter: folder, seed: 1 });
  } finally {
    await rm(folder, { recursive: true });
  }
}

const refuses = (action: Promise<unknown>, code: string, message: RegExp): Promise<void> =>
  assert.rejects(action, (error) => {
    assert.ok(error instanceof AttuneError, String(error));
    assert.match(`${error.message}\n${error.fix}`, message);
    assert.equal(error.code, code);
    return true;
  });

const everything = { use_dora: true, bias: 'all', modules_to_save: ['embed_tokens', 'norm'] };

test('a new adapter changes nothing, and everything it trains is set', async () => {
  for (const lora of [{}, { ...everything, rank_pattern: { down_proj: 3 }, use_rslora: true }]) {
    const model = await start('qwen2', { lora });
    const { adapter: _, ...base } = model;
    const [before, after] = [
      await scoreExamples(base, examples, { threads: 1 }),
      await scoreExamples(model, examples, { threads: 1 }),
    ];
    for (const [e, { logProbabilities }] of before.entries())
      for (const [i, value] of logProbabilities.entries())
        assert.ok(Math.abs(after[e]!.logProbabilities[i]! - value) < 1e-5);
  }
});

test('A starts uniform in ±1/√in, B at zero, a prefix normal; the seed decides', async () => {
  const parameters = (await start('qwen2', { lora: { rank: 64, bias: 'lora_only' } })).adapter!.parameters;
  const values = (end: string): number[] =>
    parameters.filter(({ name }) => name.endsWith(end)).flatMap(({ data }) => [...data]);
  const a = values('q_proj.lora_A.weight');
  const bound = 1 / Math.sqrt(32);
  assert.ok(a.every((value) => Math.abs(value) <= bound));
  assert.ok(Math.abs(deviation(a) / (bound / Math.sqrt(3)) - 1) < 0.05);
  assert.ok(values('lora_B.weight').every((value) => value === 0));
  assert.ok(values('q_proj.base_layer.bias').some((value) => value !== 0));

  const settings = { method: 'prefix', prefix: { tokens: 30 } };
  const [prefix] = (await start('qwen2', settings)).adapter!.parameters as [Parameter];
  assert.deepEqual(prefix.shape, [30, 3 * 2 * 2 * 8]);
  assert.ok(Math.abs(deviation([...prefix.data]) - 1) < 0.05);
  assert.deepEqual((await start('qwen2', settings)).adapter!.parameters, [prefix]);
  assert.notDeepEqual((await start('qwen2', settings, 2)).adapter!.parameters, [prefix]);
});

const deviation = (values: readonly number[]): number =>
  Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);

test('all-linear is every linear layer but the output head', async () => {
  const { adapter } = await start('llama-biased', {});
  assert.equal(adapter?.kind, 'lora');
  assert.deepEqual(adapter.config.targetModules, [
    'q_proj',
    'k_proj',
    'v_proj',
    'o_proj',
    'gate_proj',
    'up_proj',
    'down_proj',
  ]);
  assert.equal(adapter.parameters.length, 2 * 2 * 7);
});

for (const [lora, message] of [
  [
    { target_modules: ['q_proj', 'qproj'] },
    /target_modules: no linear layer of the base ends in qproj\n.*q_proj, k_proj.*lm_head/,
  ],
  [{ target_modules: ['embed_tokens'] }, /embed_tokens is no linear layer\n.*modules_to_save/],
  [
    { modules_to_save: ['score'] },
    /modules_to_save: no module of the base ends in score\n.*embed_tokens.*norm/,
  ],
  [{ rank_pattern: { q_prj: 3 } }, /rank_pattern: no module with an adapter fits q_prj/],
  [
    { target_modules: ['v_proj'], alpha_pattern: { q_proj: 3 } },
    /alpha_pattern: no module with an adapter fits q_proj/,
  ],
  [{ rank_pattern: { q_proj: 3, '(q|k)_proj': 4 } }, /q_proj fits q_proj and \(q\|k\)_proj/],
  [{ bias: 'all' }, /bias: all, but these layers of the base have no bias/],
] as const)
  test(`a setting without effect is refused: ${JSON.stringify(lora)}`, () =>
    refuses(start('mistral', { lora }), 'config', message));

test('what cannot be computed together is refused', async () => {
  await refuses(
    start('mistral', { lora: { target_modules: ['lm_head'], dropout: 0.1 } }),
    'config',
    /train.lora.dropout: not supported before an adapter on lm_head/,
  );
  await refuses(
    start('mistral', { lora: { modules_to_save: ['proj'] } }),
    'config',
    /modules_to_save: .*q_proj would be trained whole and get an adapter/,
  );
});

test('an adapter is gone on from with its own settings', async () => {
  const { adapter } = await goOn('dora', 'qwen2', {});
  assert.equal(adapter?.kind, 'lora');
  assert.deepEqual([adapter.config.rank, adapter.config.alpha, adapter.config.useDora], [3, 6, true]);
  const saved = await loadModel(join(families, 'qwen2'), join(adapters, 'dora'));
  assert.deepEqual(adapter, saved.adapter);
  for (const value of [null, false, {}, []]) await goOn('dora', 'qwen2', { something_new: value });
});

for (const [change, message] of [
  [{ peft_type: 'IA3' }, /adapter_config.json: peft_type/],
  [{ fan_in_fan_out: true }, /fan_in_fan_out = true is not supported yet/],
  [{ lora_bias: true }, /lora_bias = true/],
  [{ target_parameters: ['x'] }, /target_parameters = \["x"\]/],
  [{ layer_replication: [[0, 2]] }, /layer_replication/],
  [{ megatron_config: { a: 1 } }, /megatron_config/],
  [{ alora_invocation_tokens: [1] }, /alora_invocation_tokens/],
  [{ trainable_token_indices: [1, 2] }, /trainable_token_indices/],
  [{ ensure_weight_tying: true }, /ensure_weight_tying/],
  [{ init_lora_weights: 'pissa' }, /init_lora_weights: changes the base model/],
  [{ init_lora_weights: 'corda' }, /init_lora_weights/],
  [{ something_new: 3 }, /something_new = 3/],
  [{ task_type: 'SEQ_CLS' }, /task_type/],
  [{ r: 0 }, /: r: /],
  [{ rank_pattern: { '(.*)*': 3 } }, /repeats a group/],
  [{ target_modules: '(q|v' }, /not a regular expression/],
  [{ target_modules: ['query'] }, /target_modules: no linear layer of the base is named/],
  [{ target_modules: ['q_proj'] }, /tensor .*_proj.lora_A.weight is not part of what its configuration says/],
  [{ r: 4 }, /should have shape \[4, 32\], found \[3, 32\]/],
] as const)
  test(`an adapter that would mean something else is refused: ${JSON.stringify(change)}`, () =>
    refuses(goOn('dora', 'qwen2', change), 'model', message));

test('an adapter of another kind or on another head is refused', async () => {
  await refuses(goOn('dora', 'qwen2', {}, { method: 'prefix' }), 'config', /holds a lora adapter.*prefix/);
  await refuses(
    goOn('prefix', 'llama-3.2', {}),
    'config',
    /holds a prefix adapter, but train.method is lora/,
  );
  // The head's frozen weight lies in the file; another base of the same shape has another one.
  await refuses(goOn('dora-head', 'llama-biased', {}), 'model', /differs from the base's output head/);
});
