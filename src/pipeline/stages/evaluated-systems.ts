/** Evaluates two models that are held open at once. */
import { join } from 'node:path';
import type { EvaluatedSystem, EvaluateJob } from '../../evaluate/evaluate-job.ts';
import type { SystemName } from '../../evaluate/reply-log.ts';
import type { EvaluationResults } from '../../evaluate/results.ts';
import { resolveBase } from '../../model/base.ts';
import type { ProjectConfig } from '../config.ts';
import type { StageContext } from '../stage.ts';

export type Systems = Record<SystemName, EvaluatedSystem>;

/** Notes what was opened, to be closed at the end. */
export type Keep = <T extends { close: () => Promise<void> }>(opening: Promise<T>) => Promise<T>;

/**
 * Evaluates what `open` opens on the test split, as the project says, and closes it again. What both ways of evaluating
 * have in common; `job` is the rest.
 */
export async function evaluateSystems(
  { config, inputs, projectFolder, outputFolder, workFolder, report, signal }: StageContext,
  open: (base: string, keep: Keep) => Promise<Systems>,
  job: Pick<EvaluateJob, 'title' | 'funnelFile'> & Partial<EvaluateJob>,
): Promise<EvaluationResults> {
  const { evaluate } = await import('../../evaluate/evaluate.ts');
  const { openEncoder } = await import('../../text/open-encoder.ts');
  const base = await resolveBase(config.train.base, { projectFolder, report, signal });
  const { opened, close } = await openTogether((keep) => open(base, keep));
  try {
    return await evaluate({
      ...opened,
      testFile: join(inputs.split!.folder, 'test.jsonl'),
      trainFile: join(inputs.split!.folder, 'train.jsonl'),
      config: config.evaluate,
      projectFolder,
      workFolder,
      outputFolder,
      seed: config.seed,
      encode: await openEncoder(base, config.train.sequence_length),
      report,
      signal,
      ...job,
    });
  } finally {
    await close();
  }
}

/** Opens several things; closes again what was open when one cannot be. */
async function openTogether<T>(
  open: (keep: Keep) => Promise<T>,
): Promise<{ opened: T; close: () => Promise<void> }> {
  const kept: { close: () => Promise<void> }[] = [];
  const keep: Keep = async (opening) => {
    const one = await opening;
    kept.push(one);
    return one;
  };
  const close = async (): Promise<void> => {
    for (const one of kept.reverse()) await one.close();
  };
  try {
    return { opened: await open(keep), close };
  } catch (cause) {
    await close();
    throw cause;
  }
}

/** What scores text as the trained model: a whole model, or an adapter on its base. */
export const scoredModel = (
  { train }: ProjectConfig,
  base: string,
  trained: string,
): { base: string; adapter?: string } =>
  train.method === 'full' ? { base: trained } : { base, adapter: trained };
