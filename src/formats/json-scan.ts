/** Cuts JSON into records by strings, brackets and line breaks alone; what the records hold is not looked at. */
import { jsonCode, maxJsonDepth } from './strict-json.ts';

/** A record's bytes, or why it has none; where it begins (columns count bytes), and the list it stands in. */
export type JsonSlice = { line: number; column: number; list: string } & (
  | { bytes: Buffer; fault?: undefined }
  | { bytes?: undefined; fault: string }
);

export type ScanOptions = {
  /** Lists whose elements are records, by the keys that lead there: `tickets`, `_embedded.conversations`. */
  lists?: readonly string[];
  /** Keys that make an object one record, whatever lists stand behind them. */
  wholes?: readonly string[];
  maxRecordBytes?: number;
  /** A line break ends a record; so it does once the first object has ended on the line it began on. */
  oneALine?: boolean;
};

const defaultRecordLimit = 16 * 1024 * 1024;
const code = { ...jsonCode, newline: 10 };
/** Keys that lead to a list are short; of longer strings only the start is kept. */
const longestKeyBytes = 64;
/** Brackets beyond this depth are only counted: a record as deep is refused anyway. */
const knownDepth = maxJsonDepth + 4;

/** The records in chunks of one JSON text, in memory bounded by the longest record. */
export async function* scanJsonRecords(
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
  options: ScanOptions = {},
): AsyncGenerator<JsonSlice> {
  const scanner = new RecordScanner(options);
  for await (const chunk of chunks) yield* scanner.push(chunk);
  yield* scanner.end();
}

/** The bytes of a byte order mark: files that were put together have them between records, where no other text can be. */
function isMark(char: number): boolean {
  return char === 0xef || char === 0xbb || char === 0xbf;
}

class RecordScanner {
  #lists: readonly string[];
  #wholes: readonly string[];
  #maxRecordBytes: number;
  #oneALine: boolean;
  #line = 1;
  /** Bytes before the current line and before the current chunk. */
  #lineStart = 0;
  #offset = 0;
  #chunk: Buffer = Buffer.alloc(0);
  /** The kinds of the open brackets as far as known, and their number. */
  #kinds: number[] = [];
  #depth = 0;
  /** Elements of the bracket at this depth are records: 0 for the file itself. */
  #listDepth = 0;
  #list = '';
  /** Within an object that holds lists: what stands between them is no record. */
  #inPage = false;
  /** The record has a key that makes it one, whatever lists it holds. */
  #whole = false;
  /** The last keys at depth 1 and 2. */
  #keys = ['', '', ''];
  #lastString: number[] = [];
  #inString = false;
  #escaped = false;
  #record: { line: number; column: number; scalar: boolean } | undefined;
  /** Where the part of the record that lies in this chunk begins. */
  #from = 0;
  #parts: Buffer[] = [];
  #partBytes = 0;
  #fault: string | undefined;
  #ready: JsonSlice[] = [];

  constructor({
    lists = [],
    wholes = [],
    maxRecordBytes = defaultRecordLimit,
    oneALine = false,
  }: ScanOptions) {
    this.#lists = lists;
    this.#wholes = wholes;
    this.#maxRecordBytes = maxRecordBytes;
    this.#oneALine = oneALine;
  }

