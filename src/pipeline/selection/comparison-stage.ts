import { join } from 'node:path';
import { sha256File } from '../../base/hash.ts';
import type { Json } from '../../base/json.ts';
import { formatCount } from '../../base/number-text.ts';
import { tunedFiles } from '../../registry/served-files.ts';
import type { Artifact, Stage, StageContext, StageName } from '../stage.ts';
import { evaluateStage } from '../stages/evaluate.ts';
import { evaluateSystems, type Keep, scoredModel, type Systems } from '../stages/evaluated-systems.ts';
import { trainedModel } from '../stages/trained-model.ts';

type Inputs = StageContext['inputs'];

/**
 * The stage evaluate for comparing selections: in place of base and tuned model it has the model that was trained on the
 * random draw, whose artifacts are `drawn`, and the one that was trained on the chosen conversations.
 */
export function comparisonStage(drawn: Inputs): Stage {
  const digests = Object.fromEntries(Object.values(drawn).map(({ stage, digest }) => [stage, digest]));
  return {
    ...evaluateStage,
    configPart: (config) => ({ ...evaluateStage.configPart(config), drawn: digests }),
    run: async (context) => {
      const { config, inputs } = context;
      await refuseOtherTest(drawn, inputs);
      const openBoth = async (base: string, keep: Keep): Promise<Systems> => {
        const open = (side: Inputs, name: string): Promise<Systems['base']> =>
          openTrained(context, { side, name, base, keep });
        return { base: await open(drawn, 'random'), tuned: await open(inputs, 'chosen') };
      };
      const results = await evaluateSystems(context, openBoth, {
        names: { base: 'random', tuned: 'chosen' },
        comparison: describe(drawn, inputs),
        warnings: [oneTrainingEach],
        title: `${config.name}: chosen against random`,
        funnelFile: join(inputs.split!.folder, 'selection', 'funnel.json'),
      });
      return JSON.parse(
        JSON.stringify({ random: results.base, chosen: results.tuned, difference: results.difference }),
      ) as Record<string, Json>;
    },
  };
}

/** The artifacts of a run by stage, as a stage gets them. */
export function inputsOf(artifacts: readonly Artifact[]): Inputs {
  return Object.fromEntries(artifacts.map((artifact) => [artifact.stage, artifact])) as Partial<
    Record<StageName, Artifact>
  >;
}

async function openTrained(
  { config }: StageContext,
  { side, name, base, keep }: { side: Inputs; name: string; base: string; keep: Keep },
): Promise<Systems['base']> {
  const { openLlamaBackend } = await import('../../backend/llama.ts');
  const { openScorer } = await import('../../model/score-examples.ts');
  const backend = await keep(openLlamaBackend({ ...(await tunedFiles(side.export!.folder)), parallel: 1 }));
  const scorer = await keep(openScorer(scoredModel(config, base, trainedModel(side).folder)));
  return { backend: { ...backend, name: `llama.cpp, ${name}` }, scorer };
}

/** Both splits are made alike, so this cannot happen; if it did, every number of the report would be void. */
async function refuseOtherTest(drawn: Inputs, chosen: Inputs): Promise<void> {
  const [a, b] = [drawn, chosen].map(({ split }) => sha256File(join(split!.folder, 'test.jsonl')));
  if ((await a) !== (await b)) throw new Error('the two selections are tested on different conversations');
}

const oneTrainingEach =
  'Each model was trained once. The intervals say how far other test conversations would move the difference, not how far another training would: repeat with another seed before you believe a small one.';

/** What was compared, as the beginning of the report's first sentence. */
function describe(drawn: Inputs, chosen: Inputs): string {
  const count = (value: Json | undefined): string => formatCount(Number(value));
  const { train, train_before_selection: all } = chosen.split!.summary;
  const effort = (side: Inputs): string => {
    const { steps, trainedTokens } = trainedModel(side).summary;
    return `${count(trainedTokens)} tokens in ${count(steps)} steps`;
  };
  return `Trained on ${count(train)} of ${count(all)} conversations that were chosen (${effort(chosen)}), against ${count(drawn.split!.summary['train'])} drawn at random (${effort(drawn)})`;
}
