/**
 * A run of Weights & Biases as its offline mode leaves it: `run-<id>.wandb`, which `wandb sync` uploads. A log in LevelDB's
 * format, with CRC-32 in place of CRC-32C and a header of its own (wandb/sdk/internal/datastore.py), of Record messages
 * (wandb/proto/wandb_internal.proto).
 */
import { crc32 } from 'node:zlib';
import { ProtobufWriter } from './protobuf.ts';

export type WandbRun = {
  id: string;
  project: string;
  name: string;
  /** Settings, as JSON values. */
  config: Readonly<Record<string, unknown>>;
  /** Seconds since 1970. */
  startSeconds: number;
};

/** What was logged at one step. Steps rise. */
export type WandbRow = { step: number; seconds: number; values: Readonly<Record<string, number>> };

/** The whole file of a run that ended well. */
export function encodeWandbRun(run: WandbRun, rows: readonly WandbRow[]): Uint8Array {
  const log = new LevelDbLog(Buffer.of(...Buffer.from(':W&B'), 0xe1, 0xbe, 0));
  let number = 0;
  /** `type` is the field of the record's kind. */
  const write = (type: number, content: ProtobufWriter): void =>
    log.append(new ProtobufWriter().varint(1, ++number).message(type, content).finish());
  write(17, runRecord(run));
  const summary: Record<string, number> = {};
  for (const { step, seconds, values } of rows) {
    const row = { ...values, _step: step, _runtime: seconds - run.startSeconds, _timestamp: seconds };
    write(2, withItems(new ProtobufWriter(), 1, row).message(2, new ProtobufWriter().varint(1, step)));
    Object.assign(summary, row);
  }
  write(3, withItems(new ProtobufWriter(), 1, summary));
  const runtime = Math.round((rows.at(-1)?.seconds ?? run.startSeconds) - run.startSeconds);
  write(18, new ProtobufWriter().varint(2, runtime));
  return log.finish();
}

function runRecord({ id, project, name, config, startSeconds }: WandbRun): ProtobufWriter {
  const seconds = Math.floor(startSeconds);
  const start = new ProtobufWriter().varint(1, seconds).varint(2, Math.round((startSeconds - seconds) * 1e9));
  return new ProtobufWriter()
    .text(1, id)
    .text(3, project)
    .message(4, withItems(new ProtobufWriter(), 1, config))
    .text(8, name)
    .message(17, start);
}

/** Adds items of a key and a value in JSON, which history, summary and config have alike. */
function withItems(
  message: ProtobufWriter,
  field: number,
  items: Readonly<Record<string, unknown>>,
): ProtobufWriter {
  for (const [key, value] of Object.entries(items))
    if (value !== undefined)
      message.message(field, new ProtobufWriter().text(1, key).text(16, JSON.stringify(value)));
  return message;
}

const blockLength = 32_768;
const recordHeaderLength = 7;
const chunkTypes = { full: 1, first: 2, middle: 3, last: 4 };

/** Blocks of 32 kB; what does not fit in the rest of one is cut into chunks (LevelDB's doc/log_format.md). */
class LevelDbLog {
  #parts: Uint8Array[];
  #length: number;

  constructor(header: Uint8Array) {
    this.#parts = [header];
    this.#length = header.length;
  }

  append(data: Uint8Array): void {
    for (let start = 0, first = true; first || start < data.length; first = false) {
      let space = blockLength - (this.#length % blockLength);
      if (space < recordHeaderLength) {
        this.#push(new Uint8Array(space));
        space = blockLength;
      }
      const end = Math.min(data.length, start + space - recordHeaderLength);
      const last = end === data.length;
      const { full, first: begins, middle, last: ends } = chunkTypes;
      this.#chunk(first ? (last ? full : begins) : last ? ends : middle, data.subarray(start, end));
      start = end;
    }
  }

  finish(): Uint8Array {
    return Buffer.concat(this.#parts, this.#length);
  }

  #chunk(type: number, data: Uint8Array): void {
    const header = Buffer.alloc(recordHeaderLength);
    header.writeUInt32LE(crc32(data, crc32(Buffer.of(type))), 0);
    header.writeUInt16LE(data.length, 4);
    header.writeUInt8(type, 6);
    this.#push(header);
    this.#push(data);
  }

  #push(part: Uint8Array): void {
    this.#parts.push(part);
    this.#length += part.length;
  }
}
