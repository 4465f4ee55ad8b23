/**
 * The Llama forward pass written out plainly in float64, as an independent reference: rotary embeddings in Hugging Face's
 * layout, grouped-query attention, SwiGLU. Slow on purpose: nothing is shared with the code it checks.
 */
import { join } from 'node:path';
import { openSafetensors, type Weights } from '../../src/formats/safetensors-reader.ts';
import { openWeights } from '../../src/formats/safetensors-shards.ts';
import { readModelConfig, type ModelConfig } from '../../src/model/config.ts';

/** Natural-log probability of each token given those before it; the first is 0. `adapterFolder` adds a LoRA. */
export async function referenceLogProbabilities(
  tokens: readonly number[],
  modelFolder: string,
  adapterFolder?: string,
): Promise<Float64Array> {
  const config = await readModelConfig(modelFolder);
  const matrices = await loadMatrices(modelFolder, adapterFolder);
  const logits = forward(tokens, config, matrices);
  const result = new Float64Array(tokens.length);
  for (let i = 1; i < tokens.length; i++) {
    const row = logits[i - 1]!;
    const largest = Math.max(...row);
    const total = row.reduce((sum, logit) => sum + Math.exp(logit - largest), 0);
    result[i] = row[tokens[i]!]! - largest - Math.log(total);
  }
  return result;
}

type Matrices = Map<string, Float64Array>;

async function loadMatrices(modelFolder: string, adapterFolder: string | undefined): Promise<Matrices> {
  const matrices: Matrices = new Map();
  const weights = await openWeights(modelFolder);
  for (const name of weights.tensors.keys())
    matrices.set(name.replace(/\.weight$/, ''), Float64Array.from(await weights.readFloat32(name)));
  await weights.close();
  if (!adapterFolder) return matrices;
  const adapter = await openSafetensors(join(adapterFolder, 'adapter_model.safetensors'));
  for (const [module, matrix] of matrices) await addLora(matrix, module, adapter);
  await adapter.close();
  return matrices;
}

/** W += (alpha / rank) B A, with the alpha of the tests' adapters. */
async function addLora(matrix: Float64Array, module: string, adapter: Weights): Promise<void> {
  const name = `base_model.model.${module}.lora_`;
  const shape = adapter.tensors.get(`${name}A.weight`)?.shape;
  if (!shape) return;
  const [rank, inputs] = shape as [number, number];
  const down = await adapter.readFloat32(`${name}A.weight`);
  const up = await adapter.readFloat32(`${name}B.weight`);
  for (let i = 0; i < matrix.length; i++)
    for (let k = 0; k < rank; k++)
      matrix[i]! += (8 / rank) * up[Math.floor(i / inputs) * rank + k]! * down[k * inputs + (i % inputs)]!;
}

function forward(tokens: readonly number[], config: ModelConfig, matrices: Matrices): Float64Array[] {
  const { hiddenSize, heads, keyValueHeads, headDim } = config;
  const weight = (name: string): Float64Array => matrices.get(name)!;
  const embeddings = weight('model.embed_tokens');
  const states = tokens.map((token) => embeddings.slice(token * hiddenSize, (token + 1) * hiddenSize));
  for (let layer = 0; layer < config.layers; layer++) {
    const inner = (name: string): Float64Array => weight(`model.layers.${layer}.${name}`);
    const normed = states.map((state) => rmsNorm(state, inner('input_layernorm'), config.rmsEpsilon));
    const project = (name: string): Float64Array[] =>
      normed.map((row) => multiply(inner(`self_attn.${name}`), row));
    const queries = project('q_proj').map((row, position) => rotate(row, position, config));
    const keys = project('k_proj').map((row, position) => rotate(row, position, config));
    const values = project('v_proj');
    for (let position = 0; position < states.length; position++) {
      const attended = new Float64Array(heads * headDim);
      for (let head = 0; head < heads; head++) {
        const shared = Math.floor(head / (heads / keyValueHeads)) * headDim;
        const query = queries[position]!.subarray(head * headDim, (head + 1) * headDim);
        const scores = keys
          .slice(0, position + 1)
          .map((key) => dot(query, key.subarray(shared, shared + headDim)) / Math.sqrt(headDim));
        const largest = Math.max(...scores);
        const weights = scores.map((score) => Math.exp(score - largest));
        const total = weights.reduce((sum, value) => sum + value, 0);
        for (let past = 0; past <= position; past++)
          for (let i = 0; i < headDim; i++)
            attended[head * headDim + i]! += (weights[past]! / total) * values[past]![shared + i]!;
      }
      add(states[position]!, multiply(inner('self_attn.o_proj'), attended));
    }
    for (const state of states) {
      const row = rmsNorm(state, inner('post_attention_layernorm'), config.rmsEpsilon);
      const gate = multiply(inner('mlp.gate_proj'), row);
      const up = multiply(inner('mlp.up_proj'), row);
      add(
        state,
        multiply(
          inner('mlp.down_proj'),
          gate.map((value, i) => (value / (1 + Math.exp(-value))) * up[i]!),
        ),
      );
    }
  }
  const head = config.tiedEmbeddings ? embeddings : weight('lm_head');
  return states.map((state) => multiply(head, rmsNorm(state, weight('model.norm'), config.rmsEpsilon)));
}

/** Dimension i of a head turns with dimension i + headDim/2 by position / theta^(2i/headDim). */
function rotate(row: Float64Array, position: number, { headDim, ropeTheta }: ModelConfig): Float64Array {
  const result = new Float64Array(row.length);
  for (let start = 0; start < row.length; start += headDim)
    for (let i = 0; i < headDim / 2; i++) {
      const angle = position / ropeTheta ** ((2 * i) / headDim);
      const [x, y] = [row[start + i]!, row[start + i + headDim / 2]!];
      result[start + i] = x * Math.cos(angle) - y * Math.sin(angle);
      result[start + i + headDim / 2] = y * Math.cos(angle) + x * Math.sin(angle);
    }
  return result;
}

function rmsNorm(row: Float64Array, weight: Float64Array, epsilon: number): Float64Array {
  const scale = 1 / Math.sqrt(dot(row, row) / row.length + epsilon);
  return row.map((value, i) => value * scale * weight[i]!);
}

/** Matrix [rows, columns] times a vector of columns. */
function multiply(matrix: Float64Array, vector: Float64Array): Float64Array {
  const columns = vector.length;
  return Float64Array.from({ length: matrix.length / columns }, (_, row) =>
    dot(matrix.subarray(row * columns, (row + 1) * columns), vector),
  );
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function add(target: Float64Array, more: Float64Array): void {
  for (let i = 0; i < target.length; i++) target[i]! += more[i]!;
}
