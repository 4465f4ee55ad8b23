/** What happened in a training run: metrics.jsonl, and the same in the formats of other tools where train.log asks for it. */
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { writeFileAtomic } from '../base/files.ts';
import type { TrainEvent, TrainJob } from '../train/engine.ts';
import { tensorboardEvent, tensorboardFile, tensorboardLog, wandbFile, wandbLog } from '../train/run-log.ts';
import type { TimedEvent } from '../train/run-log.ts';
import type { StageContext } from './stage.ts';

const metricsFile = 'metrics.jsonl';

/** All files that a log can leave in the output folder. They hold times and speeds. */
export const trainingLogFiles = [metricsFile, tensorboardFile, wandbFile];

export type TrainingLog = {
  append: (event: TrainEvent) => Promise<void>;
  /** Writes the files of the whole run, over all its interruptions. */
  finish: (outputFolder: string) => Promise<void>;
};

/** Goes on with the log in the work folder, where TensorBoard can follow it while the run goes on. */
export async function openTrainingLog(
  job: TrainJob,
  { config, workFolder }: Pick<StageContext, 'config' | 'workFolder'>,
  section: string,
): Promise<TrainingLog> {
  const metrics = join(workFolder, metricsFile);
  // Ends a line that a crash may have cut short.
  await appendFile(metrics, '\n');
  const live = join(workFolder, tensorboardFile);
  const { log } = job.config;
  if (log.includes('tensorboard')) await writeFile(live, tensorboardLog(await readEvents(metrics)));
  return {
    append: async (event) => {
      const timed = { ...event, time: Date.now() / 1000 };
      await appendFile(metrics, JSON.stringify(timed) + '\n');
      if (log.includes('tensorboard')) await appendFile(live, tensorboardEvent(timed));
    },
    finish: async (outputFolder) => {
      const events = await readEvents(metrics);
      const lines = events.map((event) => JSON.stringify(event) + '\n');
      await writeFileAtomic(join(outputFolder, metricsFile), lines.join(''));
      if (log.includes('tensorboard'))
        await writeFileAtomic(join(outputFolder, tensorboardFile), tensorboardLog(events));
      if (!log.includes('wandb')) return;
      // Named by its artifact: uploaded again, it is the same run there.
      const id = basename(workFolder).slice(0, 8);
      const settings = { ...job.config, seed: job.seed };
      const run = { id, project: config.name, name: `${section} ${id}`, config: settings };
      await writeFileAtomic(join(outputFolder, wandbFile), wandbLog(run, events));
    },
  };
}

/** The events without what was reported again after a resume: the last of each kind and step counts. */
async function readEvents(path: string): Promise<TimedEvent[]> {
  const events = new Map<string, TimedEvent>();
  for (const line of (await readFile(path, 'utf8')).split('\n')) {
    const event = parseEvent(line);
    if (event === undefined || event.type === 'resumed') continue;
    const key = `${event.type} ${'step' in event ? event.step : ''}`;
    events.delete(key);
    events.set(key, event);
  }
  return [...events.values()];
}

/** Undefined for a blank line, and for one that a crash cut short. */
function parseEvent(line: string): TimedEvent | undefined {
  try {
    return JSON.parse(line) as TimedEvent;
  } catch {
    return undefined;
  }
}
