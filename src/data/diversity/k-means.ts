/** Spherical k-means (Dhillon and Modha 2001): centres are directions, and a vector belongs to the centre with the highest cosine. */
import { type Random } from '../../base/random.ts';
import { normaliseRow } from '../embeddings/embedder.ts';

export type Clustering = {
  /** [count, dimensions], each row of length 1. */
  centres: Float32Array;
  count: number;
  dimensions: number;
};

const mostRounds = 15;

/**
 * Clusters rows of length 1 (or 0). Starts from k-means++ and stops when no row changes its cluster. Gives fewer
 * than `count` clusters where there are fewer distinct rows.
 */
export function sphericalKMeans(
  rows: Float32Array,
  dimensions: number,
  { count, random }: { count: number; random: Random },
): Clustering {
  const starts = chooseStarts(rows, dimensions, count, random);
  const clustering: Clustering = {
    centres: new Float32Array(starts.length * dimensions),
    count: starts.length,
    dimensions,
  };
  starts.forEach((row, i) =>
    clustering.centres.set(rows.subarray(row * dimensions, (row + 1) * dimensions), i * dimensions),
  );
  const assigned = new Int32Array(rows.length / dimensions).fill(-1);
  for (let round = 0; round < mostRounds; round++) {
    if (!assign(rows, clustering, assigned)) break;
    moveCentres(rows, clustering, assigned);
  }
  return clustering;
}

/** k-means++ (Arthur and Vassilvitskii 2007): each start is drawn by its distance 1 - cos from the nearest so far. */
function chooseStarts(rows: Float32Array, dimensions: number, count: number, random: Random): number[] {
  const total = rows.length / dimensions;
  if (total === 0) return [];
  const distances = new Float64Array(total).fill(Infinity);
  const starts = [random.integer(total)];
  while (starts.length < count) {
    const last = starts.at(-1)! * dimensions;
    let sum = 0;
    for (let row = 0; row < total; row++) {
      const distance = Math.max(0, 1 - dot(rows, row * dimensions, rows, last, dimensions));
      distances[row] = Math.min(distances[row]!, distance < 1e-6 ? 0 : distance);
      sum += distances[row]!;
    }
    if (sum === 0) break;
    let left = random.uniform() * sum;
    let next = distances.findLastIndex((distance) => distance > 0);
    for (let row = 0; row < total; row++) {
      left -= distances[row]!;
      if (left < 0 && distances[row]! > 0) {
        next = row;
        break;
      }
    }
    starts.push(next);
  }
  return starts;
}

function assign(rows: Float32Array, clustering: Clustering, assigned: Int32Array): boolean {
  let changed = false;
  for (let row = 0; row < assigned.length; row++) {
    const cluster = nearestCentre(clustering, rows, row * clustering.dimensions);
    if (cluster === assigned[row]) continue;
    assigned[row] = cluster;
    changed = true;
  }
  return changed;
}

/** The cluster whose centre has the highest cosine with the vector at `rows[start...]`, the first of equals. */
export function nearestCentre(
  { centres, count, dimensions }: Clustering,
  rows: Float32Array,
  start = 0,
): number {
  let best = 0;
  let highest = -Infinity;
  const see = (cluster: number, similarity: number): void => {
    if (similarity <= highest) return;
    highest = similarity;
    best = cluster;
  };
  let cluster = 0;
  // Four sums at a time: one alone waits for its last addition.
  for (; cluster + 4 <= count; cluster += 4) {
    let [one, two, three, four] = [0, 0, 0, 0];
    const at = cluster * dimensions;
    for (let i = 0; i < dimensions; i++) {
      const value = rows[start + i]!;
      one += value * centres[at + i]!;
      two += value * centres[at + dimensions + i]!;
      three += value * centres[at + 2 * dimensions + i]!;
      four += value * centres[at + 3 * dimensions + i]!;
    }
    see(cluster, one);
    see(cluster + 1, two);
    see(cluster + 2, three);
    see(cluster + 3, four);
  }
  for (; cluster < count; cluster++)
    see(cluster, dot(rows, start, centres, cluster * dimensions, dimensions));
  return best;
}

/** A centre is the direction of the sum of its rows; a cluster that lost all its rows keeps its centre. */
function moveCentres(
  rows: Float32Array,
  { centres, count, dimensions }: Clustering,
  assigned: Int32Array,
): void {
  const sums = new Float32Array(count * dimensions);
  assigned.forEach((cluster, row) => {
    for (let i = 0; i < dimensions; i++)
      sums[cluster * dimensions + i] = sums[cluster * dimensions + i]! + rows[row * dimensions + i]!;
  });
  for (let cluster = 0; cluster < count; cluster++) {
    const sum = sums.subarray(cluster * dimensions, (cluster + 1) * dimensions);
    if (sum.every((value) => value === 0)) continue;
    normaliseRow(sums, cluster * dimensions, dimensions);
    centres.set(sum, cluster * dimensions);
  }
}

/** Mean cosine of the rows with the centre of their cluster, in [-1, 1]: what spherical k-means makes as high as it can. */
export function meanCosine(rows: Float32Array, clustering: Clustering): number {
  const { dimensions, centres } = clustering;
  const total = rows.length / dimensions;
  let sum = 0;
  for (let row = 0; row < total; row++) {
    const cluster = nearestCentre(clustering, rows, row * dimensions);
    sum += dot(rows, row * dimensions, centres, cluster * dimensions, dimensions);
  }
  return total === 0 ? 0 : sum / total;
}

function dot(a: Float32Array, aStart: number, b: Float32Array, bStart: number, length: number): number {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += a[aStart + i]! * b[bStart + i]!;
  return sum;
}
