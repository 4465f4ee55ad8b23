import { AttuneError } from '../../base/errors.ts';
import type { ProjectConfig } from '../config.ts';
import type { StageContext } from '../stage.ts';
import { startAdapter } from './training-start.ts';

/** Throws AttuneError for a project whose result could not be served; `base` is its folder, where it is on this machine. */
export async function checkServing(
  config: ProjectConfig,
  projectFolder: string,
  base: string | undefined,
): Promise<void> {
  const { checkExport } = await import('../../export/check-export.ts');
  await checkExport({
    train: config.train,
    preTokenizer: config.export.pre_tokenizer,
    base,
    adapterFolder: startAdapter(config, projectFolder).adapter,
  });
}

/** The same as a warning: of a run that stops before the export, and of a base that was fetched only now. */
export async function warnServing(
  { config, projectFolder, report }: StageContext,
  base: string,
): Promise<void> {
  try {
    await checkServing(config, projectFolder, base);
  } catch (error) {
    if (!(error instanceof AttuneError)) throw error;
    report({ type: 'warning', message: `what is trained now cannot be exported: ${error.message}` });
  }
}
