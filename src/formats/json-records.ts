/**
 * The records of a JSON file too big for memory: the elements of a list, of lists within an object such as
 * `{"tickets": [...], "users": [...]}`, or one object after another (JSON Lines, or pages of such objects).
 */
import { isUtf8 } from 'node:buffer';
import { type JsonSlice, scanJsonRecords } from './json-scan.ts';
import { parseStrictJson } from './strict-json.ts';
import { notUtf8, readTextChunks, type TextEncoding } from './text-chunks.ts';

/**
 * Where a record begins (the column, in bytes, where another record begins before it on its line), the list it stands in
 * ('' for the file's own), and its value or why it has none.
 */
export type JsonRecord = { line: number; column?: number; list: string } & (
  | { value: unknown; error?: undefined }
  | { value?: undefined; error: string }
);

export type JsonRecordOptions = {
  /** Lists whose elements are records, by the keys that lead there: `tickets`, `_embedded.conversations`. */
  lists?: readonly string[];
  /** Keys that make an object one record, whatever lists stand behind them. */
  wholes?: readonly string[];
  /** Longest record (16 MiB unless told). */
  maxRecordBytes?: number;
  encoding?: TextEncoding;
  /** Which records to parse; the others are passed over. */
  select?: (bytes: Buffer, list: string) => boolean;
};

/**
 * Streams the records of a JSON file in memory bounded by the longest record. A record that is broken is yielded with
 * its error, line and column, and reading goes on behind it as far as brackets and line breaks tell where that is.
 */
export function readJsonRecords(path: string, options: JsonRecordOptions = {}): AsyncGenerator<JsonRecord> {
  const oneALine = /\.(?:jsonl|ndjson)$/i.test(path);
  return recordsOf(readTextChunks(path, { encoding: options.encoding }), oneALine, options);
}

/** The records of JSON that is in memory already, in UTF-8, as a file of an archive is. */
export function readJsonBytes(bytes: Buffer, options: JsonRecordOptions = {}): AsyncGenerator<JsonRecord> {
  return recordsOf([bytes], false, options);
}

async function* recordsOf(
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
  oneALine: boolean,
  options: JsonRecordOptions,
): AsyncGenerator<JsonRecord> {
  const { select } = options;
  let lastLine = 0;
  for await (const slice of scanJsonRecords(chunks, { ...options, oneALine })) {
    const place = {
      line: slice.line,
      ...(slice.line === lastLine && { column: slice.column }),
      list: slice.list,
    };
    lastLine = slice.line;
    if (slice.fault !== undefined) yield { ...place, error: slice.fault };
    else if (select === undefined || select(slice.bytes, slice.list))
      yield { ...place, ...parseSlice(slice) };
  }
}

function parseSlice(
  slice: JsonSlice & { bytes: Buffer },
): { value: unknown; error?: undefined } | { error: string } {
  if (!isUtf8(slice.bytes)) return { error: notUtf8 };
  const text = slice.bytes.toString('utf8');
  const { value, error } = parseStrictJson(text);
  return error === undefined ? { value } : { error: placed(error, text, slice) };
}

/** The error with the line and column of the file in place of the character of the record. V8 does not always tell the character. */
function placed(error: string, text: string, start: { line: number; column: number }): string {
  const character = / at character (\d+)/.exec(error);
  if (!character) return `${error}, in the record at line ${start.line}, column ${start.column}`;
  const before = text.slice(0, Number(character[1]) - 1);
  const breaks = before.split('\n').length - 1;
  const column = breaks === 0 ? start.column + before.length : before.length - before.lastIndexOf('\n');
  return error.replace(character[0], ` at line ${start.line + breaks}, column ${column}`);
}
