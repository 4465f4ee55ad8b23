import { join } from 'node:path';
import { formatSeconds } from '../../base/format-seconds.ts';
import { sha256, sha256File } from '../../base/hash.ts';
import { canonicalJson } from '../../base/json.ts';
import type { ProgressEvent } from '../../base/progress.ts';
import { formatBytes } from '../../base/format-bytes.ts';
import { baseFiles, resolveBase } from '../../model/base.ts';
import { getEngine } from '../../train/engines/get-engine.ts';
import type { TrainEvent, TrainJob, TrainResult } from '../../train/engine.ts';
import type { Stage, StageContext } from '../stage.ts';
import { startAdapter, startFiles } from './training-start.ts';
import { warnServing } from './serving-check.ts';
import { openTrainingLog, trainingLogFiles } from '../training-log.ts';
import type { TrainingLog } from '../training-log.ts';

/** With fewer optimiser steps, and none asked for, the data is too little for the batch size. */
const fewSteps = 30;

/** An engine trains on the train split; its events become progress and metrics.jsonl. */
export const trainStage: Stage = {
  name: 'train',
  version: 3,
  needs: ['split'],
  // A model that is aligned straight from the base needs no SFT before.
  isPartOf: ({ align }) => align?.from !== 'base',
  timedFiles: trainingLogFiles,
  configPart: ({ train, seed }) => ({ train, seed }),
  sourceFiles: startFiles,
  run: async (context) => {
    const { config, projectFolder, inputs, outputFolder, workFolder, report, signal } = context;
    const base = await resolveBase(config.train.base, { projectFolder, report, signal });
    await warnServing(context, base);
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
      ...startAdapter(config, projectFolder),
    };
    return { ...(await runEngine(job, context, 'train')), base_sha256: await baseHash(base) };
  },
};

/** Trains, tells every event, and writes them to metrics.jsonl; `section` of the project file holds the settings. */
export async function runEngine(
  job: TrainJob,
  context: StageContext,
  section: 'train' | 'align',
): Promise<TrainResult> {
  const { outputFolder, signal } = context;
  const engine = await getEngine(job.config.engine);
  const log = await openTrainingLog(job, context, section);
  const result = await follow(engine.train(job, signal), log, { job, context, section });
  await log.finish(outputFolder);
  return result;
}

/** Reports every event and appends it to the work folder's metrics, until the engine returns. */
async function follow(
  events: AsyncGenerator<TrainEvent, TrainResult>,
  log: TrainingLog,
  { job, context, section }: { job: TrainJob; context: StageContext; section: 'train' | 'align' },
): Promise<TrainResult> {
  const { report } = context;
  let validationLoss: number | undefined;
  for (;;) {
    const next = await events.next();
    if (next.done === true) return next.value;
    const event = next.value;
    if (event.type === 'evaluation') validationLoss = event.loss;
    await log.append(event);
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
      const { step, steps, loss, metrics, learningRate, gradientNorm, tokensPerSecond, memoryBytes } = event;
      const validation = validationLoss === undefined ? '' : `, validation ${validationLoss.toFixed(3)}`;
      const detail = `loss ${loss.toFixed(3)}${validation}`;
      return [
        { type: 'progress', label: section, done: step, total: steps, unit: 'steps', detail },
        {
          type: 'metrics',
          values: { step, loss, ...metrics, learningRate, gradientNorm, tokensPerSecond, memoryBytes },
        },
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
    case 'memory':
      return [{ type: 'note', message: `at most about ${formatBytes(event.memoryBytes)} of memory` }];
    case 'forecast':
      return [{ type: 'note', message: `about ${formatSeconds(event.seconds)} to go` }];
    case 'outcome': {
      const { seconds, memoryBytes, forecast } = event;
      const time = `took ${formatSeconds(seconds)} (forecast ${formatSeconds(forecast.seconds)})`;
      const memory = `at most ${formatBytes(memoryBytes)} of memory (forecast ${formatBytes(forecast.memoryBytes)})`;
      return [{ type: 'note', message: `${time}, ${memory}` }];
    }
    case 'note':
    case 'warning':
      return [event];
    case 'quantising':
      return [
        { type: 'progress', label: 'quantise base', done: event.done, total: event.total, unit: 'matrices' },
      ];
    case 'reference':
      return [
        { type: 'progress', label: 'reference', done: event.done, total: event.passes, unit: 'passes' },
      ];
    case 'checkpoint':
      return [];
  }
}

/** SHA-256 over the names and hashes of the base model's files. */
export async function baseHash(folder: string): Promise<string> {
  const hashes: Record<string, string> = {};
  for (const file of await baseFiles(folder)) hashes[file.slice(folder.length + 1)] = await sha256File(file);
  return sha256(canonicalJson(hashes));
}
