/** JSON Lines: one JSON value a line. */
import { writeStreamAtomic, type WrittenFile } from './write-stream.ts';
import { readLineBatches } from './lines.ts';
import { parseStrictJson } from './strict-json.ts';
import { notUtf8, type TextEncoding } from './text-chunks.ts';

/** One line, numbered from 1: its value, or why it has none. */
export type JsonLine =
  | { line: number; value: unknown; error?: undefined }
  | { line: number; value?: undefined; error: string };

/**
 * Streams the values of a JSON Lines file in memory bounded by the longest line allowed (16 MiB unless told).
 * Blank lines are no records and are passed over; byte order marks and CRLF are accepted. A line that is not UTF-8, not
 * JSON, too long, too deep or has a key twice is yielded with its error, and reading goes on.
 */
export async function* readJsonLines(
  path: string,
  options: { maxLineBytes?: number; encoding?: TextEncoding } = {},
): AsyncGenerator<JsonLine> {
  for await (const batch of readLineBatches(path, options)) {
    if (batch.kind === 'oversized') {
      yield { line: batch.line, error: `the line is ${batch.bytes} bytes long, over the limit` };
      continue;
    }
    const { text, invalid } = batch;
    let line = batch.firstLine;
    for (let start = 0; start < text.length; line++) {
      const found = text.indexOf('\n', start);
      const end = found < 0 ? text.length : found;
      if (invalid.has(line)) yield { line, error: notUtf8 };
      else if (!isBlank(text, start, end)) yield parseLine(text.slice(start, end), line, found < 0);
      start = end + 1;
    }
  }
}

function parseLine(text: string, line: number, unterminated: boolean): JsonLine {
  // Files that were put together bring their byte order marks with them.
  const { value, error } = parseStrictJson(text.startsWith('\ufeff') ? text.slice(1) : text);
  if (error === undefined) return { line, value };
  if (text.includes('\0')) return { line, error: 'not UTF-8: it has zero bytes, as UTF-16 does' };
  return { line, error: unterminated ? `${error} (the file ends here without a newline: cut off?)` : error };
}

function isBlank(text: string, start: number, end: number): boolean {
  const first = text.charCodeAt(start);
  return first <= 32 && text.slice(start, end).trim() === '' ? true : start === end;
}

const bufferedCharacters = 1024 * 1024;

/** Writes values as JSON Lines, crash-safe and in memory bounded by about 1 MiB of text and the largest value. */
export async function writeJsonLines(
  path: string,
  values: Iterable<unknown> | AsyncIterable<unknown>,
): Promise<WrittenFile> {
  return writeStreamAtomic(path, encodeJsonLines(values));
}

async function* encodeJsonLines(
  values: Iterable<unknown> | AsyncIterable<unknown>,
): AsyncGenerator<Uint8Array> {
  let text = '';
  for await (const value of values) {
    text += JSON.stringify(value) + '\n';
    if (text.length < bufferedCharacters) continue;
    yield Buffer.from(text);
    text = '';
  }
  if (text !== '') yield Buffer.from(text);
}
