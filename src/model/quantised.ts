/**
 * QLoRA's frozen linear layers (Dettmers et al., arXiv 2305.14314): matrices held in 4 bits, as bitsandbytes' Linear4bit
 * holds them. As there, embeddings, norms, biases and the output head stay floats.
 */
import { AttuneError } from '../base/errors.ts';
import { dequantiseFourBit } from '../formats/four-bit.ts';
import type { FourBitBlocks, FourBitType } from '../formats/four-bit.ts';
import { constant, matmul4Bit } from '../graph/ops.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { ModelConfig } from './config.ts';
import { linearModules } from './lora.ts';
import type { Parameter } from './parameters.ts';

/** How a base is held; `double` also quantises the scales of the 4-bit blocks. */
export type Quantisation = { type: FourBitType; double: boolean };

/** A linear layer's weight [out, in], under its checkpoint name. */
export type QuantisedMatrix = FourBitBlocks & { name: string; shape: readonly [number, number] };

/** Name and shape of the weights that are quantised. */
export function quantisedShapes(config: ModelConfig): Map<string, readonly [number, number]> {
  return new Map(
    linearModules(config)
      .filter(({ module }) => module !== 'lm_head')
      .map(({ module, outputSize, inputSize }) => [`${module}.weight`, [outputSize, inputSize]]),
  );
}

/** x·Wᵀ for x [N, in] → [N, out]. */
export function quantisedProduct(x: Tensor, { name, shape, type, codes, scales }: QuantisedMatrix): Tensor {
  const [rows, columns] = shape;
  return matmul4Bit(
    x,
    constant(codes, [codes.length], name, 'uint8'),
    constant(scales, [scales.length], `${name}.absmax`),
    { type, rows, columns, transposed: false },
  );
}

/** The floats that the codes stand for. */
export function floatParameter(matrix: QuantisedMatrix): Parameter {
  const { name, shape } = matrix;
  return { name, shape, data: dequantiseFourBit(matrix, shape[0] * shape[1]) };
}

/** Throws AttuneError 'model' where a weight was no finite number. */
export function checkFinite({ name, scales }: QuantisedMatrix, where: string): void {
  if (scales.every(Number.isFinite)) return;
  throw new AttuneError('model', `${where}: tensor ${name} holds a value that is not a finite number`, {
    fix: 'The weights are damaged; fetch or save the model again.',
  });
}
