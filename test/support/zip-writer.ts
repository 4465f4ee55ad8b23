/** Writes ZIP archives for tests, honest and hostile ones. */
import { crc32, deflateRawSync } from 'node:zlib';

export type ZipFile = {
  name: string;
  data: Buffer | string;
  /** 0 stored, 8 deflated (default), or a claim that is not true. */
  method?: number;
  /** Unpacked size to claim in place of the true one. */
  claimedBytes?: number;
  flags?: number;
  /** Packed bytes in place of those of `data`. */
  packed?: Buffer;
};

/** `aliases` are further names in the directory for the file at an index: the same bytes, unpacked again. */
export function writeZip(
  files: readonly ZipFile[],
  aliases: readonly { name: string; of: number }[] = [],
): Buffer {
  const parts: Buffer[] = [];
  const records: { name: string; fields: Buffer; at: number }[] = [];
  let at = 0;
  for (const { name, data, method = 8, claimedBytes, flags = 0x800, packed: own } of files) {
    const raw = Buffer.from(data);
    const packed = own ?? (method === 8 ? deflateRawSync(raw) : raw);
    const fields = Buffer.alloc(22);
    fields.writeUInt16LE(flags, 0);
    fields.writeUInt16LE(method, 2);
    fields.writeUInt32LE(crc32(raw), 8);
    fields.writeUInt32LE(packed.length, 12);
    fields.writeUInt32LE(claimedBytes ?? raw.length, 16);
    fields.writeUInt16LE(Buffer.byteLength(name), 20);
    const header = Buffer.concat([
      Buffer.from('504b03041400', 'hex'),
      fields,
      Buffer.alloc(2),
      Buffer.from(name),
    ]);
    parts.push(header, packed);
    records.push({ name, fields, at });
    at += header.length + packed.length;
  }
  const all = [...records, ...aliases.map(({ name, of }) => ({ ...records[of]!, name }))];
  const directory = all.map(({ name, fields, at: start }) => {
    const renamed = Buffer.from(fields);
    renamed.writeUInt16LE(Buffer.byteLength(name), 20);
    const tail = Buffer.alloc(16);
    tail.writeUInt32LE(start, 12);
    return Buffer.concat([
      Buffer.from('504b010214001400', 'hex'),
      renamed,
      tail.subarray(0, 2),
      tail.subarray(2),
      Buffer.from(name),
    ]);
  });
  const size = directory.reduce((sum, one) => sum + one.length, 0);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(all.length, 8);
  end.writeUInt16LE(all.length, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, ...directory, end]);
}
