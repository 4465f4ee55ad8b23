/** Vectors of records by an encoder or a server, which only the conclusion can ask. */
import { inBatches } from '../../base/in-batches.ts';
import type { Embedder } from '../embeddings/embedder.ts';
import { makeVectorTable, rowValues, setRow } from '../embeddings/vector-table.ts';
import type { Example } from '../example.ts';
import { throwIfInterrupted } from '../../base/interrupt.ts';
import type { ConcludeTools } from '../rule.ts';
import { isSpoken } from '../spoken-text.ts';

const batchSize = 64;
/** Encoders read a few hundred words; a server need not be sent more. */
const embeddedCharacters = 8000;

/** The values of every record's vector (vector-table.ts), in the order of the records. */
export async function* embedTexts(
  embedder: Embedder,
  total: number,
  { readExamples, signal, report }: Pick<ConcludeTools, 'readExamples' | 'signal' | 'report'>,
): AsyncGenerator<{ index: number; values: Int8Array }> {
  const { dimensions } = embedder;
  for await (const batch of inBatches(readExamples(), batchSize)) {
    throwIfInterrupted(signal);
    const rows = await embedder.embed(
      batch.map(({ example }) => textOf(example)),
      signal,
    );
    const table = makeVectorTable(batch.length, dimensions);
    for (const [i, { index }] of batch.entries()) {
      setRow(table, i, rows, i * dimensions);
      yield { index, values: rowValues(table, i) };
    }
    report({
      type: 'progress',
      label: 'embeddings',
      done: batch.at(-1)!.index + 1,
      total,
      unit: 'examples',
    });
  }
}

/** What an encoder is shown of a conversation: what was said, from the start. */
function textOf({ messages }: Example): string {
  return messages
    .filter((one) => isSpoken(one) && one.content !== '')
    .map(({ content }) => content)
    .join('\n')
    .slice(0, embeddedCharacters);
}
