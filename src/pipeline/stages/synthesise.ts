import { join } from 'node:path';
import { answerSettings } from '../../data/config/model-server.ts';
import type { Stage } from '../stage.ts';
import { openStore } from '../store.ts';

/** Has a language model write examples from passages and from real examples, with a ledger of what was rejected. */
export const synthesiseStage: Stage = {
  name: 'synthesise',
  version: 3,
  needs: ['collect'],
  isPartOf: ({ synthesise: section }) => section !== undefined,
  // Which answers were there already, and how often a server had to be asked.
  timedFiles: ['cost.json'],
  configPart: ({ synthesise: section, collect, curate, seed }) => {
    const { server, max_share: _share, ...rest } = section!;
    return {
      synthesise: { ...rest, server: answerSettings(server) },
      collect: { system_prompt: collect.system_prompt, topics: collect.topics },
      curate: {
        normalise: curate.normalise,
        internal_notes: curate.internal_notes,
        entities: curate.entities.names,
        pii: curate.pii,
      },
      seed,
    };
  },
  run: async ({ config, projectFolder, inputs, outputFolder, report, signal }) => {
    const { synthesise } = await import('../../synthesise/synthesise.ts');
    return synthesise({
      config: config.synthesise!,
      curate: config.curate,
      collect: config.collect,
      examplesPath: join(inputs.collect!.folder, 'examples.jsonl'),
      passagesPath: join(inputs.collect!.folder, 'passages.jsonl'),
      outputFolder,
      cacheFolder: openStore(projectFolder).answers,
      seed: config.seed,
      report,
      signal,
    });
  },
};
