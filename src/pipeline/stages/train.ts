import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../../base/files.ts';
import { sha256, sha256File } from '../../base/hash.ts';
import { canonicalJson } from '../../base/json.ts';
import type { ProgressEvent } from '../../base/progress.ts';
import { baseFiles, isHubId, resolveBase } from '../../model/base.ts';
import { getEngine } from '../../train/engines/index.ts';
import type { TrainEvent, TrainJob, TrainResult } from '../../train/engine.ts';
import type { ProjectConfig } from '../config.ts';
import type { Stage, StageContext } from '../stage.ts';

const metricsName = 'metrics.jsonl';

/** With fewer optimiser steps, and none asked for, the data is too little for the batch size. */
const fewSteps = 30;

/** An engine trains on the train split; its events become progress and metrics.jsonl. */
export const trainStage: Stage = {
  name: 'train',
  version: 2,
  needs: ['split'],
  // A model that is aligned straight from the base needs no SFT before.
  isPartOf: ({ align }) => align?.from !== 'base',
  timedFiles: [metricsName],
  configPart: ({ train, seed }) => ({ train, seed }),
  sourceFiles: localBaseFiles,
  run: async (context) => {
    const { config, projectFolder, inputs, outputFolder, workFolder, report, signal } = context;
    const base = await resolveBase(config.train.base, { projectFolder, report, signal });
    const split = inputs.split!.folder;
    const job = {
      base,
      trainFile: join(split, 'train.jsonl'),
      validationFile: join(split, 'validation.jsonl'),
      objective: { type: 'sft' as const, supervise: config.train.supervise },
      config: config.train,
      seed: config.seed,
      workFolder: join(workFolder, 'engine'),
      outputFolder,
    };
    return { ...(await runEngine(job, context, 'train')), base_sha256: await baseHash(base) };
  },
};

/** Files of a base on this machine, which an artifact depends on. */
export async function localBaseFiles({ train }: ProjectConfig, projectFolder: string): Promise<string[]> {
  // A hub model is known by its id until it is downloaded; its files are hashed into the summary then.
  if (await isHubId(train.base, projectFolder)) return [];
  const { signal } = new AbortController();
  return await baseFiles(await resolveBase(train.base, { projectFolder, report: () => {}, signal }));
}

/** Trains, tells every event, and writes them to metrics.jsonl; `section` of the project file holds the settings. */
export async function runEngine(
  job: TrainJob,
  context: StageContext,
  section: 'train' | 'align',
): Promise<TrainResult> {
  const { outputFolder, workFolder, signal } = context;
  const engine = await getEngine(job.config.engine);
  const result = await follow(engine.train(job, signal), { job, context, section });
  await writeFileAtomic(join(outputFolder, metricsName), await wholeMetrics(join(workFolder, metricsName)));
  return result;
}

/** Reports every event and appends it to the work folder's metrics, until the engine returns. */
async function follow(
  events: AsyncGenerator<TrainEvent, TrainResult>,
  { job, context, section }: { job: TrainJob; context: StageContext; section: 'train' | 'align' },
): Promise<TrainResult> {
  const { workFolder, report } = context;
  const metrics = join(workFolder, metricsName);
  // Ends a line that a crash may have cut short; blank lines are left out in the end.
  await appendFile(metrics, '\n');
  let validationLoss: number | undefined;
  for (;;) {
    const next = await events.next();
    if (next.done === true) return next.value;
    const event = next.value;
    if (event.type === 'evaluation') validationLoss = event.loss;
    await appendFile(metrics, JSON.stringify(event) + '\n');
    for (const shown of describe(event, section, validationLoss)) report(shown);
    if (event.type === 'preflight' && event.steps < fewSteps && job.config.max_steps === undefined) {
      const message = `only ${event.steps} steps: the model will learn little; lower ${section}.batch_size or raise ${section}.epochs`;
      report({ type: 'warning', message });
    }
  }
}

function describe(event: TrainEvent, section: string, validationLoss: number | undefined): ProgressEvent[] {
  switch (event.type) {
    case 'preflight': {
      const { examples, tokens, supervisedShare, steps, trainableParameters } = event;
      const share = `${(100 * supervisedShare).toFixed(0)}% of ${tokens} tokens are learnt from`;
      const message = `${examples} examples, ${share}; ${trainableParameters} parameters, ${steps} steps`;
      return [{ type: 'note', message }];
    }
    case 'step': {
      const { step, steps, loss, learningRate, gradientNorm, tokensPerSecond, memoryBytes } = event;
      const validation = validationLoss === undefined ? '' : `, validation ${validationLoss.toFixed(3)}`;
      const detail = `loss ${loss.toFixed(3)}${validation}`;
      return [
        { type: 'progress', label: section, done: step, total: steps, unit: 'steps', detail },
        { type: 'metrics', values: { step, loss, learningRate, gradientNorm, tokensPerSecond, memoryBytes } },
      ];
    }
    case 'evaluation':
      return [{ type: 'metrics', values: { step: event.step, validationLoss: event.loss } }];
    case 'resumed':
      return [{ type: 'note', message: `going on after step ${event.step}` }];
    case 'early-stop':
      return [
        { type: 'note', message: `stopped early at step ${event.step}; step ${event.bestStep} was the best` },
      ];
    case 'note':
    case 'warning':
      return [event];
    case 'reference':
      return [
        { type: 'progress', label: 'reference', done: event.done, total: event.passes, unit: 'passes' },
      ];
    case 'checkpoint':
      return [];
  }
}

/** The metrics without what was reported again after a resume: the last line of each kind and step counts. */
async function wholeMetrics(path: string): Promise<string> {
  const lines = new Map<string, string>();
  for (const line of (await readFile(path, 'utf8')).split('\n')) {
    if (line === '') continue;
    const event = parseEvent(line);
    if (event === undefined || event.type === 'resumed') continue;
    const key = `${event.type} ${event.step ?? ''}`;
    lines.delete(key);
    lines.set(key, line);
  }
  return [...lines.values()].map((line) => line + '\n').join('');
}

/** Undefined for a line that a crash cut short. */
function parseEvent(line: string): { type: string; step?: number } | undefined {
  try {
    return JSON.parse(line) as { type: string; step?: number };
  } catch {
    return undefined;
  }
}

/** SHA-256 over the names and hashes of the base model's files. */
export async function baseHash(folder: string): Promise<string> {
  const hashes: Record<string, string> = {};
  for (const file of await baseFiles(folder)) hashes[file.slice(folder.length + 1)] = await sha256File(file);
  return sha256(canonicalJson(hashes));
}
