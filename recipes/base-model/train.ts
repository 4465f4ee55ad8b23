/**
 * Trains the base model from scratch with Attune's own engine on the text that prepare.ts wrote.
 *
 *   node recipes/base-model/train.ts --data <prepared folder> --out models/attune-base [--work <folder>]
 *        [--hidden 256 --layers 7 --feed-forward 768 --heads 4 --key-value-heads 2 --steps 1000 --learning-rate 0.002 --threads 2]
 *
 * Stop it with Ctrl-C and start it again: it goes on from its last checkpoint.
 */
import { appendFile, copyFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeJson } from '../../src/base/files.ts';
import { seededRandom } from '../../src/base/random.ts';
import { saveModel } from '../../src/model/model-folder.ts';
import { parseModelConfig, weightShapes } from '../../src/model/config.ts';
import type { ModelConfig } from '../../src/model/config.ts';
import type { Parameter } from '../../src/model/parameters.ts';
import { planBatches } from '../../src/train/batches.ts';
import { inMemory } from '../../src/train/example-source.ts';
import { trainConfig } from '../../src/train/config.ts';
import { trainLoop } from '../../src/train/loop.ts';
import { sftObjective } from '../../src/train/objectives/sft.ts';
import type { EncodedExample } from '../../src/text/encoded-example.ts';

const seed = 1;
const sequenceLength = 512;
/** Enough for two digits of perplexity, few enough not to hold up the training. */
const validationExamples = 160;
const tokenizerFiles = ['tokenizer.json', 'tokenizer_config.json', 'special_tokens_map.json'];

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    out: { type: 'string' },
    work: { type: 'string', default: '.cache/base-model' },
    hidden: { type: 'string', default: '256' },
    layers: { type: 'string', default: '7' },
    'feed-forward': { type: 'string', default: '768' },
    heads: { type: 'string', default: '4' },
    'key-value-heads': { type: 'string', default: '2' },
    steps: { type: 'string', default: '1000' },
    'learning-rate': { type: 'string', default: '0.002' },
    threads: { type: 'string' },
  },
});
if (!values.data || !values.out)
  throw new Error('give --data <folder written by prepare.ts> and --out <folder>');
await train(values.data, values.out, values.work);

async function train(data: string, out: string, work: string): Promise<void> {
  const start = join(work, 'start');
  await mkdir(start, { recursive: true });
  await mkdir(out, { recursive: true });
  for (const file of tokenizerFiles) await copyFile(join(data, file), join(start, file));
  const configFile = await modelConfigFile(data);
  await writeJson(join(start, 'config.json'), configFile);
  const config = parseModelConfig(configFile, 'config.json');

  const model = {
    config,
    base: new Map(freshParameters(config).map((parameter) => [parameter.name, parameter])),
  };
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  const [epochs, learning_rate] = [4, Number(values['learning-rate'])];
  const given = trainConfig.parse({
    max_steps: Number(values.steps),
    sequence_length: sequenceLength,
    batch_size: 8,
    warmup_ratio: 0.03,
    weight_decay: 0.1,
    adam_beta2: 0.95,
    evaluate_every: 250,
    checkpoint_every: 100,
    ...(values.threads && { threads: Number(values.threads) }),
  });
  const settings = { ...given, epochs, learning_rate };
  const training = trainLoop(model, {
    plan: planBatches(inMemory(await readExamples(data, '')), settings, seed),
    validation: inMemory((await readExamples(data, 'validation.')).slice(0, validationExamples)),
    objective: sftObjective,
    config: settings,
    seed,
    workFolder: work,
    signal: stop.signal,
  });
  const log = join(work, 'metrics.jsonl');
  const started = Date.now();
  let next = await training.next();
  for (; !next.done; next = await training.next()) {
    const event = next.value;
    await appendFile(
      log,
      JSON.stringify({ ...event, seconds: Math.round((Date.now() - started) / 1000) }) + '\n',
    );
    if (event.type !== 'step' || event.step % 10 === 0) console.log(JSON.stringify(event));
  }
  const sha256 = await saveModel(out, next.value.parameters, start);
  const { parameters: _, ...summary } = next.value;
  console.log(JSON.stringify({ ...summary, perplexity: Math.exp(summary.validationLoss), sha256 }));
}

/** config.json of the shape asked for, as transformers writes it. */
async function modelConfigFile(data: string): Promise<Record<string, unknown>> {
  const tokenizer = JSON.parse(await readFile(join(data, 'tokenizer.json'), 'utf8')) as {
    added_tokens: { id: number; content: string }[];
  };
  const { vocabulary } = JSON.parse(await readFile(join(data, 'summary.json'), 'utf8')) as {
    vocabulary: number;
  };
  const id = (token: string): number | undefined =>
    tokenizer.added_tokens.find(({ content }) => content === token)?.id;
  return {
    architectures: ['LlamaForCausalLM'],
    attention_bias: false,
    attention_dropout: 0,
    bos_token_id: id('<|endoftext|>'),
    eos_token_id: id('<|im_end|>'),
    head_dim: Number(values.hidden) / Number(values.heads),
    hidden_act: 'silu',
    hidden_size: Number(values.hidden),
    initializer_range: 0.02,
    intermediate_size: Number(values['feed-forward']),
    max_position_embeddings: 1024,
    mlp_bias: false,
    model_type: 'llama',
    num_attention_heads: Number(values.heads),
    num_hidden_layers: Number(values.layers),
    num_key_value_heads: Number(values['key-value-heads']),
    pad_token_id: id('<|pad|>'),
    rms_norm_eps: 1e-5,
    rope_theta: 10000,
    tie_word_embeddings: true,
    torch_dtype: 'bfloat16',
    use_cache: true,
    vocab_size: vocabulary,
  };
}

/** Normal(0, 0.02); the layers that write to the residual stream are scaled down by √(2·layers), as in GPT-2. */
function freshParameters(config: ModelConfig): Parameter[] {
  return [...weightShapes(config)].map(([name, shape]) => {
    const length = shape.reduce((a, b) => a * b, 1);
    if (shape.length === 1) return { name, shape, data: new Float32Array(length).fill(1) };
    const random = seededRandom(seed, 'weights', name);
    const deviation = /o_proj|down_proj/.test(name) ? 0.02 / Math.sqrt(2 * config.layers) : 0.02;
    return { name, shape, data: Float32Array.from({ length }, () => deviation * random.normal()) };
  });
}

/** Examples as plain language modelling: every token is trained on; longer ones are cut into pieces. */
async function readExamples(data: string, prefix: string): Promise<EncodedExample[]> {
  const read = async (name: string): Promise<ArrayBuffer> => {
    const file = await readFile(join(data, `${prefix}${name}`));
    return file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength) as ArrayBuffer;
  };
  const tokens = new Uint16Array(await read('tokens.bin'));
  const starts = new Uint32Array(await read('starts.bin'));
  const examples: EncodedExample[] = [];
  for (let i = 0; i + 1 < starts.length; i++)
    for (let start = starts[i]!; start < starts[i + 1]!; start += sequenceLength) {
      const piece = Int32Array.from(tokens.subarray(start, Math.min(start + sequenceLength, starts[i + 1]!)));
      if (piece.length > 1)
        examples.push({
          id: `${i}.${start}`,
          tokens: piece,
          supervised: new Uint8Array(piece.length).fill(1),
        });
    }
  return examples;
}
