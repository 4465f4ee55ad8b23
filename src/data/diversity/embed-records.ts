/** The vectors of all records: by the embedder that the project names, or by hashed words fitted to the corpus. */
import { inBatches } from '../../base/batches.ts';
import { seededRandom, shuffledIndexes } from '../../base/random.ts';
import type { Features } from '../embeddings/features.ts';
import { countFeatures, embedFeatures, emptyFrequencies, fitHashedModel } from '../embeddings/hashed.ts';
import { reduced } from '../embeddings/reduce.ts';
import { makeVectorTable, setRow, type VectorTable } from '../embeddings/vector-table.ts';
import type { Example } from '../example.ts';
import { throwIfInterrupted } from '../interrupt.ts';
import type { ConcludeTools, Facts } from '../rule.ts';
import { isSpoken } from '../spoken.ts';

/** Dimensions kept in memory, a byte each. */
const hashedDimensions = 64;
const mostDimensions = 128;
/** Records that the projection is fitted to, and clusters later. */
const sampleSize = 4096;
const batchSize = 64;
/** Encoders read a few hundred words; a server need not be sent more. */
const embeddedCharacters = 8000;

export type EmbeddedRecords = {
  embedder: string;
  table: VectorTable;
  /** Mean idf of each record's words: how rare they are; NaN without words. */
  rarity: Float32Array;
};

/** Indexes of a seeded sample, ascending. */
export function sampleIndexes(count: number, seed: number): Int32Array {
  return shuffledIndexes(count, seededRandom(seed, 'sample')).slice(0, sampleSize).sort();
}

export async function embedRecords(
  facts: Facts<{ features: Features }>,
  { seed, services, readExamples, signal, report }: ConcludeTools,
): Promise<EmbeddedRecords> {
  const { count } = facts;
  const frequencies = emptyFrequencies();
  for await (const { features } of facts) countFeatures(frequencies, features);
  const sample: Features[] = [];
  for await (const { fact } of facts.pick(sampleIndexes(count, seed))) sample.push(fact.features);
  const model = fitHashedModel(sample, frequencies, { dimensions: hashedDimensions, seed });
  const rarity = new Float32Array(count);
  const { embedder } = services;
  const table = makeVectorTable(
    count,
    embedder ? Math.min(mostDimensions, embedder.dimensions) : hashedDimensions,
  );
  const vector = new Float32Array(hashedDimensions);
  let record = 0;
  for await (const { features } of facts) {
    rarity[record] = meanIdf(features, model.idf);
    if (!embedder) {
      embedFeatures(features, model, vector);
      setRow(table, record, vector);
    }
    record += 1;
  }
  if (!embedder) return { embedder: 'hashed words, tf-idf, projected to 64 dimensions', table, rarity };
  const small = reduced(embedder, mostDimensions, seed);
  for await (const batch of inBatches(readExamples(), batchSize)) {
    throwIfInterrupted(signal);
    const rows = await small.embed(
      batch.map(({ example }) => textOf(example)),
      signal,
    );
    batch.forEach(({ index }, i) => setRow(table, index, rows, i * small.dimensions));
    report({
      type: 'progress',
      label: 'embeddings',
      done: batch.at(-1)!.index + 1,
      total: count,
      unit: 'examples',
    });
  }
  return { embedder: small.name, table, rarity };
}

function meanIdf({ ids }: Features, idf: Float32Array): number {
  if (ids.length === 0) return Number.NaN;
  let sum = 0;
  for (const id of ids) sum += idf[id]!;
  return sum / ids.length;
}

/** What an encoder is shown of a conversation: what was said, from the start. */
function textOf({ messages }: Example): string {
  return messages
    .filter((one) => isSpoken(one) && one.content !== '')
    .map(({ content }) => content)
    .join('\n')
    .slice(0, embeddedCharacters);
}
