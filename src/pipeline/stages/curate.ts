import { join } from 'node:path';
import { answerSettings } from '../../data/config/model-server.ts';
import { hashKeyFingerprint } from '../../data/pii/hash-key.ts';
import type { Stage } from '../stage.ts';
import { curateFiles } from './curate-files.ts';

/** Cleans and filters the examples, with a ledger of every change and a funnel of the counts. */
export const curateStage: Stage = {
  name: 'curate',
  version: 5,
  needs: ['collect', 'synthesise'],
  configPart: ({ curate: section, synthesise, seed }) => {
    const { judge } = section.quality;
    const quality = { ...section.quality, judge: judge && answerSettings(judge) };
    // Under another key the same project makes other data.
    const pii = { ...section.pii, hash_key_fingerprint: hashKeyFingerprint(section.pii) };
    return {
      curate: { ...section, quality, pii },
      synthesise: synthesise && { max_share: synthesise.max_share },
      seed,
    };
  },
  sourceFiles: curateFiles,
  run: async (context) => {
    const { config, projectFolder, inputs, outputFolder, workFolder, report, signal } = context;
    const { openCurateServices } = await import('./curate-services.ts');
    const { curate } = await import('../../data/curate.ts');
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
