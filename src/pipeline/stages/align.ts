import { findBase } from '../../model/base.ts';
import type { Stage } from '../stage.ts';
import { trainingLogFiles } from '../training-log.ts';
import { samplingFiles } from './align-files.ts';
import { checkServing } from './serving-check.ts';
import { startFiles } from './training-start.ts';

/** Makes preference pairs of the train and the validation split, and goes on training with them. */
export const alignStage: Stage = {
  name: 'align',
  version: 2,
  needs: ['split', 'train'],
  isPartOf: ({ align }) => align !== undefined,
  timedFiles: trainingLogFiles,
  // Sampling tells right answers by evaluate's macros, and needs a file to sample from.
  configPart: ({ align, train, split, evaluate, export: exported, seed }) => ({
    align,
    train,
    seed,
    ...(align?.pairs.max !== undefined && { split }),
    ...(align?.pairs.sampled && { split, export: exported, evaluate: { actions: evaluate.actions } }),
  }),
  sourceFiles: async (config, projectFolder) => [
    ...(await startFiles(config, projectFolder)),
    ...samplingFiles(config, projectFolder),
  ],
  // Answers are sampled from the trained model as it would be served.
  check: async (config, projectFolder) => {
    if (config.align?.pairs.sampled)
      await checkServing(config, projectFolder, await findBase(config.train.base, { projectFolder }));
  },
  run: async (context) => (await import('./align-model.ts')).alignModel(context),
};
