/**
 * The records of a JSON file too big for memory: the elements of a list, of lists within an object such as
 * `{"tickets": [...], "users": [...]}`, or one object after another (JSON Lines, or pages of such objects).
 */
import { isUtf8 } from 'node:buffer';
import { maxJsonDepth, parseStrictJson } from './strict-json.ts';
import { readTextChunks, type TextEncoding } from './text-chunks.ts';

/** Where a record begins, the list it stands in ('' for the file's own), and its value or why it has none. */
export type JsonRecord = { line: number; list: string } & (
  | { value: unknown; error?: undefined }
  | { value?: undefined; error: string }
);

export type JsonRecordOptions = {
  /** Lists whose elements are records, by the keys that lead there: `tickets`, `_embedded.conversations`. */
  lists?: readonly string[];
  /** Longest record (16 MiB unless told). */
  maxRecordBytes?: number;
  encoding?: TextEncoding;
  /** Which records to parse; the others are passed over. */
  select?: (bytes: Buffer, list: string) => boolean;
};

const defaultRecordLimit = 16 * 1024 * 1024;

/**
 * Streams the records of a JSON file in memory bounded by the longest record. A record that is broken is yielded with
 * its error, line and column, and reading goes on behind it as far as brackets and line breaks tell where that is.
 */
export async function* readJsonRecords(
  path: string,
  options: JsonRecordOptions = {},
): AsyncGenerator<JsonRecord> {
  const { select } = options;
  const oneALine = /\.(?:jsonl|ndjson)$/i.test(path);
  const chunks = readTextChunks(path, { encoding: options.encoding });
  for await (const slice of scanJsonRecords(chunks, { ...options, oneALine })) {
    if (slice.fault !== undefined) yield { line: slice.line, list: slice.list, error: slice.fault };
    else if (select === undefined || select(slice.bytes, slice.list)) yield parseSlice(slice);
  }
}

type Slice = { line: number; column: number; list: string } & (
  | { bytes: Buffer; fault?: undefined }
  | { bytes?: undefined; fault: string }
);

