/** What a stopped training run goes on from. Each file is whole or absent: written aside and renamed. */
import { join } from 'node:path';
import { exists } from '../base/files.ts';
import { openSafetensors, writeSafetensors } from '../formats/safetensors.ts';
import type { TensorToWrite } from '../formats/safetensors.ts';
import type { Parameter } from '../model/parameters.ts';
import type { AdamWState } from './optimiser.ts';

export type LoopProgress = {
  /** Steps done. */
  step: number;
  bestStep: number;
  bestLoss: number;
  /** Evaluations in a row that were no better than the best. */
  worseEvaluations: number;
  trainedTokens: number;
};

export type TrainingState = {
  parameters: readonly Parameter[];
  optimiser: AdamWState;
  progress: LoopProgress;
};

const latestFile = 'latest.safetensors';
const bestFile = 'best.safetensors';

/** Writes the whole state in place of the checkpoint before it. */
export async function saveLatest(
  folder: string,
  { parameters, optimiser, progress }: TrainingState,
): Promise<void> {
  const tensors = parameters.flatMap(({ name, shape, data }, p): TensorToWrite[] => [
    { name: `parameter:${name}`, dtype: 'F32', shape, data },
    { name: `mean:${name}`, dtype: 'F32', shape, data: optimiser.mean[p]! },
    { name: `variance:${name}`, dtype: 'F32', shape, data: optimiser.variance[p]! },
  ]);
  // JSON has no Infinity: a run without an evaluation yet stores no best loss.
  const { bestLoss, ...counts } = progress;
  const stored = { ...counts, ...(Number.isFinite(bestLoss) && { bestLoss }) };
  await writeSafetensors(join(folder, latestFile), tensors, { progress: JSON.stringify(stored) });
}

/** Fills `state` from the checkpoint in `folder`; false when there is none. */
export async function readLatest(
  folder: string,
  { parameters, optimiser, progress }: TrainingState,
): Promise<boolean> {
  const path = join(folder, latestFile);
  if (!(await exists(path))) return false;
  const weights = await openSafetensors(path);
  try {
    for (const [p, { name, data }] of parameters.entries()) {
      data.set(await weights.readFloat32(`parameter:${name}`));
      optimiser.mean[p]!.set(await weights.readFloat32(`mean:${name}`));
      optimiser.variance[p]!.set(await weights.readFloat32(`variance:${name}`));
    }
    Object.assign(progress, JSON.parse(weights.metadata['progress']!));
    optimiser.step = progress.step;
  } finally {
    await weights.close();
  }
  return true;
}

export async function saveBest(folder: string, parameters: readonly Parameter[]): Promise<void> {
  const tensors = parameters.map(({ name, shape, data }) => ({ name, dtype: 'F32' as const, shape, data }));
  await writeSafetensors(join(folder, bestFile), tensors);
}

export async function readBest(folder: string, like: readonly Parameter[]): Promise<Parameter[]> {
  const weights = await openSafetensors(join(folder, bestFile));
  try {
    return await Promise.all(
      like.map(async ({ name, shape }) => ({ name, shape, data: await weights.readFloat32(name) })),
    );
  } finally {
    await weights.close();
  }
}
