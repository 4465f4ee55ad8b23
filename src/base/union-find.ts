/** Disjoint sets of the numbers 0 to size - 1 (union-find with path halving). */
export type DisjointSets = Int32Array;

/** Every number in a set of its own. */
export function makeSets(size: number): DisjointSets {
  const parent = new Int32Array(size);
  for (let i = 0; i < size; i++) parent[i] = i;
  return parent;
}

/** The number that stands for the set of `member`; equal for all members of a set. */
export function findSet(parent: DisjointSets, member: number): number {
  let i = member;
  while (parent[i] !== i) i = parent[i] = parent[parent[i]!]!;
  return i;
}

/** Makes one set of two. The lower representative stays, so the result does not depend on the order of unions. */
export function uniteSets(parent: DisjointSets, a: number, b: number): void {
  const rootA = findSet(parent, a);
  const rootB = findSet(parent, b);
  parent[Math.max(rootA, rootB)] = Math.min(rootA, rootB);
}
