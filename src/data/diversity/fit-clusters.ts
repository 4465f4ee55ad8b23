import { seededRandom } from '../../base/random.ts';
import { readRow, type VectorTable } from '../embeddings/vector-table.ts';
import type { ConcludeTools } from '../rule.ts';
import { isSpoken } from '../spoken-text.ts';
import { type Clustering, meanCosine, nearestCentre, sphericalKMeans } from './k-means.ts';
import { projectToPlane } from './project-to-plane.ts';
import { countTerms, emptyTermCounts, nameClusters } from './topic-names.ts';

const leastClusters = 2;
const mostClusters = 64;

export type FittedClusters = {
  clustering: Clustering;
  names: string[];
  /** The cluster of each record of the sample. */
  ofSample: number[];
  /** Mean cosine of the sample with the centre of its cluster, in [-1, 1]. */
  meanCosine: number;
  /** [clusters, 2]: where the centres lie in the plane in which they differ most. */
  positions: Float64Array;
};

/**
 * Finds groups among the vectors of a sample of `count` records, a row each in the order of `records`, and names them by
 * their texts. Every record belongs to the nearest centre.
 */
export async function fitClusters(
  { table, records, count }: { table: VectorTable; records: readonly number[]; count: number },
  clusters: number | undefined,
  { seed, readExamples }: Pick<ConcludeTools, 'seed' | 'readExamples'>,
): Promise<FittedClusters> {
  const { dimensions } = table;
  const rows = new Float32Array(records.length * dimensions);
  for (const row of records.keys()) readRow(table, row, rows, row * dimensions);
  const wanted =
    clusters ?? Math.min(mostClusters, Math.max(leastClusters, Math.round(Math.sqrt(count / 2))));
  const clustering = sphericalKMeans(rows, dimensions, {
    count: wanted,
    random: seededRandom(seed, 'clusters'),
  });
  const ofSample = records.map((_, row) => nearestCentre(clustering, rows, row * dimensions));
  const terms = Array.from({ length: clustering.count }, emptyTermCounts);
  let row = 0;
  for await (const { example } of readExamples(records)) {
    for (const { content } of example.messages.filter(isSpoken)) countTerms(terms[ofSample[row]!]!, content);
    row += 1;
  }
  return {
    clustering,
    names: nameClusters(terms),
    ofSample,
    meanCosine: meanCosine(rows, clustering),
    positions: projectToPlane(clustering.centres, dimensions),
  };
}
