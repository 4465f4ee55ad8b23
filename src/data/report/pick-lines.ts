/** Some lines of a file of many: those that are not asked for are never parsed. */
import { readLineBatches } from '../../formats/lines.ts';
import type { Example } from '../example.ts';
import { throwIfInterrupted } from '../../base/interrupt.ts';
import { ownLineLimitBytes } from '../read-examples.ts';

/** The values of the lines that `isWanted` says yes to, of a JSON Lines file that Attune wrote. */
export async function* pickLines(
  path: string,
  isWanted: (line: string) => boolean,
  signal: AbortSignal,
): AsyncGenerator<unknown> {
  for await (const batch of readLineBatches(path, { maxLineBytes: ownLineLimitBytes })) {
    throwIfInterrupted(signal);
    if (batch.kind !== 'lines') continue;
    const { text } = batch;
    for (let start = 0; start < text.length;) {
      const end = text.indexOf('\n', start) + 1 || text.length;
      const line = text.slice(start, end);
      if (isWanted(line)) yield JSON.parse(line) as unknown;
      start = end;
    }
  }
}

export function pickExamples(
  path: string,
  isWanted: (line: string) => boolean,
  signal: AbortSignal,
): AsyncGenerator<Example> {
  return pickLines(path, isWanted, signal) as AsyncGenerator<Example>;
}
