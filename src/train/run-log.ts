/** Training events in the formats of other tools. Names of metrics are those of transformers and TRL. */
import { tensorboardHeader, tensorboardScalars } from '../formats/tensorboard.ts';
import { encodeWandbRun } from '../formats/wandb.ts';
import type { WandbRow, WandbRun } from '../formats/wandb.ts';
import type { TrainEvent } from './engine.ts';

export const tensorboardFile = 'events.out.tfevents.attune';
export const wandbFile = 'run-attune.wandb';

/** An event and when it came, in seconds since 1970. */
export type TimedEvent = TrainEvent & { time: number };

/** The bytes that an event adds to a TensorBoard file; the first of a file come after those of tensorboardStart. */
export function tensorboardEvent(event: TimedEvent): Uint8Array {
  const scalars = scalarsOf(event);
  return scalars ? tensorboardScalars(event.time, scalars.step, scalars.values) : new Uint8Array();
}

/** The events as the bytes of a file that TensorBoard reads. */
export function tensorboardLog(events: readonly TimedEvent[]): Uint8Array {
  return Buffer.concat([tensorboardHeader(events[0]?.time ?? 0), ...events.map(tensorboardEvent)]);
}

/** The events as the bytes of a run that `wandb sync` uploads. */
export function wandbLog(run: Omit<WandbRun, 'startSeconds'>, events: readonly TimedEvent[]): Uint8Array {
  const rows = new Map<number, WandbRow>();
  for (const event of events) {
    const scalars = scalarsOf(event);
    if (!scalars) continue;
    const { step, values } = scalars;
    rows.set(step, { step, seconds: event.time, values: { ...rows.get(step)?.values, ...values } });
  }
  return encodeWandbRun({ ...run, startSeconds: events[0]?.time ?? 0 }, [...rows.values()]);
}

function scalarsOf(event: TrainEvent): { step: number; values: Record<string, number> } | undefined {
  if (event.type === 'step')
    return {
      step: event.step,
      values: {
        'train/loss': event.loss,
        'train/learning_rate': event.learningRate,
        'train/grad_norm': event.gradientNorm,
        'train/tokens_per_second': event.tokensPerSecond,
        ...prefixed('train', event.metrics),
      },
    };
  if (event.type === 'evaluation')
    return { step: event.step, values: { 'eval/loss': event.loss, ...prefixed('eval', event.metrics) } };
  return undefined;
}

function prefixed(prefix: string, metrics: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(metrics).map(([name, value]) => [`${prefix}/${name}`, value]));
}
