import { deepEqual, equal, ok, rejects, throws } from 'node:assert/strict';
import { copyFile, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { referenceLogProbabilities } from '../../test/support/llama-reference.ts';
import { writeTinyLlama, writeTinyLora } from '../../test/support/tiny-llama.ts';
import { silent } from '../base/progress.ts';
import { openLlamaBackend } from '../backend/llama.ts';
import { readGguf } from '../../test/support/gguf-reader.ts';
import { openSafetensors } from '../formats/safetensors-reader.ts';
import { writeSafetensors, type TensorToWrite } from '../formats/safetensors-writer.ts';
import { loadModel } from '../model/model-folder.ts';
import { loadTokenizer } from '../text/tokenizer.ts';
import type { PreTokenizer } from './config.ts';
import { exportGguf } from './gguf.ts';
import { interleaveRotaryRows } from './gguf-layout.ts';
import { exportLoraGguf } from './lora-gguf.ts';
import { checkParity } from './parity.ts';
import { ggufVocabulary } from './gguf-vocabulary.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'attune-export-'));
  await writeTinyLlama(join(folder, 'tied'));
  await writeTinyLlama(join(folder, 'untied'), { tiedEmbeddings: false, seed: 5 });
  await writeTinyLora(join(folder, 'adapter'), join(folder, 'tied'));
});
after(() => rm(folder, { recursive: true }));

const conversation =
  '<|system|>You can help the user.<|im_end|><|user|>hello, the café? 🙂 12345<|im_end|><|assistant|>the help<|im_end|>';

/** Largest difference in log-probability between llama.cpp on an exported file and the float64 reference. */
async function served(options: {
  model: string;
  gguf: string;
  adapterFolder?: string;
  loraGguf?: string;
}): Promise<{ max: number; mean: number }> {
  const tokens = (await loadTokenizer(options.model)).encode(conversation);
  const backend = await openLlamaBackend({
    gguf: options.gguf,
    loraGguf: options.loraGguf,
    tokenizerFolder: options.model,
    parallel: 1,
  });
  const got = await backend.logProbabilities!(tokens);
  await backend.close();
  const wanted = Float32Array.from(
    await referenceLogProbabilities(tokens, options.model, options.adapterFolder),
  );
  const { maxDifference, meanDifference } = checkParity(
    [{ id: 'c', trained: wanted, served: got }],
    Infinity,
  );
  return { max: maxDifference, mean: meanDifference };
}

async function exported(model: string, type: 'f16' | 'q8_0'): Promise<string> {
  const outputFile = join(folder, `${type}-{sha256}.gguf`);
  return (await exportGguf({ modelFolder: model, outputFile, type, report: silent })).file;
}

describe('exportGguf', () => {
  // Measured: 0.020 and 0.005 at most in F16, where the least probable token has -24; the cache of keys is F16 too.
  for (const kind of ['tied', 'untied'])
    it(`llama.cpp gives the probabilities of an independent forward pass (${kind} embeddings, F16)`, async () => {
      const model = join(folder, kind);
      const { max, mean } = await served({ model, gguf: await exported(model, 'f16') });
      ok(max < 0.05, `max ${max}`);
      ok(mean < 0.01, `mean ${mean}`);
    });

  it('and in Q8_0 nearly so', async () => {
    const model = join(folder, 'untied');
    const { max, mean } = await served({ model, gguf: await exported(model, 'q8_0') });
    ok(max < 0.4, `max ${max}`);
    ok(mean < 0.06, `mean ${mean}`);
  });

  it('a file whose rotary rows are in the wrong order is far off, so that the above would see it', async () => {
    const model = join(folder, 'tied');
    const broken = join(folder, 'broken');
    const weights = await openSafetensors(join(model, 'model.safetensors'));
    const tensors: TensorToWrite[] = [];
    for (const [name, { shape }] of weights.tensors) {
      const values = await weights.readFloat32(name);
      const data = name.includes('q_proj') ? interleaveRotaryRows(values, 4, 64) : values;
      tensors.push({ name, dtype: 'BF16', shape, data });
    }
    await weights.close();
    await writeSafetensors(join(broken, 'model.safetensors'), tensors);
    for (const file of ['config.json', 'tokenizer.json', 'tokenizer_config.json'])
      await copyFile(join(model, file), join(broken, file));
    ok((await served({ model, gguf: await exported(broken, 'f16') })).max > 0.5);
  });

  it('equal models give equal bytes and names', async () => {
    const again = join(folder, 'again');
    await writeTinyLlama(again);
    equal(await exported(again, 'f16'), await exported(join(folder, 'tied'), 'f16'));
  });

  it('leaves no file when it is aborted or the weights do not fit', async () => {
    const model = join(folder, 'misfit');
    await writeTinyLlama(model);
    const outputFile = join(model, 'out.gguf');
    const signal = AbortSignal.abort();
    await rejects(exportGguf({ modelFolder: model, outputFile, type: 'f16', report: silent, signal }), {
      code: 'interrupted',
    });
    const config = JSON.parse(await readFile(join(model, 'config.json'), 'utf8')) as Record<string, unknown>;
    await writeFile(join(model, 'config.json'), JSON.stringify({ ...config, num_hidden_layers: 3 }));
    await rejects(exportGguf({ modelFolder: model, outputFile, type: 'f16', report: silent }), {
      code: 'model',
      message: /model\.layers\.2\..* missing/,
    });
    equal((await readdir(model)).filter((name) => name.startsWith('out')).length, 0);
  });
});

