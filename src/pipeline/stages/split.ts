import { join } from 'node:path';
import { split, splitFiles } from '../../data/split/split.ts';
import type { Stage } from '../stage.ts';

/** Divides the examples into train.jsonl, validation.jsonl and test.jsonl, whole conversations at a time. */
export const splitStage: Stage = {
  name: 'split',
  version: 3,
  needs: ['curate'],
  configPart: (config) => ({ split: config.split, pii: config.curate.pii, seed: config.seed }),
  sourceFiles: async (config, projectFolder) => splitFiles(config.split, projectFolder),
  run: ({ config, projectFolder, inputs, outputFolder, report, signal }) =>
    split({
      config: config.split,
      pii: config.curate.pii,
      projectFolder,
      examplesPath: join(inputs.curate!.folder, 'examples.jsonl'),
      outputFolder,
      seed: config.seed,
      report,
      signal,
    }),
};
