/**
 * A base model in 4 bits on disk, in the layout of a folder that transformers saves with bitsandbytes: made once from
 * the base's own weights, then read. One float matrix at a time is in memory.
 */
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { AttuneError } from '../base/errors.ts';
import { exists, readJson, writeJson } from '../base/files.ts';
import { sha256, sha256File } from '../base/hash.ts';
import { canonicalJson } from '../base/json.ts';
import {
  dequantiseScales,
  quantiseScales,
  scaleCodeValues,
  scalesPerBlock,
} from '../formats/double-quantised.ts';
import { blockValues, codeValues, quantiseFourBit } from '../formats/four-bit.ts';
import { openSafetensors } from '../formats/safetensors-reader.ts';
import { writeSafetensors } from '../formats/safetensors-writer.ts';
import type { TensorToWrite } from '../formats/safetensors-writer.ts';
import type { Weights } from '../formats/safetensors-reader.ts';
import { configName, indexName, weightNames } from './base/files.ts';
import { readParameter } from './model-folder.ts';
import { readModelConfig, weightShapes } from './config.ts';
import type { LanguageModel, Parameter } from './parameters.ts';
import { checkFinite, quantisedShapes } from './quantised.ts';
import type { Quantisation, QuantisedMatrix } from './quantised.ts';
import { openBaseWeights } from './weights.ts';

/** Raised when the same base and settings give other bytes. */
const formatVersion = 1;
const weightsName = 'model.safetensors';

/** Of how many matrices how many are quantised. */
export type QuantisingProgress = { done: number; total: number };

/**
 * Loads the base in `baseFolder` in 4 bits. Its quantised form lies in a folder of its own under `cacheFolder`, named by
 * the content of the base and the settings; the first time it is made there, and progress is told. Throws AttuneError
 * 'model' for a base that does not fit its config.json, 'storage' where the folder cannot be written, 'interrupted' once
 * the signal is aborted.
 */
export async function* loadQuantisedBase(
  baseFolder: string,
  quantisation: Quantisation,
  { cacheFolder, signal }: { cacheFolder: string; signal: AbortSignal },
): AsyncGenerator<QuantisingProgress, LanguageModel> {
  const folder = await quantisedFolder(baseFolder, quantisation, cacheFolder);
  const file = join(folder, weightsName);
  if (!(await exists(file))) yield* quantiseBase(baseFolder, quantisation, { folder, signal });
  const config = await readModelConfig(baseFolder);
  const weights = await openSafetensors(file);
  try {
    const base = new Map<string, Parameter>();
    const quantised = new Map<string, QuantisedMatrix>();
    const matrices = quantisedShapes(config);
    for (const [name, shape] of weightShapes(config)) {
      const matrix = matrices.get(name);
      if (matrix) quantised.set(name, await readMatrix(weights, name, matrix, quantisation, file));
      else base.set(name, await readParameter(weights, name, shape, file));
    }
    return { config, base, quantised };
  } finally {
    await weights.close();
  }
}

/** Where a base's quantised form lies. */
async function quantisedFolder(
  baseFolder: string,
  { type, double }: Quantisation,
  cacheFolder: string,
): Promise<string> {
  const readIndex = (): Promise<unknown> => readJson(join(baseFolder, indexName));
  const files = await weightNames(await readdir(baseFolder), baseFolder, readIndex);
  const hashes: Record<string, string> = {};
  for (const file of [configName, ...files]) hashes[file] = await sha256File(join(baseFolder, file));
  const key = sha256(canonicalJson({ formatVersion, type, double, hashes })).slice(0, 16);
  return join(cacheFolder, 'quantised', `${basename(baseFolder)}-${type}${double ? '-double' : ''}-${key}`);
}

