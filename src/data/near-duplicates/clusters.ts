import { type DisjointSets, findSet } from '../../base/union-find.ts';
import type { SimilarityCorpus } from './corpus.ts';

/** A record that stays, and those that are at least as similar to it as the threshold says. */
export type Cluster = {
  keeper: number;
  /** Most similar first. */
  members: { record: number; similarity: number }[];
  /** Records of all clusters that this one is connected with by similar pairs, its own among them. */
  connected: number;
  /** So large a share of all records that nobody should lose it unawares: it is left alone. */
  large: boolean;
};

/** Of connected records that are not similar, at most this many are tried as the keeper of another. */
const mostKeepers = 128;
/** No cluster of fewer records is called large, whatever its share. */
const leastLarge = 50;

/**
 * Divides connected records into clusters: in order of keeping, each record goes to the most similar of the keepers
 * before it that reach the threshold, or is a keeper itself. So every member is verified against its keeper, and a chain
 * of small steps never removes what lies far from it. Clusters of one record are left out; the largest come first.
 */
export function divideComponents(
  corpus: SimilarityCorpus,
  sets: DisjointSets,
  { largestShare }: { largestShare: number },
): Cluster[] {
  const large = Math.max(leastLarge, largestShare * corpus.size);
  const clusters: Cluster[] = [];
  for (const component of componentsOf(sets, corpus.inOrderOfKeeping()))
    for (const { keeper, members } of divide(corpus, component))
      if (members.length > 0)
        clusters.push({
          keeper,
          members: members.sort((a, b) => b.similarity - a.similarity),
          connected: component.length,
          large: members.length + 1 > large,
        });
  return clusters.sort(
    (a, b) => b.members.length - a.members.length || (corpus.ids[a.keeper]! < corpus.ids[b.keeper]! ? -1 : 1),
  );
}

/** The sets of two records and more, each in the order given. */
export function componentsOf(sets: DisjointSets, order: Uint32Array): number[][] {
  const sizes = new Int32Array(sets.length);
  for (const record of order) sizes[findSet(sets, record)]! += 1;
  const components = new Map<number, number[]>();
  for (const record of order) {
    const root = findSet(sets, record);
    if (sizes[root]! < 2) continue;
    const component = components.get(root);
    if (component) component.push(record);
    else components.set(root, [record]);
  }
  return [...components.values()];
}

type Division = Pick<Cluster, 'keeper' | 'members'>;

function divide(corpus: SimilarityCorpus, component: readonly number[]): Division[] {
  const divisions: Division[] = [];
  for (const record of component) {
    let best: Division | undefined;
    let bestSimilarity = 0;
    for (let i = 0; i < divisions.length && i < mostKeepers; i++) {
      const division = divisions[i]!;
      if (!corpus.mayBeSimilar(division.keeper, record)) continue;
      const similarity = corpus.similarity(division.keeper, record);
      if (similarity < corpus.threshold || similarity <= bestSimilarity) continue;
      best = division;
      bestSimilarity = similarity;
    }
    if (best) best.members.push({ record, similarity: bestSimilarity });
    else divisions.push({ keeper: record, members: [] });
  }
  return divisions;
}
