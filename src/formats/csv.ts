/** CSV (RFC 4180) with a header row, streamed; Papa Parse does the quoting. */
import Papa from 'papaparse';
import { AttuneError } from '../base/errors.ts';
import { readLineBatches } from './lines.ts';
import { notUtf8, type TextEncoding } from './text-chunks.ts';

/** One row, with the number of its first line: its fields by column name, or why it has none. */
export type CsvRow =
  | { line: number; value: Record<string, string>; error?: undefined }
  | { line: number; value?: undefined; error: string };

export type CsvOptions = {
  /** What separates fields; told from the first rows when not given. */
  delimiter?: string;
  /** Longest row, quoted newlines included; a quote still open after this much is taken for a fault of its row. */
  maxRowCharacters?: number;
  encoding?: TextEncoding;
};

type RawRow = { line: number; fields: string[]; error?: string };

const delimiters = [',', ';', '\t', '|'];
const defaultRowLimit = 1024 * 1024;

/**
 * Streams the rows of a CSV file in flat memory. A row with too few or too many fields, a broken quote or bytes that
 * are not UTF-8 is yielded with its error and costs no other row: reading goes on at the next line.
 * Throws AttuneError 'data' when the header is missing or names a column twice.
 */
export async function* readCsv(path: string, options: CsvOptions = {}): AsyncGenerator<CsvRow> {
  let header: string[] | undefined;
  for await (const row of readRawRows(path, options)) {
    if (row.error === undefined && row.fields.length === 1 && row.fields[0]!.trim() === '') continue;
    if (header === undefined) {
      header = checkHeader(row, path);
      continue;
    }
    if (row.error !== undefined) yield { line: row.line, error: row.error };
    else if (row.fields.length !== header.length)
      yield {
        line: row.line,
        error: `the row has ${row.fields.length} fields; the header has ${header.length}`,
      };
    else yield { line: row.line, value: Object.fromEntries(header.map((name, i) => [name, row.fields[i]!])) };
  }
}

function checkHeader(row: RawRow, path: string): string[] {
  const names = row.fields.map((name) => name.trim());
  const fix = 'The first row of a CSV file names its columns, each once.';
  if (row.error !== undefined)
    throw new AttuneError('data', `${path}, line ${row.line}: ${row.error}`, { fix });
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new AttuneError('data', `${path} has two columns named "${twice}"`, { fix });
  return names;
}

/**
 * The fields of every row of a CSV file that may lack a header, or what is wrong with the row; broken rows cost no others.
 */
export async function* readCsvFields(
  path: string,
): AsyncGenerator<{ line: number; fields: string[]; error?: string }> {
  for await (const { line, fields, error } of readRawRows(path, {}))
    yield error === undefined ? { line, fields } : { line, fields, error };
}

async function* readRawRows(path: string, options: CsvOptions): AsyncGenerator<RawRow> {
  const { maxRowCharacters = defaultRowLimit } = options;
  let delimiter = options.delimiter;
  let rest = '';
  let restLine = 1;
  const invalid = new Set<number>();
  const parse = function* (ended: boolean): Generator<RawRow> {
    delimiter ??= guessDelimiter(rest);
    const parsed = parseWindow({ text: rest, line: restLine, delimiter, ended, maxRowCharacters });
    for (const row of parsed.rows) yield markInvalid(row, invalid);
    rest = parsed.rest;
    restLine = parsed.restLine;
    for (const line of invalid) if (line < restLine) invalid.delete(line);
  };
  for await (const batch of readLineBatches(path, { encoding: options.encoding })) {
    if (batch.kind === 'oversized') {
      yield* parse(true);
      yield { line: batch.line, fields: [], error: `the line is ${batch.bytes} bytes long, over the limit` };
      restLine = batch.line + 1;
      continue;
    }
    rest += batch.text;
    for (const line of batch.invalid) invalid.add(line);
    yield* parse(false);
  }
  if (rest !== '') yield* parse(true);
}

function markInvalid(row: RawRow & { endLine?: number }, invalid: ReadonlySet<number>): RawRow {
  for (let line = row.line; invalid.size > 0 && line <= (row.endLine ?? row.line); line++)
    if (invalid.has(line)) return { line: row.line, fields: [], error: notUtf8 };
  return row;
}

type Window = { text: string; line: number; delimiter: string; ended: boolean; maxRowCharacters: number };

/** The rows that lie whole in the window, and what is left of it. */
function parseWindow(window: Window): { rows: RawRow[]; rest: string; restLine: number } {
  const { delimiter, ended, maxRowCharacters } = window;
  const rows: RawRow[] = [];
  let { text, line } = window;
  for (;;) {
    const { good, consumed, fault } = parseRun(text, { delimiter, ended });
    let at = 0;
    for (const { fields, end } of good) {
      const first = line;
      line += countNewlines(text, at, end);
      // A row that ends the file may lack its newline.
      const endLine = text[end - 1] === '\n' ? line - 1 : line;
      rows.push({ line: first, fields, ...(endLine > first && { endLine }) });
      at = end;
    }
    text = text.slice(consumed);
    const open = fault === undefined && text.length > maxRowCharacters;
    const problem =
      fault ?? (open ? `a quote is opened and not closed within ${maxRowCharacters} characters` : undefined);
    if (problem === undefined || text === '') return { rows, rest: text, restLine: line };
    rows.push({ line, fields: [], error: problem });
    const next = text.indexOf('\n') + 1;
    text = next === 0 ? '' : text.slice(next);
    line += 1;
  }
}

type PapaStep = { data: string[][]; errors: { code: string }[]; meta: { cursor: number } };
type Run = { good: { fields: string[]; end: number }[]; consumed: number; fault?: string };

/** Parses rows up to the first with a broken quote. */
function parseRun(text: string, { delimiter, ended }: { delimiter: string; ended: boolean }): Run {
  const run: Run = { good: [], consumed: 0 };
  if (text === '') return run;
  const step = (result: PapaStep): void => {
    const fault = result.errors[0];
    if (fault) {
      run.fault =
        fault.code === 'MissingQuotes'
          ? 'a quote is opened and never closed'
          : 'a quote stands inside a quoted field';
      parser.abort();
      return;
    }
    const fields = result.data[0]!;
    const last = fields.length - 1;
    if (fields[last]!.endsWith('\r')) fields[last] = fields[last]!.slice(0, -1);
    run.consumed = result.meta.cursor;
    run.good.push({ fields, end: result.meta.cursor });
  };
  const config = { delimiter, newline: '\n', step } as unknown as Papa.ParseConfig;
  const parser = new Papa.Parser(config);
  parser.parse(text, 0, !ended);
  return run;
}

function countNewlines(text: string, start: number, end: number): number {
  let count = 0;
  for (let at = text.indexOf('\n', start); at >= 0 && at < end; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}

/** The delimiter that splits the first rows into the same number of fields, most fields first; a comma if none does. */
function guessDelimiter(text: string): string {
  const guess = Papa.parse<string[]>(text.slice(0, 65_536), {
    preview: 10,
    skipEmptyLines: true,
    delimitersToGuess: delimiters,
  });
  return delimiters.includes(guess.meta.delimiter) ? guess.meta.delimiter : ',';
}
