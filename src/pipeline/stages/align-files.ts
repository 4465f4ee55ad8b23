import { join } from 'node:path';
import type { ProjectConfig } from '../config.ts';

/** Files outside the project file that the judgement depends on. */
export function samplingFiles({ align, evaluate }: ProjectConfig, projectFolder: string): string[] {
  const judge = align?.pairs.sampled?.judge;
  if (judge?.kind === 'module') return [join(projectFolder, judge.module)];
  return judge !== undefined && evaluate.actions !== undefined ? [join(projectFolder, evaluate.actions)] : [];
}