describe('exportLoraGguf', () => {
  const lora = async (adapter = 'adapter', outputFile = 'lora-{sha256}.gguf'): Promise<string> => {
    const model = await loadModel(join(folder, 'tied'), join(folder, adapter));
    return (await exportLoraGguf(model, join(folder, outputFile))).file;
  };

  it('base and adapter in llama.cpp give the probabilities of the merged weights', async () => {
    const model = join(folder, 'tied');
    const gguf = await exported(model, 'f16');
    const loraGguf = await lora();
    const { max, mean } = await served({ model, gguf, loraGguf, adapterFolder: join(folder, 'adapter') });
    ok(max < 0.06, `max ${max}`);
    ok(mean < 0.01, `mean ${mean}`);
    ok(
      (await served({ model, gguf, adapterFolder: join(folder, 'adapter') })).max > 0.5,
      'the adapter has an effect',
    );
  });

  it('an adapter written over another is served as the new one after opening again', async () => {
    const model = join(folder, 'tied');
    const gguf = await exported(model, 'f16');
    for (const seed of [11, 12]) {
      const adapterFolder = join(folder, `adapter-${seed}`);
      await writeTinyLora(adapterFolder, model, seed);
      const loraGguf = await lora(`adapter-${seed}`, 'current.gguf');
      ok((await served({ model, gguf, loraGguf, adapterFolder })).max < 0.06, `seed ${seed}`);
    }
  });

  it('scales B, where modules have scales of their own', async () => {
    const adapter = join(folder, 'scaled');
    await writeTinyLora(adapter, join(folder, 'tied'));
    const path = join(adapter, 'adapter_config.json');
    const config = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
    await writeFile(path, JSON.stringify({ ...config, use_rslora: true, alpha_pattern: { down_proj: 2 } }));
    const [scaled, plain] = [await readGguf(await lora('scaled')), await readGguf(await lora())];
    equal(scaled.metadata.get('adapter.lora.alpha'), 8 * Math.sqrt(4));
    equal(plain.metadata.get('adapter.lora.alpha'), 8);
    const first = (file: typeof scaled, name: string): number => file.readFloat32(`blk.0.${name}`)[0]!;
    equal(first(scaled, 'ffn_up.weight.lora_b'), first(plain, 'ffn_up.weight.lora_b'));
    equal(first(scaled, 'ffn_down.weight.lora_b'), Math.fround(first(plain, 'ffn_down.weight.lora_b') / 4));
  });
});

