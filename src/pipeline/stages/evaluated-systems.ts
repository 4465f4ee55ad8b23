/** The models that an evaluation holds open at once. */
import type { EvaluatedSystem } from '../../evaluate/job.ts';
import type { SystemName } from '../../evaluate/reply-log.ts';
import type { ProjectConfig } from '../config.ts';

export type Systems = Record<SystemName, EvaluatedSystem>;

/** Notes what was opened, to be closed at the end. */
export type Keep = <T extends { close: () => Promise<void> }>(opening: Promise<T>) => Promise<T>;

/** Opens several things; closes again what was open when one cannot be. */
export async function openTogether<T>(
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
