import type { Reporter } from '../../base/progress.ts';
import type { Example } from '../example.ts';

/** Where a record stands: the file as the project file writes it, and the line, or the count of a module's records. */
export type Place = { file: string; line?: number; record?: number };

export type SourceItem =
  | { example: Example; place: Place; rejected?: undefined }
  | { example?: undefined; place: Place; rejected: string };

export type SourceContext = {
  /** Paths in the project file are relative to it. */
  projectFolder: string;
  /** For sources that choose at random. */
  seed: number;
  report: Reporter;
  signal: AbortSignal;
};

export function placeText({ file, line, record }: Place): string {
  if (line !== undefined) return `${file}:${line}`;
  return record === undefined ? file : `${file}#${record}`;
}