describe('ggufVocabulary', () => {
  const words = {
    llama3:
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
    qwen2:
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
  };
  const bytes = { type: 'ByteLevel', add_prefix_space: false };
  const split = (regex: string): object => ({
    type: 'Sequence',
    pretokenizers: [
      { type: 'Split', pattern: { Regex: regex }, behavior: 'Isolated', invert: false },
      { ...bytes, use_regex: false },
    ],
  });
  const withTokenizer = async (change: (file: Record<string, unknown>) => void): Promise<string> => {
    const model = await mkdtemp(join(folder, 'vocabulary-'));
    await writeTinyLlama(model);
    const path = join(model, 'tokenizer.json');
    const file = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
    change(file);
    await writeFile(path, JSON.stringify(file));
    return model;
  };
  const preOf = async (preTokenizer: object, model: object = {}): Promise<unknown> => {
    const changed = await withTokenizer((file) => {
      file['pre_tokenizer'] = preTokenizer;
      Object.assign(file['model'] as object, model);
    });
    const entries = new Map(await ggufVocabulary(changed, 400));
    const value = entries.get('tokenizer.ggml.pre')!;
    return value.type === 'string' ? value.value : undefined;
  };

  it('names the pre-tokenizers of well-known models', async () => {
    equal(await preOf(bytes), 'gpt-2');
    const digits = { type: 'Digits', individual_digits: true };
    equal(await preOf({ type: 'Sequence', pretokenizers: [digits, bytes] }), 'smollm');
    equal(await preOf(split(words.qwen2)), 'qwen2');
    equal(await preOf(split(words.llama3), { ignore_merges: true }), 'llama-bpe');
    equal(await preOf(split(words.llama3)), 'smaug-bpe');
  });

  it('refuses what llama.cpp would cut differently, unless the project names one', async () => {
    await rejects(preOf(split('\\p{L}+')), { code: 'model', message: /no known tokenizer/ });
    await rejects(preOf({ ...bytes, add_prefix_space: true }), { message: /a space before the text/ });
    await rejects(preOf(bytes, { byte_fallback: true }), { message: /pre-tokenizer is/ });
    await rejects(preOf(bytes, { type: 'Unigram' }), { message: /Unigram/ });
    const lowercase = await withTokenizer((file) => (file['normalizer'] = { type: 'Lowercase' }));
    await rejects(ggufVocabulary(lowercase, 400), { message: /Lowercase normalizer/ });
    const named: PreTokenizer = 'qwen2';
    ok(await ggufVocabulary(lowercase, 400, named));
  });

  it('marks control, visible and missing tokens, and refuses too many', async () => {
    const model = join(folder, 'tied');
    const entries = new Map(await ggufVocabulary(model, 300));
    const values = (key: string): readonly unknown[] => {
      const value = entries.get(key)!;
      return value.type === 'array' ? value.values : [];
    };
    const types = values('tokenizer.ggml.token_type');
    const tokens = values('tokenizer.ggml.tokens');
    equal(types[tokens.indexOf('<|im_end|>')], 3);
    equal(types[tokens.indexOf('<tool_call>')], 4);
    deepEqual([tokens[299], types[299]], ['[PAD299]', 5]);
    deepEqual(entries.get('tokenizer.ggml.eos_token_id'), { type: 'uint32', value: 2 });
    await rejects(ggufVocabulary(model, 100), { code: 'model', message: /the model has 100 tokens/ });
  });
});

describe('checkParity', () => {
  const trained = new Float32Array([-1, -2, -3]);

  it('gives the largest and the mean difference and where it is', () => {
    const result = checkParity(
      [
        { id: 'a', trained, served: new Float32Array([-1, -2.25, -3]) },
        { id: 'b', trained, served: new Float32Array([-1.5, -2, -3]) },
      ],
      0.5,
    );
    deepEqual(result, {
      tokens: 6,
      maxDifference: 0.5,
      meanDifference: 0.125,
      worst: { id: 'b', index: 0, trained: -1, served: -1.5 },
    });
  });

  it('stops with the numbers beyond the tolerance, on values that are no numbers, and on nothing', () => {
    const far = [{ id: 'a', trained, served: new Float32Array([-1, -2.25, -3]) }];
    throws(() => checkParity(far, 0.2), {
      code: 'parity',
      message: /up to 0.2500 .*token 1 of a: -2.0000 trained, -2.2500 served/,
    });
    throws(() => checkParity([{ id: 'a', trained, served: new Float32Array([-1, NaN, -3]) }], 9), /token 1/);
    throws(
      () => checkParity([{ id: 'a', trained, served: new Float32Array(2) }], 9),
      /3 tokens .* 2 in serving/,
    );
    throws(() => checkParity([], 9), /no token/);
  });
});
