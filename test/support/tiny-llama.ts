/** A random Llama small enough to be made anew in every test, with a tokenizer of bytes and a few merges. */
import { join } from 'node:path';
import { writeJson } from '../../src/base/files.ts';
import { seededRandom } from '../../src/base/random.ts';
import { elementCount } from '../../src/formats/safetensors-header.ts';
import { writeSafetensors, type TensorToWrite } from '../../src/formats/safetensors-writer.ts';
import { readModelConfig, weightShapes } from '../../src/model/config.ts';
import { toByteCharacters } from '../../src/text/byte-alphabet.ts';
import { trainByteBpe } from '../../src/text/byte-bpe.ts';
import { writeTokenizerFiles } from '../../src/text/tokenizer-files.ts';

const specialTokens = [
  '<|endoftext|>',
  '<|pad|>',
  '<|im_end|>',
  '<|system|>',
  '<|user|>',
  '<|assistant|>',
  '<|tool|>',
  '<tool_call>',
  '</tool_call>',
];
const words = { ' the': 9, ' help': 5, ' you': 4, hello: 4, ' can': 3, '🙂': 3, ' café': 2 };

const chatTemplate =
  "{%- for message in messages -%}{{- '<|' + message.role + '|>' + (message.content or '') -}}" +
  "{%- for call in message.tool_calls or [] -%}{{- '<tool_call>' + ({'name': call.function.name, " +
  "'arguments': call.function.arguments} | tojson) + '</tool_call>' -}}{%- endfor -%}{{- '<|im_end|>' -}}" +
  "{%- endfor -%}{%- if add_generation_prompt -%}{{- '<|assistant|>' -}}{%- endif -%}";

export type TinyLlamaOptions = {
  seed?: number;
  tiedEmbeddings?: boolean;
  maxPositions?: number;
  /** Fields of config.json that make it another family. */
  config?: Readonly<Record<string, unknown>>;
};

/** Writes a whole model folder: grouped-query attention (4 heads, 2 for keys), 2 layers, hidden size 64; Llama by default. */
export async function writeTinyLlama(folder: string, options: TinyLlamaOptions = {}): Promise<void> {
  const { seed = 1, tiedEmbeddings = true, maxPositions = 512, config: fields } = options;
  const bpe = trainByteBpe(
    new Map(Object.entries(words).map(([word, count]) => [toByteCharacters(word), count])),
    { vocabularySize: 288, specialTokens },
  );
  await writeTokenizerFiles(folder, bpe, {
    chatTemplate,
    endOfTextToken: '<|endoftext|>',
    paddingToken: '<|pad|>',
    endOfTurnToken: '<|im_end|>',
    visibleTokens: ['<tool_call>', '</tool_call>'],
    contextLength: maxPositions,
  });
  await writeJson(join(folder, 'config.json'), {
    architectures: ['LlamaForCausalLM'],
    model_type: 'llama',
    hidden_act: 'silu',
    hidden_size: 64,
    intermediate_size: 96,
    num_hidden_layers: 2,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    head_dim: 16,
    vocab_size: bpe.tokens.length,
    max_position_embeddings: maxPositions,
    rms_norm_eps: 1e-5,
    rope_theta: 10000,
    tie_word_embeddings: tiedEmbeddings,
    bos_token_id: 0,
    eos_token_id: 2,
    ...fields,
  });
  const config = await readModelConfig(folder);
  const tensors = [...weightShapes(config)].map(([name, shape]): TensorToWrite => {
    const random = seededRandom(seed, name.replace(/\.weight$/, ''));
    const spread = shape.length === 1 ? 0.1 : name.includes('embed') ? 0.5 : 0.15;
    const centre = name.endsWith('norm.weight') && !config.normsAddOne ? 1 : 0;
    const data = Float32Array.from({ length: elementCount(shape) }, () => centre + spread * random.normal());
    return { name, dtype: 'BF16', shape, data };
  });
  await writeSafetensors(join(folder, 'model.safetensors'), tensors, { format: 'pt' });
}

/** Writes a random LoRA on every linear layer of the model in `modelFolder`, in PEFT layout. */
export async function writeTinyLora(folder: string, modelFolder: string, seed = 2): Promise<void> {
  const rank = 4;
  const config = await readModelConfig(modelFolder);
  const tensors: TensorToWrite[] = [];
  for (const [name, shape] of weightShapes(config)) {
    if (!name.endsWith('_proj.weight')) continue;
    const module = name.replace(/\.weight$/, '');
    const [outputs, inputs] = shape as [number, number];
    const random = seededRandom(seed, module);
    const matrix = (side: 'A' | 'B', rows: number, columns: number): TensorToWrite => ({
      name: `base_model.model.${module}.lora_${side}.weight`,
      dtype: 'F32',
      shape: [rows, columns],
      data: Float32Array.from({ length: rows * columns }, () => 0.1 * random.normal()),
    });
    tensors.push(matrix('A', rank, inputs), matrix('B', outputs, rank));
  }
  await writeSafetensors(join(folder, 'adapter_model.safetensors'), tensors, { format: 'pt' });
  await writeJson(join(folder, 'adapter_config.json'), {
    peft_type: 'LORA',
    r: rank,
    lora_alpha: 8,
    bias: 'none',
    task_type: 'CAUSAL_LM',
    target_modules: ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'],
  });
}
