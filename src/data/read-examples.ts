import { AttuneError } from '../base/errors.ts';
import { readJsonLines } from '../formats/jsonl.ts';
import type { Example } from './example.ts';

/** Longer than a record that collect accepts can grow. */
export const ownLineLimitBytes = 256 * 1024 * 1024;

/**
 * Streams the examples of a file that Attune wrote. Throws AttuneError 'storage' when it cannot be read and 'data' at a
 * line that is no example.
 */
export async function* readExamples(path: string): AsyncGenerator<Example> {
  for await (const { line, value, error } of readJsonLines(path, { maxLineBytes: ownLineLimitBytes })) {
    if (error !== undefined || !isExample(value))
      throw new AttuneError('data', `${path}:${line} is not an example${error ? `: ${error}` : ''}`, {
        fix: 'A file that a stage made was changed or damaged: make it again with --force. Conversations of your own are read as a source: name them under collect.sources.',
      });
    yield value;
  }
}

/** All examples of a file at once, for splits that are drawn from or gone through more than once. */
export async function loadExamples(path: string): Promise<Example[]> {
  const examples: Example[] = [];
  for await (const example of readExamples(path)) examples.push(example);
  return examples;
}

function isExample(value: unknown): value is Example {
  const { messages, meta } = (value ?? {}) as Partial<Example>;
  return Array.isArray(messages) && typeof meta?.id === 'string';
}
