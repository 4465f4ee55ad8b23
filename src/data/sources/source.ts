import type { Reporter } from '../../base/progress.ts';
import type { Example } from '../example.ts';

/**
 * Where a record stands: the file as the project file writes it, and the line, or the count of a module's records. The
 * column is there where several records begin on one line.
 */
export type Place = { file: string; line?: number; column?: number; record?: number };

/** What an importer did to a record, for the ledger. `kind` is what equal reasons are counted under. */
export type SourceChange = { rule: string; reason: string; kind?: string };

/** A record as an example; or why it could not be read, which counts against `max_bad_share`; or why there is nothing to learn from it. */
export type SourceItem = { place: Place } & (
  | { example: Example; changes?: readonly SourceChange[]; rejected?: undefined; leftOut?: undefined }
  | { example?: undefined; rejected: string; leftOut?: undefined }
  | { example?: undefined; rejected?: undefined; leftOut: { reason: string; kind?: string; id?: string } }
);

export type SourceContext = {
  /** Paths in the project file are relative to it. */
  projectFolder: string;
  /** For sources that choose at random. */
  seed: number;
  report: Reporter;
  signal: AbortSignal;
};

export function placeText({ file, line, column, record }: Place): string {
  if (line !== undefined) return `${file}:${line}${column === undefined ? '' : `:${column}`}`;
  return record === undefined ? file : `${file}#${record}`;
}
