import { writeJsonLines } from '../formats/jsonl.ts';
import type { RecordFormat } from './config/record-formats.ts';
import type { Example } from './example.ts';
import { RecordError } from './sources/field-checks.ts';
import { shapes } from './sources/detect-format.ts';

export type WrittenExamples = { written: number; refused: { id: string; reason: string }[] };

/**
 * Writes examples as JSON Lines in another tool's format. The formats hold messages and tools, not the facts in `meta`.
 * An example that the format has no place for is left out and named in the result with the reason.
 */
export async function writeExamples(
  path: string,
  format: RecordFormat,
  examples: Iterable<Example> | AsyncIterable<Example>,
): Promise<WrittenExamples> {
  const result: WrittenExamples = { written: 0, refused: [] };
  const records = async function* (): AsyncGenerator<Record<string, unknown>> {
    for await (const example of examples) {
      try {
        const record = shapes[format].write(example);
        result.written += 1;
        yield record;
      } catch (cause) {
        if (!(cause instanceof RecordError)) throw cause;
        result.refused.push({ id: example.meta.id, reason: cause.message });
      }
    }
  };
  await writeJsonLines(path, records());
  return result;
}
