/** A user's own module: `export async function* examples(options, context)` yields examples. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AttuneError } from '../../base/errors.ts';
import { type SourceConfig, sourceName } from '../config/sources.ts';
import { RecordError } from './field-checks.ts';
import { finishExample } from './finish-example.ts';
import type { SourceContext, SourceItem } from './source.ts';
import { validateExample } from './validate-example.ts';

type Options = Readonly<Record<string, unknown>>;
type SourceModule = {
  examples: (options: Options, context: SourceContext) => AsyncIterable<unknown> | Iterable<unknown>;
  /** Files that the examples are made from, relative to the project folder: a change of one makes collect run again. */
  files?: (
    options: Options,
    context: Pick<SourceContext, 'projectFolder'>,
  ) => readonly string[] | Promise<readonly string[]>;
};

/** Examples of the module, each checked. Throws AttuneError 'data' naming the module when its code throws. */
export async function* readModuleSource(
  file: string,
  config: SourceConfig,
  context: SourceContext,
): AsyncGenerator<SourceItem> {
  const source = sourceName(config);
  const module = await loadModule(file, context.projectFolder);
  let record = 0;
  for await (const value of guarded(file, () => module.examples(config.options ?? {}, context))) {
    record += 1;
    const place = { file, record };
    try {
      yield { place, example: finishExample(validateExample(value), source, place) };
    } catch (cause) {
      if (!(cause instanceof RecordError)) throw cause;
      yield { place, rejected: cause.message };
    }
  }
}

/** What the module's `files` export names, as absolute paths; none when it has no such export. */
export async function moduleFiles(file: string, options: Options, projectFolder: string): Promise<string[]> {
  const module = await loadModule(file, projectFolder);
  if (typeof module.files !== 'function') return [];
  const files = await module.files(options, { projectFolder });
  return files.map((path) => resolve(projectFolder, path));
}

async function loadModule(file: string, projectFolder: string): Promise<SourceModule> {
  const path = resolve(projectFolder, file);
  if (!existsSync(path))
    throw new AttuneError('config', `the module ${file} does not exist`, { fix: `Looked for ${path}.` });
  let module: Partial<SourceModule>;
  try {
    module = (await import(pathToFileURL(path).href)) as Partial<SourceModule>;
  } catch (cause) {
    throw moduleError(file, cause);
  }
  if (typeof module.examples !== 'function')
    throw new AttuneError('config', `the module ${file} does not export a function named examples`, {
      fix: 'Write: export async function* examples(options, context) { yield { messages, meta } }',
    });
  return module as SourceModule;
}

/** Iterates with the module's own failures told apart from those of the code that reads on. */
async function* guarded(
  file: string,
  start: () => AsyncIterable<unknown> | Iterable<unknown>,
): AsyncGenerator<unknown> {
  try {
    const values = start();
    if (
      values === null ||
      typeof values !== 'object' ||
      !(Symbol.asyncIterator in values || Symbol.iterator in values)
    )
      throw new Error('examples did not return a generator; write async function*');
    for await (const value of values) yield value;
  } catch (cause) {
    throw moduleError(file, cause);
  }
}

function moduleError(file: string, cause: unknown): AttuneError {
  if (cause instanceof AttuneError) return cause;
  const error = cause instanceof Error ? cause : new Error(String(cause));
  const where = error.stack
    ?.split('\n')
    .find((line) => /\.[cm]?[jt]s:\d+:\d+/.test(line))
    ?.trim();
  return new AttuneError('data', `the module ${file} failed: ${error.message}`, {
    fix: where ? `It happened ${where}.` : undefined,
    cause,
  });
}
