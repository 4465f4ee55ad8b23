import { join } from 'node:path';
import { answerSettings } from '../../data/config/model-server.ts';
import { curate } from '../../data/curate.ts';
import type { Stage } from '../stage.ts';
import { curateFiles, openCurateServices } from './curate-services.ts';

/** Cleans and filters the examples, with a ledger of every change and a funnel of the counts. */
export const curateStage: Stage = {
  name: 'curate',
  version: 2,
  needs: ['collect', 'synthesise'],
  configPart: ({ curate: section, synthesise, seed }) => {
    const { judge } = section.quality;
    return {
      curate: { ...section, quality: { ...section.quality, judge: judge && answerSettings(judge) } },
      synthesise: synthesise && { max_share: synthesise.max_share },
      seed,
    };
  },
  sourceFiles: curateFiles,
  run: async (context) => {
    const { config, projectFolder, inputs, outputFolder, workFolder, report, signal } = context;
    const { services, close } = await openCurateServices(context);
    const examples = [inputs.collect!, ...(inputs.synthesise ? [inputs.synthesise] : [])];
    try {
      return await curate({
        config: config.curate,
        projectFolder,
        examplesPaths: examples.map(({ folder }) => join(folder, 'examples.jsonl')),
        maxSyntheticShare: config.synthesise?.max_share,
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
