import { join } from 'node:path';
import { curate } from '../../data/curate.ts';
import type { Stage } from '../stage.ts';
import { curateFiles, openCurateServices } from './curate-services.ts';

/** Cleans and filters the examples, with a ledger of every change and a funnel of the counts. */
export const curateStage: Stage = {
  name: 'curate',
  version: 2,
  needs: ['collect'],
  configPart: (config) => ({ curate: config.curate, seed: config.seed }),
  sourceFiles: curateFiles,
  run: async (context) => {
    const { config, projectFolder, inputs, outputFolder, workFolder, report, signal } = context;
    const { services, close } = await openCurateServices(context);
    try {
      return await curate({
        config: config.curate,
        projectFolder,
        examplesPaths: [join(inputs.collect!.folder, 'examples.jsonl')],
        outputFolder,
        workFolder,
        seed: config.seed,
        services,
        report,
        signal,
      });
    } finally {
      await close();
    }
  },
};