/** Writes config.json first: a folder with weights is whole. */
async function* quantiseBase(
  baseFolder: string,
  quantisation: Quantisation,
  { folder, signal }: { folder: string; signal: AbortSignal },
): AsyncGenerator<QuantisingProgress> {
  const config = await readModelConfig(baseFolder);
  const matrices = quantisedShapes(config);
  const weights = await openBaseWeights(baseFolder, config);
  try {
    const tensors: TensorToWrite[] = [];
    let done = 0;
    for (const [name, shape] of weightShapes(config)) {
      const matrix = matrices.get(name);
      if (!matrix) {
        const { dtype } = weights.tensors.get(name)!;
        tensors.push({ name, dtype, shape, data: () => weights.read(name) });
      } else {
        const { data } = await readParameter(weights, name, matrix, baseFolder);
        const quantised = { name, shape: matrix, ...quantiseFourBit(data, quantisation.type) };
        checkFinite(quantised, baseFolder);
        tensors.push(...matrixTensors(quantised, quantisation.double));
        yield { done: ++done, total: matrices.size };
        if (signal.aborted)
          throw new AttuneError('interrupted', 'stopped while the base was quantised', {
            fix: 'The next run quantises it from the start.',
          });
      }
    }
    const original = await readJson<Record<string, unknown>>(join(baseFolder, configName));
    await writeJson(join(folder, configName), {
      ...original,
      quantization_config: quantizationConfig(quantisation),
    });
    await writeSafetensors(join(folder, weightsName), tensors, { format: 'pt' });
  } finally {
    await weights.close();
  }
}

/** As BitsAndBytesConfig writes itself. */
function quantizationConfig({ type, double }: Quantisation): Record<string, unknown> {
  return {
    quant_method: 'bitsandbytes',
    load_in_4bit: true,
    load_in_8bit: false,
    bnb_4bit_quant_type: type,
    bnb_4bit_use_double_quant: double,
    bnb_4bit_compute_dtype: 'float32',
    bnb_4bit_quant_storage: 'uint8',
  };
}

/** The tensors that bitsandbytes saves of a Linear4bit (QuantState.as_dict). */
function matrixTensors(
  { name, shape, type, codes, scales }: QuantisedMatrix,
  double: boolean,
): TensorToWrite[] {
  const state = { quant_type: type, blocksize: blockValues, dtype: 'float32', shape };
  const tensor = (suffix: string, dtype: 'U8' | 'F32', data: Uint8Array | Float32Array): TensorToWrite => ({
    name: `${name}.${suffix}`,
    dtype,
    shape: [data.length],
    data,
  });
  const json = (value: object): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
  const shared: TensorToWrite[] = [
    { name, dtype: 'U8', shape: [codes.length, 1], data: codes },
    tensor('quant_map', 'F32', codeValues[type]),
  ];
  if (!double)
    return [...shared, tensor('absmax', 'F32', scales), tensor(stateName(type), 'U8', json(state))];
  const nested = quantiseScales(scales);
  const nestedState = {
    ...state,
    nested_blocksize: scalesPerBlock,
    nested_dtype: 'float32',
    nested_offset: nested.mean,
  };
  return [
    ...shared,
    tensor('absmax', 'U8', nested.codes),
    tensor('nested_absmax', 'F32', nested.scales),
    tensor('nested_quant_map', 'F32', scaleCodeValues),
    tensor(stateName(type), 'U8', json(nestedState)),
  ];
}

const stateName = (type: string): string => `quant_state.bitsandbytes__${type}`;

const nestedState = z.object({ nested_offset: z.number() });

async function readMatrix(
  weights: Weights,
  name: string,
  shape: readonly [number, number],
  { type, double }: Quantisation,
  file: string,
): Promise<QuantisedMatrix> {
  const size = shape[0] * shape[1];
  const codes = await weights.read(name);
  const scales = double
    ? dequantiseScales({
        codes: await weights.read(`${name}.absmax`),
        scales: await weights.readFloat32(`${name}.nested_absmax`),
        mean: await readMean(weights, `${name}.${stateName(type)}`),
      })
    : await weights.readFloat32(`${name}.absmax`);
  if (codes.length === Math.ceil(size / 2) && scales.length === Math.ceil(size / blockValues))
    return { name, shape, type, codes, scales };
  throw new AttuneError(
    'model',
    `${file}: tensor ${name} does not have the blocks of [${shape.join(', ')}]`,
    {
      fix: 'Delete that file; it is made again from the base.',
    },
  );
}

async function readMean(weights: Weights, name: string): Promise<number> {
  const text = new TextDecoder().decode(await weights.read(name));
  return nestedState.parse(JSON.parse(text)).nested_offset;
}
