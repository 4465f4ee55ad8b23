import { isUtf8 } from 'node:buffer';
import { readTextChunks, type TextEncoding } from './text-chunks.ts';

/** Lines read at once: `text` holds whole lines, each with its newline but perhaps the file's last. */
export type LineBatch = {
  kind: 'lines';
  /** Number of the first line, from 1. */
  firstLine: number;
  text: string;
  /** Numbers of the lines that are not UTF-8; their bad bytes stand as U+FFFD in `text`. */
  invalid: ReadonlySet<number>;
};

/** A line over the limit; its bytes were skipped, not kept. */
export type OversizedLine = { kind: 'oversized'; line: number; bytes: number };

export const defaultLineLimitBytes = 16 * 1024 * 1024;

const newline = 10;
const chunkBytes = 1024 * 1024;
const noLines: ReadonlySet<number> = new Set();

/**
 * Streams a text file as batches of whole lines in memory bounded by the line limit. A byte order mark is left out.
 * Throws AttuneError 'storage' when the file cannot be read and 'data' when it is compressed.
 */
export async function* readLineBatches(
  path: string,
  { maxLineBytes = defaultLineLimitBytes, encoding }: { maxLineBytes?: number; encoding?: TextEncoding } = {},
): AsyncGenerator<LineBatch | OversizedLine> {
  let line = 1;
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  let oversized = false;
  const decoded = (bytes: Buffer): LineBatch => {
    const batch = decodeLines(bytes, line);
    line += countNewlines(bytes);
    return batch;
  };
  // A chunk is never longer than the limit, so only a line that began in an earlier chunk can be over it.
  const chunks = readTextChunks(path, { encoding, chunkBytes: Math.min(chunkBytes, maxLineBytes) });
  for await (let chunk of chunks) {
    const firstNewline = chunk.indexOf(newline);
    const tooLong = pendingBytes + (firstNewline < 0 ? chunk.length : firstNewline) > maxLineBytes;
    if (oversized || tooLong) {
      oversized = true;
      pending = [];
      pendingBytes += firstNewline < 0 ? chunk.length : firstNewline;
      if (firstNewline < 0) continue;
      yield { kind: 'oversized', line, bytes: pendingBytes };
      line += 1;
      oversized = false;
      pendingBytes = 0;
      chunk = chunk.subarray(firstNewline + 1);
    }
    const end = chunk.lastIndexOf(newline) + 1;
    if (end > 0) {
      yield decoded(
        pending.length === 0 ? chunk.subarray(0, end) : Buffer.concat([...pending, chunk.subarray(0, end)]),
      );
      pending = [];
      pendingBytes = 0;
    }
    if (end < chunk.length) pending.push(chunk.subarray(end));
    pendingBytes += chunk.length - end;
  }
  if (oversized) yield { kind: 'oversized', line, bytes: pendingBytes };
  else if (pendingBytes > 0) yield decoded(Buffer.concat(pending));
}

/** Decodes a batch at once when all of it is UTF-8, and line by line when not, to name the lines that are bad. */
function decodeLines(bytes: Buffer, firstLine: number): LineBatch {
  if (isUtf8(bytes)) return { kind: 'lines', firstLine, text: bytes.toString('utf8'), invalid: noLines };
  const invalid = new Set<number>();
  const parts: string[] = [];
  for (let start = 0, line = firstLine; start < bytes.length; line++) {
    const found = bytes.indexOf(newline, start);
    const end = found < 0 ? bytes.length : found + 1;
    const one = bytes.subarray(start, end);
    if (!isUtf8(one)) invalid.add(line);
    parts.push(one.toString('utf8'));
    start = end;
  }
  return { kind: 'lines', firstLine, text: parts.join(''), invalid };
}

function countNewlines(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, at + 1)) count += 1;
  return count;
}
