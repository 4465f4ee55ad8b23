/** What Attune logs is read by the programs it is written for, where they are installed. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { tensorboardFile, tensorboardLog, wandbFile, wandbLog } from '../../src/train/run-log.ts';
import type { TimedEvent } from '../../src/train/run-log.ts';
import { pythonLacks, runPython } from './reference.ts';

/** Runs a Python program on a file; what it prints is JSON. */
async function ask(name: string, bytes: Uint8Array, program: string): Promise<unknown> {
  const folder = await mkdtemp(join(tmpdir(), 'attune-log-'));
  try {
    await writeFile(join(folder, name), bytes);
    return runPython(program, join(folder, name));
  } finally {
    await rm(folder, { recursive: true });
  }
}

const events = [1, 2, 3].map((step): TimedEvent => ({
  type: 'evaluation',
  step,
  time: 1_800_000_000 + step,
  loss: 1 / step,
  metrics: {},
  best: true,
}));

test('tensorboard reads the event file', { skip: pythonLacks('tensorboard') }, async () => {
  const program = `
import json, os, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
events = EventAccumulator(os.path.dirname(sys.argv[1]))
events.Reload()
print(json.dumps([[e.step, e.wall_time, e.value] for e in events.Scalars("eval/loss")]))`;
  assert.deepEqual(
    await ask(tensorboardFile, tensorboardLog(events), program),
    [1, 2, 3].map((step) => [step, 1_800_000_000 + step, Math.fround(1 / step)]),
  );
});

test('wandb reads the run', { skip: pythonLacks('wandb') }, async () => {
  const program = `
import json, sys, wandb
from wandb.sdk.internal.datastore import DataStore
from wandb.proto import wandb_internal_pb2
wandb._assert_is_internal_process = True
store, kinds = DataStore(), []
store.open_for_scan(sys.argv[1])
while (data := store.scan_data()) is not None:
    record = wandb_internal_pb2.Record()
    record.ParseFromString(data)
    kinds.append(record.WhichOneof("record_type"))
print(json.dumps(kinds))`;
  const run = { id: 'abcd1234', project: 'shop', name: 'train', config: {} };
  assert.deepEqual(await ask(wandbFile, wandbLog(run, events), program), [
    'run',
    'history',
    'history',
    'history',
    'summary',
    'exit',
  ]);
});
