/**
 * What a stopped training run goes on from: `checkpoint-<step>.safetensors` with every tensor, and beside it
 * `checkpoint-<step>.json`, written last, with the progress and the SHA-256 of the first. Each file is whole or absent.
 */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { exists, readJson, writeJson } from '../base/files.ts';
import { sha256File } from '../base/hash.ts';
import { openSafetensors } from '../formats/safetensors-reader.ts';
import { writeSafetensors } from '../formats/safetensors-writer.ts';
import type { TensorToWrite } from '../formats/safetensors-writer.ts';
import type { Weights } from '../formats/safetensors-reader.ts';
import type { Parameter } from '../model/parameters.ts';
import type { StateTensor } from './optimisers/new-optimiser.ts';

export type LoopProgress = {
  /** Steps done. */
  step: number;
  bestStep: number;
  bestLoss: number;
  /** Evaluations in a row that were no better than the best. */
  worseEvaluations: number;
  trainedTokens: number;
};

/** Before the first step. */
export function newProgress(): LoopProgress {
  return { step: 0, bestStep: 0, bestLoss: Infinity, worseEvaluations: 0, trainedTokens: 0 };
}

export type TrainingState = {
  parameters: readonly Parameter[];
  /** The optimiser's, see Optimiser.state. */
  state: readonly StateTensor[];
  progress: LoopProgress;
};

type Seal = { progress: LoopProgress; sha256: string };

const bestFile = 'best.safetensors';

/** The most that `keep` checkpoints and the best weights take on disk: one of each is written before an old one goes. */
export function checkpointBytes({ parameters, state }: TrainingState, keep: number): number {
  const sizeOf = (tensors: readonly { data: ArrayBufferView }[]): number =>
    tensors.reduce((total, { data }) => total + data.byteLength, 0);
  return (keep + 1) * (sizeOf(parameters) + sizeOf(state)) + 2 * sizeOf(parameters);
}

/** Writes the whole state, then removes all but the newest `keep` checkpoints. */
export async function saveCheckpoint(
  folder: string,
  { parameters, state, progress }: TrainingState,
  keep: number,
): Promise<void> {
  const name = `checkpoint-${progress.step}`;
  const tensors = [
    ...parameters.map((parameter) => ({ ...parameter, ...parameterTensor(parameter) })),
    ...state,
  ];
  const { sha256 } = await writeSafetensors(join(folder, `${name}.safetensors`), tensors);
  // JSON has no Infinity: null until there was an evaluation.
  await writeJson(join(folder, `${name}.json`), { progress, sha256 } satisfies Seal);
  const steps = await sealedSteps(folder);
  for (const file of await readdir(folder)) {
    const step = stepOf(file);
    if (step !== undefined && !steps.slice(0, keep).includes(step)) await rm(join(folder, file));
  }
}

/**
 * Fills `training` from the newest checkpoint that is whole; without any it is left as it is. Returns what was wrong with
 * newer ones.
 */
export async function readCheckpoint(folder: string, training: TrainingState): Promise<string[]> {
  const problems: string[] = [];
  for (const step of await sealedSteps(folder)) {
    const path = join(folder, `checkpoint-${step}.safetensors`);
    try {
      const seal = await readJson<Seal>(join(folder, `checkpoint-${step}.json`));
      if ((await sha256File(path)) !== seal.sha256) throw new Error('its bytes are not those written');
      await fill(training, path);
      Object.assign(training.progress, seal.progress, { bestLoss: seal.progress.bestLoss ?? Infinity });
      return problems;
    } catch (error) {
      problems.push(`the checkpoint of step ${step} is damaged (${(error as Error).message})`);
    }
  }
  return problems;
}

/** Steps with a checkpoint, newest first. */
async function sealedSteps(folder: string): Promise<number[]> {
  if (!(await exists(folder))) return [];
  const sealed = (await readdir(folder)).filter((file) => file.endsWith('.json'));
  return sealed.flatMap((file) => stepOf(file) ?? []).sort((a, b) => b - a);
}

function stepOf(file: string): number | undefined {
  const digits = /^checkpoint-(\d+)\.(json|safetensors)$/.exec(file)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

async function fill({ parameters, state }: TrainingState, path: string): Promise<void> {
  const weights = await openSafetensors(path);
  try {
    for (const parameter of parameters)
      parameter.data.set(await weights.readFloat32(parameterTensor(parameter).name));
    for (const { name, dtype, data } of state)
      data.set(dtype === 'F32' ? await weights.readFloat32(name) : await weights.read(name));
  } finally {
    await weights.close();
  }
}

function parameterTensor({ name }: Parameter): { name: string; dtype: 'F32' } {
  return { name: `parameter:${name}`, dtype: 'F32' };
}

/** Keeps the parameters of the best evaluation so far, in place of those before. */
export async function saveBest(folder: string, parameters: readonly Parameter[]): Promise<void> {
  const tensors = parameters.map((parameter): TensorToWrite => ({ ...parameter, dtype: 'F32' }));
  await writeSafetensors(join(folder, bestFile), tensors);
}

/** The parameters that saveBest kept, by the names and shapes of `like`. */
export async function readBest(folder: string, like: readonly Parameter[]): Promise<Parameter[]> {
  const weights: Weights = await openSafetensors(join(folder, bestFile));
  try {
    return await Promise.all(
      like.map(async ({ name, shape }) => ({ name, shape, data: await weights.readFloat32(name) })),
    );
  } finally {
    await weights.close();
  }
}
