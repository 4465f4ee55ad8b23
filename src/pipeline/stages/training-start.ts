import { resolve } from 'node:path';
import { checkBase } from '../../model/base.ts';
import type { ProjectConfig } from '../config.ts';

/** Files on this machine that training starts from: the base's, and those of an adapter to go on from. */
export async function startFiles(config: ProjectConfig, projectFolder: string): Promise<string[]> {
  const { adapter } = startAdapter(config, projectFolder);
  // A hub model is known by its id until it is downloaded; its files are hashed into the summary then.
  const base = await checkBase(config.train.base, { projectFolder });
  if (adapter === undefined) return base;
  const { adapterFiles } = await import('../../model/model-folder.ts');
  return [...base, ...adapterFiles(adapter)];
}

/** The folder of the adapter to go on from, where the project names one. */
export function startAdapter({ train }: ProjectConfig, projectFolder: string): { adapter?: string } {
  return train.adapter === undefined ? {} : { adapter: resolve(projectFolder, train.adapter) };
}
