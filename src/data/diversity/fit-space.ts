/** What is fitted to a sample of the records before each is given its place: vectors, rarity of words, clusters. */
import { drawOf } from '../draw.ts';
import type { Embedder } from '../embeddings/embedder.ts';
import { embedFeatures, fitHashedModel, type HashedModel, inverseFrequencies } from '../embeddings/hashed.ts';
import { reduced } from '../embeddings/reduce.ts';
import { makeVectorTable, setRow, setValues, type VectorTable } from '../embeddings/vector-table.ts';
import type { ConcludeTools, KeptRows, Shuffle } from '../rule.ts';
import { embedTexts } from './embed-texts.ts';
import { fitClusters, type FittedClusters } from './fit-clusters.ts';
import { addSurvey, emptySurvey, type SampledRecord, type Survey, type SurveyParameters } from './survey.ts';

/** A byte each. */
const hashedDimensions = 64;
const mostDimensions = 128;
const sampleSize = 4096;

export type FittedSpace = {
  embedder: string;
  survey: Survey;
  sample: (SampledRecord & { cluster: number })[];
  idf: Float32Array;
  clusters: FittedClusters;
} & Vectors;

/** By a model that any process can apply, or made already, a row a record. */
type Vectors = { model: HashedModel | undefined; rows: KeptRows | undefined };

/**
 * Surveys all records and fits vectors and clusters to a sample of them; `clusterCount` is chosen by their number where
 * it is undefined.
 */
export async function fitSpace(
  shuffle: Shuffle,
  clusterCount: number | undefined,
  tools: ConcludeTools,
): Promise<FittedSpace> {
  const { count } = shuffle;
  const parameters: SurveyParameters = { sample: drawOf(count, sampleSize, tools.seed, 'sample') };
  const surveyed = await shuffle.reduce('survey', { parameters });
  const survey = emptySurvey();
  for await (const some of surveyed.pieces<Survey>(0)) addSurvey(survey, some);
  const sample = survey.sample.sort((a, b) => a.index - b.index);
  const records = sample.map(({ index }) => index);
  const { embedder: encoder } = tools.services;
  const { embedder, table, ...vectors } = encoder
    ? await encodeAll(shuffle, reduced(encoder, mostDimensions, tools.seed), { records, tools })
    : fitModel(survey, tools.seed);
  const clusters = await fitClusters({ table, records, count }, clusterCount, tools);
  return {
    embedder,
    survey,
    sample: sample.map((one, i) => ({ ...one, cluster: clusters.ofSample[i]! })),
    idf: inverseFrequencies(survey.frequencies),
    clusters,
    ...vectors,
  };
}

/** `table` holds the vectors of the sample. */
type Fitted = Vectors & { embedder: string; table: VectorTable };

function fitModel({ sample, frequencies }: Survey, seed: number): Fitted {
  const model = fitHashedModel(
    sample.map(({ features }) => features),
    frequencies,
    { dimensions: hashedDimensions, seed },
  );
  const table = makeVectorTable(sample.length, hashedDimensions);
  const vector = new Float32Array(hashedDimensions);
  for (const [row, { features }] of sample.entries()) {
    embedFeatures(features, model, vector);
    setRow(table, row, vector);
  }
  return { embedder: 'hashed words, tf-idf, projected to 64 dimensions', table, model, rows: undefined };
}

async function encodeAll(
  shuffle: Shuffle,
  encoder: Embedder,
  { records, tools }: { records: readonly number[]; tools: ConcludeTools },
): Promise<Fitted> {
  const table = makeVectorTable(records.length, encoder.dimensions);
  const encode = async function* (): AsyncGenerator<Uint8Array> {
    let row = 0;
    for await (const { index, values } of embedTexts(encoder, shuffle.count, tools)) {
      if (records[row] === index) setValues(table, row++, values);
      yield new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    }
  };
  const rows = await shuffle.keepRows(encode());
  return { embedder: encoder.name, table, model: undefined, rows };
}
