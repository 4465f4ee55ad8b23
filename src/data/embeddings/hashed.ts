/**
 * Vectors without a download: hashed words, weighted by tf-idf and projected to a few dimensions. The projection is
 * fitted to the corpus (latent semantic analysis, Deerwester et al. 1990), so that words that come in the same
 * texts lie close; it is found by subspace iteration from a random start (Halko, Martinsson and Tropp 2011, algorithm 4.4).
 */
import { seededRandom } from '../../base/random.ts';
import { normaliseRow } from './embedder.ts';
import { type Features, featureCount } from './features.ts';

export type HashedModel = {
  dimensions: number;
  /** By bucket (inverseFrequencies). */
  idf: Float32Array;
  /** The row of each bucket in `projection`; 0 of one that the sample lacks. */
  rows: Uint32Array;
  /** [buckets of the sample + 1, dimensions], row by row; the first is 0. */
  projection: Float32Array;
};

/** How often each bucket occurs in texts. */
export type DocumentFrequencies = { texts: number; counts: Uint32Array };

export function emptyFrequencies(): DocumentFrequencies {
  return { texts: 0, counts: new Uint32Array(featureCount) };
}

export function countFeatures(frequencies: DocumentFrequencies, { ids }: Features): void {
  frequencies.texts += 1;
  for (const id of ids) frequencies.counts[id]! += 1;
}

export function addFrequencies(sum: DocumentFrequencies, other: DocumentFrequencies): void {
  sum.texts += other.texts;
  for (let id = 0; id < featureCount; id++) sum.counts[id]! += other.counts[id]!;
}

/** log((1 + texts) / (1 + texts with it)) + 1 of every bucket: scikit-learn's smooth idf. */
export function inverseFrequencies({ texts, counts }: DocumentFrequencies): Float32Array {
  return Float32Array.from(counts, (count) => Math.log((1 + texts) / (1 + count)) + 1);
}

/** Mean idf of a text's words: how rare they are; NaN without words. */
export function meanIdf({ ids }: Features, idf: Float32Array): number {
  if (ids.length === 0) return Number.NaN;
  let sum = 0;
  for (const id of ids) sum += idf[id]!;
  return sum / ids.length;
}

/** Topics are found as well with three as with six; without any, the projection is a random one and finds them worse. */
const defaultIterations = 3;

/** Fits the projection to a sample; `frequencies` are those of the whole corpus. Deterministic in the sample and its order. */
export function fitHashedModel(
  sample: readonly Features[],
  frequencies: DocumentFrequencies,
  {
    dimensions,
    seed,
    iterations = defaultIterations,
  }: { dimensions: number; seed: number; iterations?: number | undefined },
): HashedModel {
  const idf = inverseFrequencies(frequencies);
  const used = new Set<number>();
  for (const { ids } of sample) for (const id of ids) used.add(id);
  const rows = new Uint32Array(featureCount);
  for (const [i, id] of Uint16Array.from(used).sort().entries()) rows[id] = i + 1;
  const model = { dimensions, idf, rows, projection: new Float32Array((used.size + 1) * dimensions) };
  const random = seededRandom(seed, 'projection');
  for (let i = dimensions; i < model.projection.length; i++) model.projection[i] = random.normal();
  for (let i = 0; i < iterations; i++) improveProjection(model, sample);
  return model;
}

/** V becomes an orthonormal basis of A' A V, where the rows of A are the weighted texts. */
function improveProjection(model: HashedModel, sample: readonly Features[]): void {
  const { dimensions, rows, projection } = model;
  const next = new Float32Array(projection.length);
  const vector = new Float32Array(dimensions);
  for (const features of sample) {
    const weights = weightsOf(features, model.idf);
    project(features, weights, model, vector);
    features.ids.forEach((id, k) => {
      const weight = weights[k]!;
      for (let i = 0, at = rows[id]! * dimensions; i < dimensions; i++, at++)
        next[at] = next[at]! + weight * vector[i]!;
    });
  }
  orthonormalise(next, dimensions);
  projection.set(next);
}

/** tf-idf weights of a text, of length 1: (1 + ln tf) idf. */
function weightsOf({ ids, counts }: Features, idf: Float32Array): Float32Array {
  const weights = new Float32Array(ids.length);
  for (let k = 0; k < ids.length; k++) weights[k] = (1 + Math.log(counts[k]!)) * idf[ids[k]!]!;
  normaliseRow(weights, 0, weights.length);
  return weights;
}

/** The text's vector, not yet of length 1. */
function project(
  { ids }: Features,
  weights: Float32Array,
  { dimensions, rows, projection }: HashedModel,
  target: Float32Array,
): void {
  target.fill(0);
  for (let k = 0; k < ids.length; k++) {
    const weight = weights[k]!;
    for (let i = 0, at = rows[ids[k]!]! * dimensions; i < dimensions; i++, at++)
      target[i] = target[i]! + weight * projection[at]!;
  }
}

/** Modified Gram-Schmidt over the columns, in double precision; a column that depends on those before becomes 0. */
function orthonormalise(matrix: Float32Array, dimensions: number): void {
  const rows = matrix.length / dimensions;
  const columns = Array.from({ length: dimensions }, (_, i) =>
    Float64Array.from({ length: rows }, (_row, r) => matrix[r * dimensions + i]!),
  );
  columns.forEach((column, i) => {
    const before = lengthOf(column);
    // Twice is enough: rounding leaves a little of the earlier columns behind the first time.
    for (let pass = 0; pass < 2; pass++)
      for (const earlier of columns.slice(0, i)) {
        let dot = 0;
        for (let r = 0; r < column.length; r++) dot += column[r]! * earlier[r]!;
        for (let r = 0; r < column.length; r++) column[r] = column[r]! - dot * earlier[r]!;
      }
    const length = lengthOf(column);
    const scale = length > before * 1e-8 ? 1 / length : 0;
    for (let r = 0; r < column.length; r++) column[r] = column[r]! * scale;
    for (let r = 0; r < rows; r++) matrix[r * dimensions + i] = column[r]!;
  });
}

function lengthOf(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return Math.sqrt(sum);
}

/** Writes the vector of a text, of length 1, into `target`; all 0 where none of its words was in the sample. */
export function embedFeatures(features: Features, model: HashedModel, target: Float32Array): void {
  project(features, weightsOf(features, model.idf), model, target);
  normaliseRow(target, 0, model.dimensions);
}
