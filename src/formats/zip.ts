/**
 * Reads a ZIP archive that may be hostile (APPNOTE.TXT 6.3.10): by its central directory, under limits, in memory.
 * Nothing is written to disk, and an entry is inflated only when it is asked for.
 */
import { crc32, inflateRawSync } from 'node:zlib';

export type ZipLimits = {
  entries: number;
  /** Bytes of one entry, unpacked. */
  entryBytes: number;
  /** Bytes of all entries that are read, unpacked. */
  totalBytes: number;
  /** Unpacked bytes for each packed one, past the first megabyte. */
  ratio: number;
};

export type ZipArchive = {
  names: readonly string[];
  /** The entry's bytes, or undefined where the archive has none of this name. Throws ZipError. */
  read: (name: string) => Buffer | undefined;
};

/** Why an archive or an entry is refused, as a clause: "it holds 70000 files, over 10000". */
export class ZipError extends Error {
  override name = 'ZipError';
}

type Entry = { name: string; method: number; crc: number; packed: number; unpacked: number; at: number };

const signatures = { entry: 0x04034b50, directory: 0x02014b50, end: 0x06054b50 };
const endBytes = 22;
const directoryBytes = 46;
const headerBytes = 30;
const encrypted = 0x1;
const freeBytes = 1024 * 1024;
/** Sizes and counts that say "see the ZIP64 record": archives over 4 GB, which nobody reads in memory. */
const zip64 = { count: 0xffff, size: 0xffffffff };

/** Throws ZipError for what is no ZIP archive, is damaged, is encrypted, or breaks a limit. */
export function openZip(bytes: Buffer, limits: ZipLimits): ZipArchive {
  const entries = new Map<string, Entry>();
  const listed = readDirectory(bytes, limits);
  for (const entry of listed) {
    if (entries.has(entry.name)) throw new ZipError(`it holds ${shown(entry.name)} twice`);
    entries.set(entry.name, entry);
  }
  refuseOverlaps(bytes, listed);
  let total = 0;
  return {
    names: [...entries.keys()],
    read: (name) => {
      const entry = entries.get(name);
      if (!entry) return undefined;
      const data = unpack(bytes, entry, Math.min(limits.entryBytes, limits.totalBytes - total), limits.ratio);
      total += data.length;
      return data;
    },
  };
}

function readDirectory(bytes: Buffer, limits: ZipLimits): Entry[] {
  const end = findEnd(bytes);
  const count = bytes.readUInt16LE(end + 10);
  const size = bytes.readUInt32LE(end + 12);
  let at = bytes.readUInt32LE(end + 16);
  if (count === zip64.count || size === zip64.size || at === zip64.size)
    throw new ZipError('it is a ZIP64 archive, for more than 4 GB');
  if (count > limits.entries) throw new ZipError(`it holds ${count} files, over ${limits.entries}`);
  const entries: Entry[] = [];
  for (let i = 0; i < count; i++) {
    if (at + directoryBytes > end || bytes.readUInt32LE(at) !== signatures.directory)
      throw new ZipError('its directory is damaged');
    const nameLength = bytes.readUInt16LE(at + 28);
    const name = bytes.toString('utf8', at + directoryBytes, Math.min(end, at + directoryBytes + nameLength));
    if (leadsOut(name)) throw new ZipError(`it holds a file whose name leads out of it, ${shown(name)}`);
    if ((bytes.readUInt16LE(at + 8) & encrypted) !== 0) throw new ZipError('it is encrypted');
    entries.push({
      name,
      method: bytes.readUInt16LE(at + 10),
      crc: bytes.readUInt32LE(at + 16),
      packed: bytes.readUInt32LE(at + 20),
      unpacked: bytes.readUInt32LE(at + 24),
      at: bytes.readUInt32LE(at + 42),
    });
    at += directoryBytes + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return entries;
}

/** The end record is the last thing in the archive but for a comment of at most 65,535 bytes. */
function findEnd(bytes: Buffer): number {
  const first = Math.max(0, bytes.length - endBytes - 0xffff);
  for (let at = bytes.length - endBytes; at >= first; at--)
    if (
      bytes.readUInt32LE(at) === signatures.end &&
      at + endBytes + bytes.readUInt16LE(at + 20) <= bytes.length
    )
      return at;
  throw new ZipError('it is no ZIP archive, or is cut off');
}

function leadsOut(name: string): boolean {
  return /^(?:[/\\]|[a-z]:)/i.test(name) || name.includes('\0') || name.split(/[/\\]/).includes('..');
}

/** Entries that share bytes unpack to far more than the archive's size, each within its own limits. */
function refuseOverlaps(bytes: Buffer, entries: readonly Entry[]): void {
  const sorted = [...entries].sort((a, b) => a.at - b.at);
  let end = 0;
  for (const entry of sorted) {
    if (entry.at < end) throw new ZipError('its files overlap one another');
    end = dataStart(bytes, entry) + entry.packed;
  }
  if (end > bytes.length) throw new ZipError('it is cut off');
}

function dataStart(bytes: Buffer, { at }: Entry): number {
  if (at + headerBytes > bytes.length || bytes.readUInt32LE(at) !== signatures.entry)
    throw new ZipError('its directory points to where no file begins');
  return at + headerBytes + bytes.readUInt16LE(at + 26) + bytes.readUInt16LE(at + 28);
}

function unpack(bytes: Buffer, entry: Entry, limitBytes: number, ratio: number): Buffer {
  const start = dataStart(bytes, entry);
  const packed = bytes.subarray(start, start + entry.packed);
  const limit = Math.min(limitBytes, Math.max(freeBytes, entry.packed * ratio));
  const refuse = (): never => {
    throw new ZipError(`its ${shown(entry.name)} unpacks to more than ${limit} bytes from ${entry.packed}`);
  };
  if (entry.unpacked > limit) refuse();
  if (entry.method !== 0 && entry.method !== 8)
    throw new ZipError(
      `its ${shown(entry.name)} is compressed in a way that is not read (method ${entry.method})`,
    );
  let data: Buffer;
  try {
    data = entry.method === 0 ? packed : inflateRawSync(packed, { maxOutputLength: limit });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') return refuse();
    throw new ZipError(`its ${shown(entry.name)} is damaged`);
  }
  if (data.length > limit) refuse();
  if (data.length !== entry.unpacked || crc32(data) !== entry.crc)
    throw new ZipError(`its ${shown(entry.name)} is damaged`);
  return data;
}

function shown(name: string): string {
  return JSON.stringify(name.slice(0, 100));
}
