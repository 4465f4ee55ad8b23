import { open } from 'node:fs/promises';
import { storageError } from '../../base/storage-error.ts';

export type ByteRange = { start: number; end: number };

const newline = 10;
const blockBytes = 1024 * 1024;

/** Ranges that cover a file, each of `rangeBytes` but the last. */
export function divideBytes(byteLength: number, rangeBytes: number): ByteRange[] {
  return Array.from({ length: Math.ceil(byteLength / rangeBytes) }, (_, i) => ({
    start: i * rangeBytes,
    end: Math.min(byteLength, (i + 1) * rangeBytes),
  }));
}

/**
 * The lines whose first byte lies in [start, end), whole, however far the last one reaches. So ranges that cover a file
 * give each of its lines once, wherever they are cut. A last line without a newline gets one. Throws AttuneError 'storage'.
 */
export async function readLineRange(path: string, { start, end }: ByteRange): Promise<Buffer> {
  try {
    const file = await open(path, 'r');
    try {
      // The byte before tells whether a line begins at `start`.
      const from = Math.max(0, start - 1);
      const head = await readFully(file, from, end - from);
      const first = start === 0 ? 0 : head.indexOf(newline) + 1;
      if (start > 0 && (first === 0 || first + from >= end)) return Buffer.alloc(0);
      const blocks = [head.subarray(first)];
      for (let at = end, last = head.at(-1); last !== newline;) {
        const block = await readFully(file, at, blockBytes);
        const found = block.indexOf(newline);
        if (found >= 0 || block.length === 0) {
          blocks.push(found >= 0 ? block.subarray(0, found + 1) : Buffer.of(newline));
          break;
        }
        blocks.push(block);
        at += block.length;
        last = block.at(-1);
      }
      return blocks.length === 1 ? blocks[0]! : Buffer.concat(blocks);
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw storageError(path, cause);
  }
}

/** Where the lines are, each with its newline. */
export function* lineRanges(bytes: Buffer): Generator<ByteRange> {
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(newline, start) + 1 || bytes.length;
    yield { start, end };
    start = end;
  }
}

async function readFully(
  file: {
    read: (
      buffer: Buffer,
      offset: number,
      length: number,
      position: number,
    ) => Promise<{ bytesRead: number }>;
  },
  position: number,
  length: number,
): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(buffer, filled, length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}
