/** Validates a finished set of examples, or the sources of a project as collect reads them. */
import { AttuneError } from '../base/errors.ts';
import { counted } from '../base/number-text.ts';
import { readExamples } from '../data/read-examples.ts';
import { readSource } from '../data/sources/read-source.ts';
import { placeText } from '../data/sources/source.ts';
import type { TaskType } from '../data/validate/report.ts';
import { validateExamples, type ValidationItem } from '../data/validate/validate.ts';
import type { Context } from './context.ts';
import { formatValidation } from './data-text.ts';
import { exampleFiles } from './example-files.ts';

/** Prints what was found; without `set`, in the project's sources. Throws AttuneError 'data' when there are errors. */
export async function validateSet(
  set: string | undefined,
  task: TaskType | undefined,
  context: Context,
): Promise<void> {
  const items = set === undefined ? sourceItems(context) : exampleItems(await exampleFiles(context, set));
  const { min_characters } = set === undefined ? (await context.project()).config.curate : {};
  const report = await validateExamples(items, {
    signal: context.io.signal,
    minCharacters: min_characters,
    ...(task !== undefined && { taskType: task }),
  });
  context.result(report, formatValidation(report));
  if (report.errors > 0)
    throw new AttuneError(
      'data',
      `${counted(report.errors, 'kind of error stands', 'kinds of errors stand')} in the way of training`,
      {
        fix: 'Correct the records above, or leave them out.',
      },
    );
}

/** Every record of the project's sources, as collect reads it. */
async function* sourceItems(context: Context): AsyncGenerator<ValidationItem> {
  const { config, folder } = await context.project();
  const { report, io } = context;
  for (const source of config.collect.sources)
    for await (const item of readSource(source, {
      projectFolder: folder,
      seed: config.seed,
      report,
      signal: io.signal,
    })) {
      const place = placeText(item.place);
      if (item.example) yield { example: item.example, place };
      else if (item.rejected !== undefined) yield { unreadable: item.rejected, place };
    }
}

async function* exampleItems(files: readonly string[]): AsyncGenerator<ValidationItem> {
  for (const file of files) for await (const example of readExamples(file)) yield { example };
}
