/** Four tiny stages that behave like the real ones: sources, checkpoints, times in a file, a stop at a checkpoint. */
import { appendFile, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AttuneError } from '../../src/base/errors.ts';
import { writeFileAtomic } from '../../src/base/files.ts';
import { sha256 } from '../../src/base/hash.ts';
import type { ProjectConfig } from '../../src/pipeline/config.ts';
import type { Project } from '../../src/pipeline/load-project.ts';
import type { Stage, StageContext } from '../../src/pipeline/stage.ts';

export type TinyConfig = {
  seed: number;
  collect: { file: string };
  curate: { upper: boolean };
  split: { share: number };
  train: { steps: number; rate: number };
};

export const tinyConfig: TinyConfig = {
  seed: 7,
  collect: { file: 'data.txt' },
  curate: { upper: true },
  split: { share: 0.5 },
  train: { steps: 8, rate: 0.1 },
};

/** A project folder with a source file; the real project file is not needed. */
export async function tinyProject(change: Partial<TinyConfig> = {}, at?: string): Promise<Project> {
  const folder = at ?? (await mkdtemp(join(tmpdir(), 'attune-tiny-')));
  await mkdir(folder, { recursive: true });
  if (at === undefined) await writeFile(join(folder, 'data.txt'), 'one\ntwo\nthree\nfour\n');
  return { file: join(folder, 'attune.yaml'), folder, config: asConfig({ ...tinyConfig, ...change }) };
}

const asConfig = (config: TinyConfig): ProjectConfig => config as unknown as ProjectConfig;
export const tiny = (config: ProjectConfig): TinyConfig => config as unknown as TinyConfig;

export const collectStage: Stage = {
  name: 'collect',
  version: 1,
  needs: [],
  configPart: (config) => ({ collect: tiny(config).collect }),
  sourceFiles: async (config, folder) => [join(folder, tiny(config).collect.file)],
  run: async ({ config, projectFolder, outputFolder }) => {
    const text = await readFile(join(projectFolder, tiny(config).collect.file), 'utf8');
    await writeFile(join(outputFolder, 'lines.txt'), text);
    return { lines: text.split('\n').length - 1 };
  },
};

export const curateStage: Stage = {
  name: 'curate',
  version: 1,
  needs: ['collect'],
  configPart: (config) => ({ curate: tiny(config).curate }),
  run: async ({ config, inputs, outputFolder }) => {
    const text = await readFile(join(inputs.collect!.folder, 'lines.txt'), 'utf8');
    await writeFile(join(outputFolder, 'lines.txt'), tiny(config).curate.upper ? text.toUpperCase() : text);
    return {};
  },
};

export const splitStage: Stage = {
  name: 'split',
  version: 1,
  needs: ['curate'],
  configPart: (config) => ({ split: tiny(config).split, seed: config.seed }),
  run: async ({ inputs, outputFolder }) => {
    const lines = (await readFile(join(inputs.curate!.folder, 'lines.txt'), 'utf8')).split('\n');
    await mkdir(join(outputFolder, 'parts'));
    await writeFile(join(outputFolder, 'parts', 'train.txt'), lines.slice(0, 2).join('\n'));
    await writeFile(join(outputFolder, 'parts', 'test.txt'), lines.slice(2).join('\n'));
    return {};
  },
};

/** A chain of hashes, one a step, with a checkpoint after each: any lost or repeated step changes the last hash. */
export const trainStage: Stage = {
  name: 'train',
  version: 1,
  needs: ['split'],
  timedFiles: ['metrics.jsonl'],
  configPart: (config) => ({ train: tiny(config).train, seed: config.seed }),
  run: async (context: StageContext) => {
    const { steps, rate } = tiny(context.config).train;
    const checkpoint = join(context.workFolder, 'checkpoint.json');
    const start = {
      step: 0,
      state: await readFile(join(context.inputs.split!.folder, 'parts', 'train.txt'), 'utf8'),
    };
    let { step, state } = await readFile(checkpoint, 'utf8').then(
      (text) => JSON.parse(text) as typeof start,
      () => start,
    );
    while (step < steps) {
      if (context.signal.aborted) throw new AttuneError('interrupted', `stopped at step ${step}`);
      state = sha256(`${state} ${rate} ${context.config.seed}`);
      step++;
      await appendFile(join(context.workFolder, 'steps.log'), `${step}\n`);
      await writeFileAtomic(checkpoint, JSON.stringify({ step, state }));
      context.report({ type: 'progress', label: 'train', done: step, total: steps, unit: 'steps' });
    }
    await writeFile(join(context.outputFolder, 'weights.txt'), state);
    await writeFile(
      join(context.outputFolder, 'metrics.jsonl'),
      JSON.stringify({ at: process.hrtime.bigint().toString() }),
    );
    return { steps };
  },
};

export const tinyStages: readonly Stage[] = [collectStage, curateStage, splitStage, trainStage];
