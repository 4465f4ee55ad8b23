import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import { crc32c } from '../formats/crc32c.ts';
import { encodeWandbRun } from '../formats/wandb.ts';
import { textOf, valuesOf } from '../../test/support/protobuf-reader.ts';
import { tensorboardLog, wandbLog } from './run-log.ts';
import type { TimedEvent } from './run-log.ts';

const step = (number: number): TimedEvent => ({
  type: 'step',
  time: 1_800_000_000.25 + number,
  step: number,
  steps: 300,
  loss: 1 / number,
  metrics: { 'rewards/accuracies': 0.75 },
  learningRate: 1e-4,
  gradientNorm: 2.5,
  tokens: 1000,
  tokensPerSecond: 512,
  memoryBytes: 1e9,
});
const events: TimedEvent[] = [
  { type: 'note', message: 'begins', time: 1_800_000_000.25 },
  step(1),
  step(200),
  { type: 'evaluation', time: 1_800_000_300, step: 200, loss: 0.5, metrics: {}, best: true },
];

test('CRC-32C of the examples of RFC 3720', () => {
  assert.equal(crc32c(Buffer.from('123456789')), 0xe3069283);
  assert.equal(crc32c(new Uint8Array(32)), 0x8a9136aa);
  assert.equal(crc32c(new Uint8Array(32).fill(0xff)), 0x62a8ab43);
  assert.equal(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e);
});

/** TFRecords as tensorboard/compat/tensorflow_stub/pywrap_tensorflow.py reads them. */
function readTfRecords(file: Buffer): Buffer[] {
  const unmask = (masked: number): number => {
    const rotated = (masked - 0xa282ead8) >>> 0;
    return ((rotated >>> 17) | (rotated << 15)) >>> 0;
  };
  const records: Buffer[] = [];
  for (let at = 0; at < file.length;) {
    const length = Number(file.readBigUInt64LE(at));
    assert.equal(unmask(file.readUInt32LE(at + 8)), crc32c(file.subarray(at, at + 8)));
    const data = file.subarray(at + 12, at + 12 + length);
    assert.equal(unmask(file.readUInt32LE(at + 12 + length)), crc32c(data));
    records.push(data);
    at += 16 + length;
  }
  return records;
}

test('a TensorBoard file holds the scalars of every step and evaluation', () => {
  const [header, ...scalars] = readTfRecords(Buffer.from(tensorboardLog(events)));
  assert.equal(textOf(header!, 3), 'brain.Event:2');
  assert.equal(valuesOf<number>(header!, 1)[0], 1_800_000_000.25);
  const read = scalars.map((event) => ({
    time: valuesOf<number>(event, 1)[0],
    step: valuesOf<number>(event, 2)[0],
    values: Object.fromEntries(
      valuesOf<Buffer>(valuesOf<Buffer>(event, 5)[0]!, 1).map((value) => [
        textOf(value, 1),
        valuesOf<number>(value, 2)[0],
      ]),
    ),
  }));
  assert.deepEqual(
    read.map((event) => event.step),
    [1, 200, 200],
  );
  assert.deepEqual(read[0], {
    time: 1_800_000_001.25,
    step: 1,
    values: {
      'train/loss': 1,
      'train/learning_rate': Math.fround(1e-4),
      'train/grad_norm': 2.5,
      'train/tokens_per_second': 512,
      'train/rewards/accuracies': 0.75,
    },
  });
  assert.deepEqual(read[2]!.values, { 'eval/loss': 0.5 });
});

/** Records of a .wandb file, read as wandb/sdk/internal/datastore.py reads them. */
function readWandb(file: Buffer): Buffer[] {
  assert.equal(file.subarray(0, 4).toString(), ':W&B');
  assert.equal(file.readUInt16LE(4), 0xbee1);
  assert.equal(file.readUInt8(6), 0);
  const records: Buffer[] = [];
  let parts: Buffer[] = [];
  for (let at = 7; at < file.length;) {
    const space = 32_768 - (at % 32_768);
    if (space < 7) {
      assert.ok(file.subarray(at, at + space).every((byte) => byte === 0));
      at += space;
      continue;
    }
    const [checksum, length, type] = [
      file.readUInt32LE(at),
      file.readUInt16LE(at + 4),
      file.readUInt8(at + 6),
    ];
    const data = file.subarray(at + 7, at + 7 + length);
    assert.equal(checksum, crc32(Buffer.concat([Buffer.of(type), data])));
    assert.ok(7 + length <= space, 'a chunk stays in its block');
    assert.ok(parts.length === 0 ? type === 1 || type === 2 : type === 3 || type === 4);
    parts.push(data);
    if (type === 1 || type === 4) {
      records.push(Buffer.concat(parts));
      parts = [];
    }
    at += 7 + length;
  }
  assert.equal(parts.length, 0);
  return records;
}

/** Key and JSON value of the items of a message. */
function items(message: Buffer): Record<string, unknown> {
  return Object.fromEntries(
    valuesOf<Buffer>(message, 1).map((item) => [textOf(item, 1), JSON.parse(textOf(item, 16)!)]),
  );
}

test('a W&B file holds the run, a row for each step, the summary and the exit', () => {
  const run = { id: 'abcd1234', project: 'shop', name: 'train abcd1234', config: { learning_rate: 0.1 } };
  const records = readWandb(Buffer.from(wandbLog(run, events)));
  const of = (record: Buffer, field: number): Buffer => valuesOf<Buffer>(record, field)[0]!;
  assert.deepEqual(
    records.map((record) => valuesOf<number>(record, 1)[0]),
    [1, 2, 3, 4, 5],
  );
  const header = of(records[0]!, 17);
  assert.deepEqual(
    [1, 3, 8].map((field) => textOf(header, field)),
    ['abcd1234', 'shop', run.name],
  );
  assert.deepEqual(items(of(header, 4)), { learning_rate: 0.1 });
  assert.deepEqual(
    [1, 2].map((field) => valuesOf<number>(of(header, 17), field)[0]),
    [1_800_000_000, 250_000_000],
  );
  assert.deepEqual(items(of(records[1]!, 2))['train/loss'], 1);
  const last = items(of(records[2]!, 2));
  assert.deepEqual(
    [last['_step'], last['train/loss'], last['eval/loss'], last['_runtime']],
    [200, 0.005, 0.5, 299.75],
  );
  assert.deepEqual(items(of(records[3]!, 3)), last);
  assert.equal(valuesOf<number>(of(records[4]!, 18), 2)[0], 300);
});

test('records that do not fit a block of a W&B file are cut, whatever is left of it', () => {
  for (const length of [32_600, 32_650, 32_700, 32_720, 70_000, 100_000])
    for (let extra = 0; extra < 60; extra++) {
      const config = { text: 'x'.repeat(length + extra) };
      const run = { id: 'a', project: 'p', name: 'n', config, startSeconds: 1 };
      const rows = [{ step: 1, seconds: 2, values: { loss: 1 } }];
      const records = readWandb(Buffer.from(encodeWandbRun(run, rows)));
      assert.deepEqual(items(valuesOf<Buffer>(valuesOf<Buffer>(records[0]!, 17)[0]!, 4)[0]!), config);
      assert.equal(records.length, 4);
    }
});
