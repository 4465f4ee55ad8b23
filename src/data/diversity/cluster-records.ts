import { seededRandom } from '../../base/random.ts';
import { readRow, type VectorTable } from '../embeddings/vector-table.ts';
import type { ConcludeTools } from '../rule.ts';
import { isSpoken } from '../spoken.ts';
import type { Category } from './columns.ts';
import { sampleIndexes } from './embed-records.ts';
import { meanCosine, nearestCentre, sphericalKMeans } from './k-means.ts';
import { projectToPlane } from './project.ts';
import { countTerms, emptyTermCounts, nameClusters } from './topic-names.ts';

const leastClusters = 2;
const mostClusters = 64;

export type RecordClusters = {
  category: Category;
  /** Mean cosine of the sample with the centre of its cluster, in [-1, 1]. */
  mean_cosine: number;
  /** [clusters, 2]: where the centres lie in the plane in which they differ most. */
  positions: Float64Array;
};

/**
 * Groups the records by their vectors and names the groups. The centres are fitted to a seeded sample of at most 4,096,
 * the names made from its texts; every record then belongs to the nearest centre.
 */
export async function clusterRecords(
  table: VectorTable,
  clusters: number | undefined,
  { seed, readExamples }: Pick<ConcludeTools, 'seed' | 'readExamples'>,
): Promise<RecordClusters> {
  const { count, dimensions } = table;
  const sample = sampleIndexes(count, seed);
  const rows = new Float32Array(sample.length * dimensions);
  sample.forEach((record, i) => readRow(table, record, rows, i * dimensions));
  const wanted =
    clusters ?? Math.min(mostClusters, Math.max(leastClusters, Math.round(Math.sqrt(count / 2))));
  const clustering = sphericalKMeans(rows, dimensions, {
    count: wanted,
    random: seededRandom(seed, 'clusters'),
  });
  const ids = new Uint32Array(count);
  const vector = new Float32Array(dimensions);
  for (let record = 0; record < count; record++) {
    readRow(table, record, vector);
    ids[record] = nearestCentre(clustering, vector);
  }
  const terms = Array.from({ length: clustering.count }, emptyTermCounts);
  for await (const { index, example } of readExamples(sample))
    for (const { content } of example.messages.filter(isSpoken)) countTerms(terms[ids[index]!]!, content);
  return {
    category: { names: nameClusters(terms), ids },
    mean_cosine: meanCosine(rows, clustering),
    positions: projectToPlane(clustering.centres, dimensions),
  };
}
