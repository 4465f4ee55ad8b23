import { collectFiles } from '../../data/collect-files.ts';
import type { Stage } from '../stage.ts';

/** Reads every source into examples.jsonl, with a ledger of what could not be read. */
export const collectStage: Stage = {
  name: 'collect',
  version: 5,
  needs: [],
  // A source module is given the seed.
  configPart: (config) => ({ collect: config.collect, seed: config.seed }),
  sourceFiles: (config, projectFolder) => collectFiles(config.collect, projectFolder),
  run: async ({ config, projectFolder, outputFolder, report, signal }) => {
    const { collect } = await import('../../data/collect.ts');
    return collect({
      config: config.collect,
      projectFolder,
      outputFolder,
      seed: config.seed,
      report,
      signal,
    });
  },
};
