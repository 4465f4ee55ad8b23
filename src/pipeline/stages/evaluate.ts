import { join } from 'node:path';
import type { Backend } from '../../backend/backend.ts';
import type { Json } from '../../base/json.ts';
import type { EvaluateConfig } from '../../evaluate/config.ts';
import { baseFiles, tunedFiles } from '../../registry/served-files.ts';
import type { Stage, StageContext } from '../stage.ts';
import { evaluateSystems, type Keep, scoredModel, type Systems } from './evaluated-systems.ts';
import { trainedModel } from './trained-model.ts';

/** Base and tuned model side by side on the test split; what generates is what will serve. */
export const evaluateStage: Stage = {
  name: 'evaluate',
  version: 3,
  needs: ['curate', 'split', 'train', 'align', 'export'],
  // They hold durations. What else is in them follows from replies.jsonl and the inputs.
  timedFiles: ['evaluation_results.json', 'report.md', 'report.html'],
  configPart: ({ evaluate, seed, name }) => ({ evaluate, seed, name }),
  sourceFiles: async ({ evaluate }, projectFolder) =>
    evaluate.actions === undefined ? [] : [join(projectFolder, evaluate.actions)],
  run: async (context) => {
    const { config, inputs } = context;
    const results = await evaluateSystems(context, (base, keep) => openSystems(context, base, keep), {
      title: config.name,
      trainingMetricsFile: join(trainedModel(inputs).folder, 'metrics.jsonl'),
      funnelFile: join(inputs.curate!.folder, 'funnel.json'),
    });
    return JSON.parse(
      JSON.stringify({ base: results.base, tuned: results.tuned, difference: results.difference }),
    ) as Record<string, Json>;
  },
};

/** Opens both models for generating and for scoring. */
async function openSystems({ config, inputs }: StageContext, base: string, keep: Keep): Promise<Systems> {
  const { openScorer } = await import('../../model/score-examples.ts');
  const exported = inputs.export!.folder;
  const backends = await openBackends(config.evaluate.backend, exported, keep);
  return {
    base: { backend: backends.base, scorer: await keep(openScorer({ base })) },
    tuned: {
      backend: backends.tuned,
      scorer: await keep(openScorer(scoredModel(config, base, trainedModel(inputs).folder))),
    },
  };
}

async function openBackends(
  backend: EvaluateConfig['backend'],
  exported: string,
  keep: Keep,
): Promise<{ base: Backend; tuned: Backend }> {
  if (backend.kind === 'openai') {
    const { openOpenAiBackend } = await import('../../backend/openai.ts');
    const { url, api_key_env: apiKeyVariable } = backend;
    const open = (model: string): Promise<Backend> =>
      keep(
        openOpenAiBackend({
          baseUrl: url,
          model,
          ...(apiKeyVariable === undefined ? {} : { apiKeyVariable }),
        }),
      );
    return { base: await open(backend.base_model), tuned: await open(backend.model) };
  }
  const { openLlamaBackend } = await import('../../backend/llama.ts');
  // Named by role, since a path of this machine has no place in results that are shared.
  const base = await keep(openLlamaBackend({ ...baseFiles(exported), parallel: 1 }));
  const tuned = await keep(openLlamaBackend({ ...(await tunedFiles(exported)), parallel: 1 }));
  return { base: { ...base, name: 'llama.cpp, base' }, tuned: { ...tuned, name: 'llama.cpp, tuned' } };
}
