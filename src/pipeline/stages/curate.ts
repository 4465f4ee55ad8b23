import { join } from 'node:path';
import { curate } from '../../data/curate.ts';
import type { Stage } from '../stage.ts';

/** Cleans and filters the examples, with a ledger of every change and a funnel of the counts. */
export const curateStage: Stage = {
  name: 'curate',
  version: 2,
  needs: ['collect'],
  configPart: (config) => ({ curate: config.curate, seed: config.seed }),
  run: ({ config, projectFolder, inputs, outputFolder, workFolder, report, signal }) =>
    curate({
      config: config.curate,
      projectFolder,
      examplesPaths: [join(inputs.collect!.folder, 'examples.jsonl')],
      outputFolder,
      workFolder,
      seed: config.seed,
      report,
      signal,
    }),
};
