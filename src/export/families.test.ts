/** Every family as GGUF: llama.cpp gives the engine's log-probabilities, which equal transformers' (src/model/decoder.test.ts). */
import { deepEqual, equal, ok, rejects, throws } from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { familyFields, servedDifference } from '../../test/support/serving.ts';
import { writeTinyLlama } from '../../test/support/tiny-llama.ts';
import { silent } from '../base/progress.ts';
import { readGguf } from '../../test/support/gguf-reader.ts';
import { loadModel } from '../model/model-folder.ts';
import { readModelConfig } from '../model/config.ts';
import { checkServable } from './llama-architecture.ts';
import { exportGguf } from './gguf.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'attune-families-'));
});
after(() => rm(folder, { recursive: true }));

const { llama, mistral, qwen2, qwen3, gemma2 } = familyFields;
const llama3 = {
  rope_type: 'llama3',
  factor: 8,
  low_freq_factor: 1,
  high_freq_factor: 4,
  original_max_position_embeddings: 32,
};

type Case = { fields: Record<string, unknown>; tiedEmbeddings?: boolean };
const cases: Record<string, Case> = {
  'llama with llama3 scaling': { fields: { ...llama, rope_scaling: llama3 } },
  'llama with biases and linear scaling': {
    fields: { ...llama, attention_bias: true, mlp_bias: true, rope_scaling: { type: 'linear', factor: 3 } },
    tiedEmbeddings: false,
  },
  mistral: { fields: { ...mistral, head_dim: 24 }, tiedEmbeddings: false },
  qwen2: { fields: { ...qwen2, rope_theta: 1_000_000 } },
  'qwen2 with linear scaling': {
    fields: { ...qwen2, rope_scaling: { type: 'linear', factor: 3 } },
    tiedEmbeddings: false,
  },
  qwen3: { fields: qwen3 },
  gemma2: { fields: gemma2 },
  'gemma2 with windows elsewhere and no caps': {
    fields: {
      ...gemma2,
      layer_types: ['full_attention', 'full_attention', 'sliding_attention', 'full_attention'],
      attn_logit_softcapping: null,
      final_logit_softcapping: null,
    },
  },
};

async function writeModel(name: string, { fields, tiedEmbeddings = true }: Case): Promise<string> {
  const model = join(folder, name.replaceAll(' ', '-'));
  await writeTinyLlama(model, { tiedEmbeddings, config: fields });
  return model;
}

async function exported(model: string, type: 'f16' | 'q8_0'): Promise<string> {
  const outputFile = join(folder, `${type}-{sha256}.gguf`);
  return (await exportGguf({ modelFolder: model, outputFile, type, report: silent })).file;
}

async function difference(
  model: string,
  gguf: string,
  length?: number,
): Promise<{ max: number; mean: number }> {
  return servedDifference(await loadModel(model), { gguf, tokenizerFolder: model }, length);
}

describe('exportGguf of every family', () => {
  // Measured: 0.0145 and 0.0031 at most.
  for (const [name, one] of Object.entries(cases))
    it(`${name}: llama.cpp gives the engine's probabilities`, async () => {
      const model = await writeModel(name, one);
      const { max, mean } = await difference(model, await exported(model, 'f16'));
      ok(max < 0.03 && mean < 0.005, `max ${max}, mean ${mean}`);
    });

  // Measured: 0.53 and 0.13 at most; the models are random, and sure of most of what they say.
  for (const name of ['llama with llama3 scaling', 'mistral', 'qwen2', 'qwen3', 'gemma2'])
    it(`${name}: in Q8_0 nearly so`, async () => {
      const model = await writeModel(name, cases[name]!);
      const { max, mean } = await difference(model, await exported(model, 'q8_0'));
      ok(max < 0.8 && mean < 0.2, `max ${max}, mean ${mean}`);
    });

  it('a window that llama.cpp does not compute limits the context, and the length of what is trained', async () => {
    const model = await writeModel('window', { fields: { ...mistral, sliding_window: 16 } });
    const gguf = await exported(model, 'f16');
    equal((await readGguf(gguf)).metadata.get('llama.context_length'), 16);
    ok((await difference(model, gguf, 16)).max < 0.03);
    const config = await readModelConfig(model);
    checkServable(config, model, 16);
    throws(() => checkServable(config, model, 17), {
      code: 'model',
      message: /sequence_length is 17, but this model attends to the last 16 tokens only/,
    });
  });

  it('names what llama.cpp computes differently', async () => {
    const refusals: [Case, RegExp][] = [
      [{ fields: { ...qwen3, attention_bias: true } }, /o_proj has a bias/],
      [{ fields: { ...llama, hidden_act: 'gelu_pytorch_tanh' } }, /activation is gelu_tanh/],
      [{ fields: { ...qwen2, rope_scaling: llama3 } }, /rope scaling is llama3/],
      [{ fields: gemma2, tiedEmbeddings: false }, /output head is not the embedding table/],
      [{ fields: { ...qwen2, head_dim: 32 } }, /4 heads of 32 are not hidden_size 64/],
    ];
    for (const [one, message] of refusals) {
      const model = await writeModel('refused', one);
      await rejects(exported(model, 'f16'), { code: 'model', message });
    }
  });

  it('has the names of llama.cpp', async () => {
    const { tensors } = await readGguf(await exported(join(folder, 'gemma2'), 'f16'));
    const block = [...tensors.keys()].filter((name) => name.startsWith('blk.0.')).sort();
    deepEqual(
      block.map((name) => name.slice('blk.0.'.length)),
      [
        'attn_k.weight',
        'attn_norm.weight',
        'attn_output.weight',
        'attn_q.weight',
        'attn_v.weight',
        'ffn_down.weight',
        'ffn_gate.weight',
        'ffn_norm.weight',
        'ffn_up.weight',
        'post_attention_norm.weight',
        'post_ffw_norm.weight',
      ],
    );
  });
});
