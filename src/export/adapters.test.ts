/** Every kind of adapter as it is served: llama.cpp gives the engine's log-probabilities, which equal PEFT's (src/model/adapter.test.ts). */
import { equal, ok, rejects } from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { familyFields, servedDifference } from '../../test/support/serving.ts';
import { writeTinyLlama } from '../../test/support/tiny-llama.ts';
import { silent } from '../base/progress.ts';
import { seededRandom } from '../base/random.ts';
import { withNewAdapter } from '../model/adapter.ts';
import { loadModel } from '../model/model-folder.ts';
import { plainLora } from '../../test/support/plain-lora.ts';
import type { LoraConfig } from '../model/lora.ts';
import type { LanguageModel } from '../model/parameters.ts';
import { trainConfig, type TrainConfig } from '../train/config.ts';
import { checkExport } from './check-export.ts';
import { exportGguf, exportMergedGguf } from './gguf.ts';
import { exportLoraGguf, whyMerged } from './lora-gguf.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'attune-adapters-'));
});
after(() => rm(folder, { recursive: true }));

const { llama, qwen2, qwen3, gemma2 } = familyFields;
const biased = { ...llama, attention_bias: true, mlp_bias: true };
const linears = ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'];

type Case = {
  fields: Record<string, unknown>;
  lora: Partial<LoraConfig>;
  tiedEmbeddings?: boolean;
  /** What makes llama.cpp unable to add the adapter. */
  merged?: string;
};
const patterns = { rankPattern: { q_proj: 2, 'layers.0.mlp.up_proj': 3 }, alphaPattern: { k_proj: 3 } };
const cases: Record<string, Case> = {
  'rank-stabilised with patterns, on gemma2': { fields: gemma2, lora: { ...patterns, useRslora: true } },
  'patterns and the output head, on a biased llama': {
    fields: biased,
    lora: { ...patterns, targetModules: [...linears, 'lm_head'] },
    tiedEmbeddings: false,
  },
  'an output head that parts a shared table': {
    fields: llama,
    lora: { targetModules: ['v_proj', 'lm_head'] },
    merged: 'an output head of its own, where the base shares the embedding table',
  },
  'DoRA, on qwen3': { fields: qwen3, lora: { useDora: true }, merged: 'row lengths (DoRA)' },
  'biases, on llama': { fields: biased, lora: { bias: 'all' }, merged: 'trained biases' },
  'whole modules, on qwen2': {
    fields: qwen2,
    lora: { modulesToSave: ['embed_tokens', 'norm'] },
    merged: 'modules that were trained whole',
  },
};

/** The base in `modelFolder` with an adapter whose every tensor was moved, as if trained. */
async function trained(modelFolder: string, lora: Partial<LoraConfig>): Promise<LanguageModel> {
  const config: LoraConfig = {
    ...plainLora,
    rank: 4,
    alpha: 8,
    dropout: 0,
    targetModules: linears,
    ...lora,
  };
  const model = withNewAdapter(await loadModel(modelFolder), { kind: 'lora', config }, 3);
  const adapter = model.adapter!;
  const parameters = adapter.parameters.map(({ name, shape, data }) => {
    const random = seededRandom(4, name);
    return { name, shape, data: data.map((value) => value + 0.1 * random.normal()) };
  });
  return { ...model, adapter: { ...adapter, parameters } };
}

describe('an adapter as it is served', () => {
  // Measured: 0.024 and 0.0058 at most, where every tensor was moved by 0.1.
  for (const [name, { fields, lora, tiedEmbeddings = true, merged }] of Object.entries(cases))
    it(`${name}: llama.cpp gives the engine's probabilities`, async () => {
      const modelFolder = join(folder, name.replaceAll(/\W+/g, '-'));
      await writeTinyLlama(modelFolder, { tiedEmbeddings, config: fields });
      const model = await trained(modelFolder, lora);
      equal(whyMerged(model.config, model.adapter!), merged);
      const options = { modelFolder, type: 'f16' as const, report: silent };
      const gguf = join(modelFolder, 'served.gguf');
      if (merged === undefined) {
        await exportGguf({ ...options, outputFile: gguf });
        const { file: loraGguf } = await exportLoraGguf(model, join(modelFolder, 'lora.gguf'));
        await check(model, { gguf, loraGguf, tokenizerFolder: modelFolder });
        ok((await servedDifference(model, { gguf, tokenizerFolder: modelFolder })).max > 0.3, 'no effect');
      } else {
        await rejects(exportLoraGguf(model, join(modelFolder, 'lora.gguf')), { code: 'model' });
        await exportMergedGguf(model, { ...options, outputFile: gguf });
        await check(model, { gguf, tokenizerFolder: modelFolder });
      }
    });

  async function check(model: LanguageModel, served: Parameters<typeof servedDifference>[1]): Promise<void> {
    const { max, mean } = await servedDifference(model, served);
    ok(max < 0.05 && mean < 0.008, `max ${max}, mean ${mean}`);
  }

  it('what could not be served is refused before it is trained', async () => {
    const base = join(folder, 'planned');
    await writeTinyLlama(base, { config: gemma2 });
    const checked = (settings: object, known: string | undefined = base): Promise<void> =>
      checkExport({
        train: trainConfig.parse(settings) as TrainConfig,
        preTokenizer: undefined,
        base: known,
        adapterFolder: undefined,
      });
    await checked({ lora: { use_dora: true, modules_to_save: ['norm'] } });
    await rejects(checked({ method: 'prefix' }, undefined), { code: 'config', message: /method is prefix/ });
    await rejects(checked({ lora: { modules_to_save: ['embed_tokens'] } }), {
      code: 'model',
      message: /output head is not the embedding table/,
    });
  });
});
