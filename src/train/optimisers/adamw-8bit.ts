import { sizeOf } from '../../graph/tensor.ts';
import { adamW } from './adamw.ts';
import { newBlock, quantiseBlock, signedMap, unsignedMap } from './block-codes.ts';
import type { UpdateRule } from './optimiser.ts';

/** A divisor of pieceLength. */
const blockLength = 256;
/** Smaller parameters keep float32 state: they are few, and norms are sensitive (min_8bit_size of bitsandbytes). */
const minimumSize = 4096;

/**
 * AdamW whose two means are held as 8-bit codes in blocks of 256, each scaled by its largest magnitude (Dettmers et al.,
 * arXiv 2110.02861; AdamW8bit of bitsandbytes): 2 bytes of state a weight and 8 a block.
 */
export const adamW8bit: UpdateRule = {
  state: (shape) => {
    if (sizeOf(shape) < minimumSize) return adamW.state(shape);
    const blocks = [Math.ceil(sizeOf(shape) / blockLength)];
    return {
      mean: { dtype: 'U8', shape },
      variance: { dtype: 'U8', shape },
      mean_scale: { dtype: 'F32', shape: blocks },
      variance_scale: { dtype: 'F32', shape: blocks },
    };
  },
  whole: false,
  update: (slot, settings, start, end) => {
    const { data, gradient, state, decays } = slot;
    if (!state['mean_scale']) return adamW.update(slot, settings, start, end);
    const { step, learningRate, gradientScale, beta1, beta2, epsilon, weightDecay } = settings;
    const [newMean, newVariance] = [1 - beta1, 1 - beta2];
    const stepSize = learningRate / (1 - beta1 ** step);
    const varianceScale = 1 / Math.sqrt(1 - beta2 ** step);
    const keep = decays ? 1 - learningRate * weightDecay : 1;
    const [meanCodes, varianceCodes] = [state['mean']!, state['variance']!] as [Uint8Array, Uint8Array];
    const [meanScales, varianceScales] = [state['mean_scale'], state['variance_scale']!];
    const [means, variances] = [newBlock(blockLength), newBlock(blockLength)];
    for (let from = start; from < end; from += blockLength) {
      const length = Math.min(blockLength, end - from);
      const block = from / blockLength;
      const [oldMean, oldVariance] = [beta1 * meanScales[block]!, beta2 * varianceScales[block]!];
      for (let i = 0; i < length; i++) {
        const at = from + i;
        const g = gradient[at]! * gradientScale;
        const m = oldMean * signedMap.values[meanCodes[at]!]! + newMean * g;
        const v = oldVariance * unsignedMap.values[varianceCodes[at]!]! + newVariance * g * g;
        means.values[i] = m;
        variances.values[i] = v;
        data[at] = keep * data[at]! - (stepSize * m) / (Math.sqrt(v) * varianceScale + epsilon);
      }
      meanScales[block] = quantiseBlock(means, signedMap, meanCodes, from, length);
      varianceScales[block] = quantiseBlock(variances, unsignedMap, varianceCodes, from, length);
    }
  },
};
