import { AttuneError } from '../base/errors.ts';
import { readJsonLines } from '../formats/jsonl.ts';
import type { Example } from './example.ts';

/** Longer than a record that collect accepts can grow. */
export const ownLineLimitBytes = 256 * 1024 * 1024;

/** The examples of a file that Attune wrote. Throws AttuneError 'storage' at a line that it cannot have written. */
export async function* readExamples(path: string): AsyncGenerator<Example> {
  for await (const { line, value, error } of readJsonLines(path, { maxLineBytes: ownLineLimitBytes })) {
    if (error !== undefined)
      throw new AttuneError('storage', `${path}, line ${line}: ${error}; the file was changed or damaged`, {
        fix: 'Run the stage that made it again with --force.',
      });
    yield value as Example;
  }
}
