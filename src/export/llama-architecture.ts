/**
 * What llama.cpp's graphs compute, one a family, and so which models it can serve. Where it differs from transformers
 * the difference is refused here, or written into weights and metadata (gguf-layout.ts, gguf-metadata.ts).
 * Reference: src/models/*.cpp of llama.cpp 0.5.0, which node-llama-cpp 3.22 brings.
 */
import { AttuneError } from '../base/errors.ts';
import type { ModelConfig } from '../model/config.ts';
import type { Features, ModelFamily } from '../model/families.ts';

type Architecture = {
  /** `general.architecture`, which chooses the graph. */
  name: string;
  /** Rotary pairs are neighbours, not half a head apart. */
  interleavedRope: boolean;
  /** The graph reads `rope_freqs.weight`, the form that llama3 scaling has. */
  rotaryFactors: boolean;
  activation: Features['activation'];
  /** Last names of the linear layers that may have a bias. */
  biases: readonly string[];
  /** Sliding windows are computed. The graphs without them see everything before. */
  windows: boolean;
  /** The output projection may be another matrix than the embedding table. */
  ownHead: boolean;
};

const attentionInputs = ['q_proj', 'k_proj', 'v_proj'];
const llama: Architecture = {
  name: 'llama',
  interleavedRope: true,
  rotaryFactors: true,
  activation: 'silu',
  biases: [...attentionInputs, 'o_proj', 'gate_proj', 'up_proj', 'down_proj'],
  windows: false,
  ownHead: true,
};
const qwen: Omit<Architecture, 'name'> = {
  interleavedRope: false,
  rotaryFactors: false,
  activation: 'silu',
  biases: attentionInputs,
  windows: false,
  ownHead: true,
};

export const architectures: Readonly<Record<ModelFamily, Architecture>> = {
  llama,
  // As llama.cpp's own converter writes it, which leaves the window out.
  mistral: llama,
  qwen2: { ...qwen, name: 'qwen2' },
  qwen3: { ...qwen, name: 'qwen3' },
  gemma2: {
    name: 'gemma2',
    interleavedRope: false,
    rotaryFactors: false,
    activation: 'gelu_tanh',
    biases: attentionInputs,
    windows: true,
    ownHead: false,
  },
};

/** Tokens of the longest conversation that is served as trained: no window that is not computed may matter. */
export function servedContext({ family, maxPositions, windows }: ModelConfig): number {
  if (architectures[family].windows) return maxPositions;
  return Math.min(maxPositions, ...windows.flatMap((window) => window ?? []));
}

/**
 * Throws AttuneError 'model' for a model that llama.cpp would compute differently, and for conversations of
 * `sequenceLength` tokens where it has no window that they need. `folder` is only used in errors.
 */
export function checkServable(config: ModelConfig, folder: string, sequenceLength = 0): void {
  const problem = unservable(config);
  if (problem !== undefined)
    throw new AttuneError('model', `${folder}: llama.cpp cannot serve this model: ${problem}`, {
      fix: 'Choose another base, or train without serving (attune run --until train) and use transformers.',
    });
  const limit = servedContext(config);
  if (sequenceLength > limit && limit < config.maxPositions)
    throw new AttuneError(
      'model',
      `${folder}: train.sequence_length is ${sequenceLength}, but this model attends to the last ${limit} tokens only ` +
        `(sliding_window), which llama.cpp does not compute for the family ${config.family}`,
      {
        fix: `Set train.sequence_length to ${limit} or less, or train without serving (attune run --until train).`,
      },
    );
}

function unservable(config: ModelConfig): string | undefined {
  const { family, activation, biases, ropeScaling, tiedEmbeddings, heads, headDim, hiddenSize } = config;
  const architecture = architectures[family];
  const biased = biases.find((name) => !architecture.biases.includes(name));
  if (biased !== undefined) return `${biased} has a bias, which its ${family} graph has not`;
  if (activation !== architecture.activation)
    return `its activation is ${activation}, and ${architecture.activation} in llama.cpp's ${family} graph`;
  if (ropeScaling?.type === 'llama3' && !architecture.rotaryFactors)
    return `its rope scaling is llama3, which llama.cpp reads for the family llama alone`;
  if (!tiedEmbeddings && !architecture.ownHead)
    return `its output head is not the embedding table, as it is in llama.cpp's ${family} graph`;
  if (family === 'qwen2' && heads * headDim !== hiddenSize)
    return `${heads} heads of ${headDim} are not hidden_size ${hiddenSize}`;
  return undefined;
}
