/** The random numbers of training, drawn outside the graph, one stream a step, so that a resumed run draws the same. */
import { seededRandom } from '../base/random.ts';
import type { TensorData } from '../graph/tensor.ts';
import { adaptedModules, dropoutMaskName } from '../model/lora.ts';
import type { PackedShape, Row } from '../model/packing.ts';
import { embeddingNoiseName } from '../model/parameters.ts';
import type { LanguageModel } from '../model/parameters.ts';

/** One mask per adapted layer, [positions, in]. */
export function dropoutMasks(
  model: LanguageModel,
  positions: number,
  seed: number,
  step: string,
): Record<string, TensorData> {
  if (model.adapter?.kind !== 'lora' || model.adapter.config.dropout === 0) return {};
  const lora = model.adapter.config;
  const masks: Record<string, TensorData> = {};
  const limit = lora.dropout * 2 ** 32;
  for (const { module, inputSize } of adaptedModules(model.config, lora)) {
    const random = seededRandom(seed, 'dropout', step, module);
    const mask = new Uint8Array(positions * inputSize);
    for (let i = 0; i < mask.length; i++) mask[i] = random.uint32() < limit ? 0 : 1;
    masks[dropoutMaskName(module)] = mask;
  }
  return masks;
}

/**
 * NEFTune (arXiv 2310.05914): noise on the embeddings, uniform in ±alpha / √(L·d) for an example of L tokens of width d.
 * [B, T, d]; padding gets none. Every example of a packed row has the noise of its own length, as if it stood alone.
 */
export function embeddingNoise(
  { config, neftuneAlpha }: LanguageModel,
  rows: readonly Row[],
  shape: PackedShape,
  seed: number,
  step: string,
): Record<string, TensorData> {
  if (!neftuneAlpha) return {};
  const width = config.hiddenSize;
  const noise = new Float32Array(shape.rows * shape.length * width);
  const random = seededRandom(seed, 'neftune', step);
  for (const [r, row] of rows.entries()) {
    let at = r * shape.length * width;
    for (const { tokens } of row) {
      const magnitude = neftuneAlpha / Math.sqrt(tokens.length * width);
      for (const end = at + tokens.length * width; at < end; at++)
        noise[at] = (2 * random.uniform() - 1) * magnitude;
    }
  }
  return { [embeddingNoiseName]: noise };
}
