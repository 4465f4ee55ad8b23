/**
 * The stage split for comparing selections: what is validated and tested with is set aside first, and only what is left to
 * train on is chosen from. So it is the same for every selection, and stands for all conversations, not for those that
 * one of them likes.
 */
import { copyFile, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import type { CurateConfig } from '../../data/config.ts';
import { curate } from '../../data/curate.ts';
import type { FunnelRow } from '../../data/engine/funnel-row.ts';
import type { ProjectConfig } from '../config.ts';
import type { Artifact, Stage, StageContext } from '../stage.ts';
import { curateStage } from '../stages/curate.ts';
import { openCurateServices } from '../stages/curate-services.ts';
import { splitStage } from '../stages/split.ts';

export type SelectionName = CurateConfig['selection'];

/** The project with everything that chooses among clean conversations turned off. */
export function withoutChoosing(config: ProjectConfig): ProjectConfig {
  const { budget: _budget, quality, diversity, ...cleaning } = config.curate;
  return {
    ...config,
    curate: {
      ...cleaning,
      quality: { ...quality, enabled: false },
      diversity: { ...diversity, enabled: false },
    },
  };
}

/**
 * Splits what `withoutChoosing` leaves, and of its train.jsonl keeps what `project` would choose, or as many at random.
 * Writes train.jsonl, validation.jsonl, test.jsonl and split.json, and the ledger and report of the choice in selection/.
 * Throws AttuneError 'config' when the project chooses nothing.
 */
export function heldOutSplit(project: ProjectConfig, selection: SelectionName): Stage {
  const config = { ...project, curate: { ...project.curate, selection } };
  return {
    ...splitStage,
    needs: ['collect', 'curate'],
    configPart: (clean) => ({ ...splitStage.configPart(clean), chosen_by: curateStage.configPart(config) }),
    sourceFiles: async (clean, folder) => [
      ...(await splitStage.sourceFiles!(clean, folder)),
      ...(await curateStage.sourceFiles!(config, folder)),
    ],
    run: async (context) => {
      const { inputs, outputFolder, workFolder } = context;
      const whole = join(workFolder, 'whole');
      await mkdir(whole, { recursive: true });
      const counts = await splitStage.run({ ...context, outputFolder: whole });
      const train = Number(counts['train']);
      const chosen = await choose(
        { ...context, config: { ...config, curate: scaleTo(train, inputs.curate!, config.curate) } },
        join(whole, 'train.jsonl'),
      );
      for (const name of ['validation.jsonl', 'test.jsonl', 'split.json'])
        await copyFile(join(whole, name), join(outputFolder, name));
      await rm(workFolder, { recursive: true });
      return { ...counts, train_before_selection: train, train: chosen, selection };
    },
  };
}

/** Runs the rules that choose over train.jsonl; returns how many conversations they leave. */
async function choose(context: StageContext, trainFile: string): Promise<number> {
  const { config, projectFolder, outputFolder, workFolder, report, signal } = context;
  const folder = join(outputFolder, 'selection');
  await mkdir(folder);
  const { services, close } = await openCurateServices(context);
  try {
    const {
      in: all,
      kept,
      funnel,
    } = await curate({
      config: config.curate,
      choosingOnly: true,
      projectFolder,
      examplesPaths: [trainFile],
      maxSyntheticShare: config.synthesise?.max_share,
      outputFolder: folder,
      workFolder: join(workFolder, 'selection'),
      seed: config.seed,
      services,
      report,
      signal,
    });
    if (!droppedByChoice(funnel as FunnelRow[])) throw nothingChosen(Number(all));
    await rename(join(folder, 'examples.jsonl'), join(outputFolder, 'train.jsonl'));
    return Number(kept);
  } finally {
    await close();
  }
}

/**
 * Targets for the part of the clean conversations that is trained on, so that as many are left as the project would train
 * on: its shares are of what was collected, and its numbers count what is validated and tested with.
 */
function scaleTo(train: number, { summary }: Artifact, config: CurateConfig): CurateConfig {
  const [collected, clean] = [Number(summary['in']), Number(summary['kept'])];
  const ofClean = (share: number): number => Math.min(1, (share * collected) / clean);
  const ofTrain = (count: number): number => Math.max(1, Math.round((count * train) / clean));
  const { funnel, budget } = config;
  return {
    ...config,
    funnel: {
      ...funnel,
      quality: ofClean(funnel.quality),
      diversity: ofClean(funnel.diversity),
      at_least: ofTrain(funnel.at_least),
    },
    ...(budget && { budget: { ...budget, examples: ofTrain(budget.examples) } }),
  };
}

/** A budget is drawn at random either way. */
const droppedByChoice = (funnel: readonly FunnelRow[]): boolean =>
  funnel.some(({ rule, dropped }) => ['quality', 'diversity'].includes(rule) && dropped > 0);

const nothingChosen = (train: number): AttuneError =>
  new AttuneError(
    'config',
    `nothing is chosen: all ${train} clean conversations would be trained on either way`,
    {
      fix: 'Set curate.funnel.quality or curate.funnel.diversity below what the rules leave, and curate.funnel.at_least below the number of conversations.',
    },
  );
