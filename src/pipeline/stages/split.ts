import { join, resolve } from 'node:path';
import type { Stage } from '../stage.ts';

/** Divides the examples into train.jsonl, validation.jsonl and test.jsonl, whole conversations at a time. */
export const splitStage: Stage = {
  name: 'split',
  version: 4,
  needs: ['curate'],
  configPart: (config) => ({ split: config.split, pii: config.curate.pii, seed: config.seed }),
  sourceFiles: async ({ split: { benchmarks } }, projectFolder) =>
    benchmarks.map((path) => resolve(projectFolder, path)),
  run: async ({ config, projectFolder, inputs, outputFolder, report, signal }) => {
    const { split } = await import('../../data/split/split.ts');
    return split({
      config: config.split,
      pii: config.curate.pii,
      projectFolder,
      examplesPath: join(inputs.curate!.folder, 'examples.jsonl'),
      outputFolder,
      seed: config.seed,
      report,
      signal,
    });
  },
};
