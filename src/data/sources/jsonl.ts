import { AttuneError } from '../../base/errors.ts';
import { type JsonLine, readJsonLines } from '../../formats/jsonl.ts';
import { readLineBatches } from '../../formats/lines.ts';
import { type SourceConfig, sourceName } from '../config/sources.ts';
import { checkRecord, RecordError } from './field-checks.ts';
import { sourceFile } from './source-files.ts';
import { finishExample } from './finish-example.ts';
import { detectFormat, shapes } from './detect-format.ts';
import type { SourceContext, SourceItem } from './source.ts';

const recordsForDetection = 20;

/** The records of a JSON Lines file; without a configured format the first ones decide it, and a note says so. */
export async function* readJsonlSource(
  file: string,
  config: SourceConfig,
  context: SourceContext,
): AsyncGenerator<SourceItem> {
  const path = await sourceFile(file, context.projectFolder, 'jsonl');
  const lines = readJsonLines(path, { encoding: config.encoding });
  const first: JsonLine[] = [];
  let format = config.format;
  if (format === undefined) {
    for (let next = await lines.next(); !next.done; next = await lines.next()) {
      first.push(next.value);
      if (first.length === recordsForDetection) break;
    }
    if (first[0]?.error !== undefined && (await isSpread(path, config)))
      throw new AttuneError('data', `${file} is one JSON text over several lines, not JSON Lines`, {
        fix: "Write one record a line: jq -c . old.json > new.jsonl, or jq -c '.[]' where it is a list. Exports of help desks have sources of their own.",
      });
    const values = first.flatMap(({ value, error }) => (error === undefined ? [value] : []));
    if (values.length > 0) {
      format = detectFormat(values, file);
      context.report({ type: 'note', message: `${file}: read as ${format} (told from the first records)` });
    }
  }
  const ignored = new Set<string>();
  for await (const { line, value, error } of chain(first, lines)) {
    const place = { file, line };
    if (error !== undefined || format === undefined) {
      yield { place, rejected: error ?? 'not a record' };
      continue;
    }
    try {
      const parsed = shapes[format].parse(checkRecord(value, 'the line'));
      for (const field of parsed.ignored) ignored.add(field);
      yield { place, example: finishExample(parsed, sourceName(config), place) };
    } catch (cause) {
      if (!(cause instanceof RecordError)) throw cause;
      yield { place, rejected: cause.message };
    }
  }
  if (ignored.size > 0)
    context.report({
      type: 'warning',
      message: `${file}: fields without a place in an example were left out: ${[...ignored].slice(0, 10).join(', ')}${ignored.size > 10 ? ' ...' : ''}`,
    });
}

/** Whether the first line opens a JSON text that goes on below, as in files that are laid out to be read by people. */
async function isSpread(path: string, { encoding }: SourceConfig): Promise<boolean> {
  for await (const batch of readLineBatches(path, { encoding }))
    return (
      batch.kind === 'lines' && /^\s{0,100}[[{]\s{0,100}$/.test(batch.text.slice(0, batch.text.indexOf('\n')))
    );
  return false;
}

async function* chain<T>(first: readonly T[], rest: AsyncIterable<T>): AsyncGenerator<T> {
  yield* first;
  yield* rest;
}