function parseSlice(slice: Slice & { bytes: Buffer }): JsonRecord {
  const { line, list, bytes } = slice;
  if (!isUtf8(bytes)) return { line, list, error: 'not UTF-8' };
  const text = bytes.toString('utf8');
  const { value, error } = parseStrictJson(text);
  return error === undefined ? { line, list, value } : { line, list, error: placed(error, text, slice) };
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

const code = {
  newline: 10,
  quote: 34,
  comma: 44,
  colon: 58,
  open: 91,
  backslash: 92,
  close: 93,
  openBrace: 123,
  closeBrace: 125,
};
/** Keys that lead to a list are short; of longer strings only the start is kept. */
const longestKeyBytes = 64;

/**
 * Cuts chunks of JSON into records by strings, brackets and line breaks alone; what the records hold is not looked at.
 * Columns count bytes. With `oneALine`, or once the first object has ended on its own line, a line break ends a record.
 */
export async function* scanJsonRecords(
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
  options: JsonRecordOptions & { oneALine?: boolean },
): AsyncGenerator<Slice> {
  const { lists = [], maxRecordBytes = defaultRecordLimit } = options;
  let { oneALine = false } = options;
  let line = 1;
  let lineStart = 0;
  let offset = 0;
  // The brackets that are open: their kinds up to the depth that a record may have, and their number.
  const kinds: number[] = [];
  let depth = 0;
  // Elements of the bracket at this depth are records: 0 for the file itself.
  let listDepth = 0;
  let list = '';
  // Within an object that holds lists: what stands between the lists is no record.
  let inPage = false;
  const keys = ['', '', ''];
  let lastString: number[] = [];
  let inString = false;
  let escaped = false;
  let record: { line: number; column: number; scalar: boolean } | undefined;
  let parts: Buffer[] = [];
  let partBytes = 0;
  let fault: string | undefined;

  const at = (index: number): string => `line ${line}, column ${offset + index - lineStart + 1}`;
  const finish = (): Slice => {
    const started = record!;
    const bytes = partBytes > maxRecordBytes ? undefined : Buffer.concat(parts);
    const place = { line: started.line, column: started.column, list };
    const problem =
      fault ?? (bytes === undefined ? `the record is ${partBytes} bytes long, over the limit` : undefined);
    record = undefined;
    parts = [];
    partBytes = 0;
    fault = undefined;
    return problem === undefined ? { ...place, bytes: bytes! } : { ...place, fault: problem };
  };
  const keep = (bytes: Buffer): void => {
    partBytes += bytes.length;
    if (partBytes > maxRecordBytes) parts = [];
    else parts.push(bytes);
  };
  const reset = (): void => {
    kinds.length = 0;
    depth = 0;
    listDepth = 0;
    list = '';
    inPage = false;
    inString = false;
    escaped = false;
  };
  const openBracket = (char: number): void => {
    if (depth < maxJsonDepth + 4) kinds[depth] = char;
    depth += 1;
    if (depth === 2) keys[2] = '';
  };
  /** Closes a bracket; one of the other kind closes what was left open within it, or nothing at all. */
  const closeBracket = (char: number, index: number): void => {
    const opener = char === code.close ? code.open : code.openBrace;
    if (depth > maxJsonDepth + 4 || kinds[depth - 1] === opener) {
      depth -= 1;
      return;
    }
    fault ??= `not valid JSON: a bracket does not match at ${at(index)}`;
    const match = kinds.lastIndexOf(opener, depth - 1);
    if (match >= listDepth) depth = match;
  };
  const listAt = (): string | undefined => {
    if (depth !== 1 && depth !== 2) return undefined;
    if (listDepth !== 0 || kinds[depth - 1] !== code.openBrace) return undefined;
    const path = depth === 1 ? keys[1]! : `${keys[1]}.${keys[2]}`;
    return lists.includes(path) ? path : undefined;
  };

  for await (const chunk of chunks) {
    // Where the part of the record that lies in this chunk begins.
    let from = 0;
    for (let i = 0; i < chunk.length; i++) {
      const char = chunk[i]!;
      if (char === code.newline) {
        if (inString) {
          fault ??= `not valid JSON: a string is not closed at ${at(i)}`;
          inString = false;
          escaped = false;
        }
        if (oneALine && (depth > 0 || record)) {
          if (record) {
            keep(chunk.subarray(from, i));
            if (depth > 0) fault ??= `not valid JSON: it ends too early, at ${at(i)}`;
            yield finish();
          } else yield { line, column: 1, list, fault: 'the line ends before its list does: cut off?' };
          reset();
        }
        line += 1;
        lineStart = offset + i + 1;
        if (!record?.scalar) continue;
      }
      if (inString) {
        if (escaped) escaped = false;
        else if (char === code.backslash) escaped = true;
        else if (char === code.quote) {
          inString = false;
          if (record?.scalar === true && depth === listDepth) {
            keep(chunk.subarray(from, i + 1));
            yield finish();
          }
        } else if (depth <= 2 && lastString.length < longestKeyBytes) lastString.push(char);
        continue;
      }
      if (record === undefined && !inPage) {
        if (char <= 32 || char === code.comma) continue;
        if (char === code.close && depth === listDepth && depth > 0) {
          depth -= 1;
          inPage = depth > 0;
          listDepth = 0;
          list = '';
          continue;
        }
        if (char === code.open && depth === 0) {
          openBracket(char);
          listDepth = 1;
          continue;
        }
        if (char === code.close || char === code.closeBrace) {
          yield { line, column: 1, list, fault: `not valid JSON: a bracket closes nothing at ${at(i)}` };
          continue;
        }
        const scalar = char !== code.open && char !== code.openBrace;
        fault = undefined;
        record = { line, column: offset + i - lineStart + 1, scalar };
        from = i;
      }
      if (char === code.quote) {
        inString = true;
        lastString = [];
      } else if (char === code.colon) {
        if (depth === 1 || depth === 2) keys[depth] = Buffer.from(lastString).toString('utf8');
      } else if (char === code.open || char === code.openBrace) {
        const found = char === code.open ? listAt() : undefined;
        openBracket(char);
        if (depth === maxJsonDepth + 4) fault ??= `nested more than ${maxJsonDepth} deep`;
        if (found !== undefined) {
          list = found;
          listDepth = depth;
          inPage = false;
          record = undefined;
          parts = [];
          partBytes = 0;
          fault = undefined;
        }
      } else if (record?.scalar === true) {
        const ends = char <= 32 || char === code.comma || char === code.close || char === code.closeBrace;
        if (!ends) continue;
        keep(chunk.subarray(from, i));
        yield finish();
        if (char !== code.newline) i -= 1;
      } else if (char === code.close || char === code.closeBrace) {
        closeBracket(char, i);
        if (inPage && depth === 0) inPage = false;
        if (record && depth === listDepth) {
          const { line: first } = record;
          keep(chunk.subarray(from, i + 1));
          yield finish();
          if (depth === 0 && first === 1 && line === 1) oneALine = true;
        }
      }
    }
    if (record) keep(chunk.subarray(from));
    offset += chunk.length;
  }
  if (record) {
    if (!(record.scalar && !inString)) fault ??= 'the file ends within this record: cut off?';
    yield finish();
  } else if (depth > 0)
    yield {
      line,
      column: offset - lineStart + 1,
      list,
      fault: 'the file ends before its list does: cut off?',
    };
}
