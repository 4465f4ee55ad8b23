import { readFile, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import { storageError } from '../../base/storage-error.ts';
import { readCsvFields } from '../../formats/csv.ts';
import { readJsonLines } from '../../formats/jsonl.ts';
import { readLineBatches } from '../../formats/lines.ts';
import { parseStrictJson } from '../../formats/strict-json.ts';

export type BenchmarkText = { text: string; place: string };

const jsonLimitBytes = 256 * 1024 * 1024;

/**
 * Every text in a benchmark's file, whatever its fields are called: questions, options, passages, answers; the place names
 * `shownPath`. CSV files may lack a header. Throws AttuneError 'data' for a file of another kind, or one that cannot be read as what it says it is.
 */
export async function* readBenchmarkTexts(
  path: string,
  shownPath: string = path,
): AsyncGenerator<BenchmarkText> {
  const kind = extname(path).toLowerCase();
  if (kind === '.jsonl' || kind === '.ndjson') {
    for await (const { line, value, error } of readJsonLines(path)) {
      if (error !== undefined) throw unreadable(path, `line ${line}: ${error}`);
      yield* textsIn(value, `${shownPath}:${line}`);
    }
  } else if (kind === '.json') yield* textsIn(await readJsonFile(path), shownPath);
  else if (kind === '.csv' || kind === '.tsv') {
    for await (const { line, fields, error } of readCsvFields(path)) {
      if (error !== undefined) throw unreadable(path, `line ${line}: ${error}`);
      yield* textsIn(fields, `${shownPath}:${line}`);
    }
  } else if (kind === '.txt' || kind === '.md') yield* linesOf(path, shownPath);
  else
    throw new AttuneError('data', `the benchmark ${path} is none of .jsonl, .json, .csv, .tsv, .txt`, {
      fix: 'Convert it to one of these, or give it the right ending.',
    });
}

async function* linesOf(path: string, shownPath: string): AsyncGenerator<BenchmarkText> {
  for await (const batch of readLineBatches(path)) {
    if (batch.kind === 'oversized') throw unreadable(path, `line ${batch.line} is ${batch.bytes} bytes long`);
    let line = batch.firstLine;
    for (const text of batch.text.split('\n')) yield { text, place: `${shownPath}:${line++}` };
  }
}

async function readJsonFile(path: string): Promise<unknown> {
  try {
    const { size } = await stat(path);
    if (size > jsonLimitBytes)
      throw unreadable(
        path,
        `it is ${size} bytes long; a .json file may have ${jsonLimitBytes}, a .jsonl any`,
      );
    const { value, error } = parseStrictJson(await readFile(path, 'utf8'));
    if (error !== undefined) throw unreadable(path, error);
    return value;
  } catch (cause) {
    throw storageError(path, cause);
  }
}

/** The strings of a JSON value at any depth; the depth is bounded by the reader. */
function* textsIn(value: unknown, place: string): Generator<BenchmarkText> {
  if (typeof value === 'string') yield { text: value, place };
  else if (value !== null && typeof value === 'object')
    for (const inner of Object.values(value)) yield* textsIn(inner, place);
}

function unreadable(path: string, why: string): AttuneError {
  return new AttuneError('data', `the benchmark ${path} cannot be read: ${why}`, {
    fix: 'Correct the file, or take it out of split.benchmarks.',
  });
}