  *push(chunk: Buffer): Generator<JsonSlice> {
    this.#chunk = chunk;
    this.#from = 0;
    for (let i = 0; i < chunk.length; i++) {
      const char = chunk[i]!;
      if (char === code.newline) this.#breakLine(i);
      else if (this.#inString) this.#takeStringByte(char, i);
      else if (this.#record === undefined && !this.#inPage) this.#takeBetween(char, i);
      else this.#takeWithin(char, i);
      if (this.#ready.length > 0) yield* this.#ready.splice(0);
    }
    if (this.#record) this.#keep(chunk.length);
    this.#offset += chunk.length;
  }

  *end(): Generator<JsonSlice> {
    if (this.#record) {
      if (!this.#record.scalar || this.#inString)
        this.#fault ??= 'the file ends within this record: cut off?';
      this.#finish();
    } else if (this.#depth > 0) this.#complain('the file ends before its list does: cut off?');
    yield* this.#ready.splice(0);
  }

  #breakLine(i: number): void {
    if (this.#inString) {
      this.#fault ??= `not valid JSON: a string is not closed at ${this.#at(i)}`;
      this.#inString = false;
      this.#escaped = false;
    }
    if (this.#record?.scalar === true) this.#finishAt(i);
    if (this.#oneALine && (this.#depth > 0 || this.#record)) {
      if (this.#record) {
        this.#fault ??= `not valid JSON: it ends too early, at ${this.#at(i)}`;
        this.#finishAt(i);
      } else this.#complain('the line ends before its list does: cut off?');
      this.#kinds = [];
      this.#depth = 0;
      this.#leaveList(false);
    }
    this.#line += 1;
    this.#lineStart = this.#offset + i + 1;
  }

  #takeStringByte(char: number, i: number): void {
    if (this.#escaped) this.#escaped = false;
    else if (char === code.backslash) this.#escaped = true;
    else if (char === code.quote) {
      this.#inString = false;
      if (this.#record?.scalar === true) this.#finishAt(i + 1);
    } else if (this.#depth <= 2 && this.#lastString.length < longestKeyBytes) this.#lastString.push(char);
  }

  /** Between records: the end of the list, the beginning of the file's list, or a record. */
  #takeBetween(char: number, i: number): void {
    if (char <= 32 || char === code.comma || isMark(char)) return;
    if (char === code.close && this.#depth === this.#listDepth && this.#depth > 0) {
      this.#depth -= 1;
      this.#leaveList(this.#depth > 0);
    } else if (char === code.open && this.#depth === 0) {
      this.#openBracket(char);
      this.#listDepth = 1;
    } else if (char === code.close || char === code.closeBrace)
      this.#complain(`not valid JSON: a bracket closes nothing at ${this.#at(i)}`);
    else {
      const scalar = char !== code.open && char !== code.openBrace;
      this.#record = { line: this.#line, column: this.#column(i), scalar };
      this.#whole = false;
      this.#from = i;
      this.#fault = undefined;
      this.#takeWithin(char, i);
    }
  }

  /** Within a record, or between the lists of a page. */
  #takeWithin(char: number, i: number): void {
    if (char === code.quote) {
      this.#inString = true;
      this.#lastString = [];
    } else if (char === code.colon) {
      if (this.#depth === 1 || this.#depth === 2)
        this.#keys[this.#depth] = Buffer.from(this.#lastString).toString('utf8');
      if (this.#depth === 1 && this.#listDepth === 0 && this.#wholes.includes(this.#keys[1]!)) {
        if (this.#inPage)
          this.#complain(`${JSON.stringify(this.#keys[1])} stands behind a list; put it before`);
        else this.#whole = true;
      }
    } else if (char === code.open || char === code.openBrace) {
      const list = char === code.open ? this.#listHere() : undefined;
      this.#openBracket(char);
      if (list !== undefined) this.#enterList(list);
    } else if (this.#record?.scalar === true) {
      if (char > 32 && char !== code.comma && char !== code.close && char !== code.closeBrace) return;
      this.#finishAt(i);
      this.#takeBetween(char, i);
    } else if (char === code.close || char === code.closeBrace) this.#closeWithin(char, i);
  }

  #closeWithin(char: number, i: number): void {
    this.#closeBracket(char, i);
    if (this.#depth === 0) this.#inPage = false;
    if (!this.#record || this.#depth !== this.#listDepth) return;
    if (this.#depth === 0 && this.#record.line === 1 && this.#line === 1) this.#oneALine = true;
    this.#finishAt(i + 1);
  }

  #openBracket(char: number): void {
    if (this.#depth < knownDepth) this.#kinds[this.#depth] = char;
    this.#depth += 1;
    if (this.#depth === 2) this.#keys[2] = '';
    if (this.#depth === knownDepth) this.#fault ??= `nested more than ${maxJsonDepth} deep`;
  }

  /** Closes a bracket; one of the other kind closes what was left open within it, or nothing at all. */
  #closeBracket(char: number, i: number): void {
    const opener = char === code.close ? code.open : code.openBrace;
    if (this.#depth > knownDepth || this.#kinds[this.#depth - 1] === opener) {
      this.#depth -= 1;
      return;
    }
    this.#fault ??= `not valid JSON: a bracket does not match at ${this.#at(i)}`;
    const match = this.#kinds.lastIndexOf(opener, this.#depth - 1);
    if (match >= this.#listDepth) this.#depth = match;
  }

  /** The list of records that a bracket opens here. */
  #listHere(): string | undefined {
    const depth = this.#depth;
    if (this.#whole || this.#listDepth !== 0 || (depth !== 1 && depth !== 2)) return undefined;
    if (this.#kinds[depth - 1] !== code.openBrace) return undefined;
    const path = depth === 1 ? this.#keys[1]! : `${this.#keys[1]}.${this.#keys[2]}`;
    return this.#lists.includes(path) ? path : undefined;
  }

  /** What was taken for a record is an object that holds lists of them. */
  #enterList(list: string): void {
    this.#list = list;
    this.#listDepth = this.#depth;
    this.#inPage = false;
    this.#record = undefined;
    this.#parts = [];
    this.#partBytes = 0;
    this.#fault = undefined;
  }

  #leaveList(intoPage: boolean): void {
    this.#inPage = intoPage;
    this.#listDepth = 0;
    this.#list = '';
  }

  /** Takes the record's bytes up to an index of the chunk. */
  #keep(end: number): void {
    this.#partBytes += end - this.#from;
    if (this.#partBytes > this.#maxRecordBytes) this.#parts = [];
    else this.#parts.push(this.#chunk.subarray(this.#from, end));
  }

  #finishAt(end: number): void {
    this.#keep(end);
    this.#finish();
  }

  #finish(): void {
    const { line, column } = this.#record!;
    const place = { line, column, list: this.#list };
    if (this.#partBytes > this.#maxRecordBytes)
      this.#fault ??= `the record is ${this.#partBytes} bytes long, over the limit`;
    this.#ready.push(
      this.#fault === undefined
        ? { ...place, bytes: Buffer.concat(this.#parts) }
        : { ...place, fault: this.#fault },
    );
    this.#record = undefined;
    this.#parts = [];
    this.#partBytes = 0;
    this.#fault = undefined;
  }

  /** A fault that is no record's. */
  #complain(fault: string): void {
    this.#ready.push({ line: this.#line, column: 1, list: this.#list, fault });
  }

  #column(i: number): number {
    return this.#offset + i - this.#lineStart + 1;
  }

  #at(i: number): string {
    return `line ${this.#line}, column ${this.#column(i)}`;
  }
}
