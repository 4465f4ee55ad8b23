/**
 * Event files as TensorBoard reads them: a TFRecord file of Event messages (event.proto, summary.proto of tensorboard).
 * TensorBoard takes every file for one whose name contains `tfevents`.
 */
import { crc32c } from './crc32c.ts';
import { ProtobufWriter } from './protobuf.ts';

/** What begins a file. `seconds` since 1970. */
export function tensorboardHeader(seconds: number): Uint8Array {
  return tfRecord(new ProtobufWriter().double(1, seconds).text(3, 'brain.Event:2'));
}

/** Numbers of one step, by tag. */
export function tensorboardScalars(
  seconds: number,
  step: number,
  values: Readonly<Record<string, number>>,
): Uint8Array {
  const summary = new ProtobufWriter();
  for (const [tag, value] of Object.entries(values))
    summary.message(1, new ProtobufWriter().text(1, tag).float(2, value));
  return tfRecord(new ProtobufWriter().double(1, seconds).varint(2, step).message(5, summary));
}

/** Length (u64), its checksum, the bytes, their checksum. */
function tfRecord(message: ProtobufWriter): Uint8Array {
  const data = message.finish();
  const record = Buffer.alloc(12 + data.length + 4);
  record.writeBigUInt64LE(BigInt(data.length), 0);
  record.writeUInt32LE(maskedCrc(record.subarray(0, 8)), 8);
  data.copy(record, 12);
  record.writeUInt32LE(maskedCrc(data), 12 + data.length);
  return record;
}

/** Rotated by 15 bits and shifted, since data may itself contain checksums (TensorFlow's hash/crc32c.h). */
function maskedCrc(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
