/**
 * Near-duplicates the slow and plain way, as the reference of tests and benchmarks: shingles are strings, and every pair
 * that shares one is counted. Shares no code with src.
 */

/** NFKC, lower case, invisible characters removed, punctuation and white space as one space. */
export function plainNormalise(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\p{Cf}\p{Variation_Selector}]/gu, '')
    .replace(/[^\p{L}\p{N}\p{M}_]+/gu, ' ')
    .trim();
}

/** Word triples; a text of fewer words is one shingle. */
export function wordShingles(text: string, size = 3): Set<string> {
  const words = plainNormalise(text).split(' ').filter(Boolean);
  if (words.length === 0) return new Set();
  if (words.length < size) return new Set([words.join(' ')]);
  return new Set(words.slice(size - 1).map((_, i) => words.slice(i, i + size).join(' ')));
}

/** Runs of five characters without white space. */
export function characterShingles(text: string, size = 5): Set<string> {
  const characters = [...plainNormalise(text).replace(/\s/g, '')];
  if (characters.length === 0) return new Set();
  if (characters.length < size) return new Set([characters.join('')]);
  return new Set(characters.slice(size - 1).map((_, i) => characters.slice(i, i + size).join('')));
}

export function plainJaccard(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let shared = 0;
  for (const one of a) if (b.has(one)) shared += 1;
  return shared === 0 ? 0 : shared / (a.size + b.size - shared);
}

/** All pairs of sets, the lower number first, whose Jaccard similarity reaches the threshold. */
export function similarPairs(sets: readonly ReadonlySet<string>[], threshold: number): [number, number][] {
  const owners = new Map<string, number[]>();
  const pairs: [number, number][] = [];
  sets.forEach((set, i) => {
    const shared = new Map<number, number>();
    for (const shingle of set) {
      let list = owners.get(shingle);
      if (!list) owners.set(shingle, (list = []));
      for (const other of list) shared.set(other, (shared.get(other) ?? 0) + 1);
      list.push(i);
    }
    for (const [other, count] of shared)
      if (count / (set.size + sets[other]!.size - count) >= threshold) pairs.push([other, i]);
  });
  return pairs;
}

/** For each of `size` members the lowest number that it is connected with by pairs. */
export function connectedBy(size: number, pairs: readonly (readonly [number, number])[]): number[] {
  const lowest = Array.from({ length: size }, (_, i) => i);
  const neighbours = Map.groupBy(
    pairs.flatMap(([a, b]) => [[a, b] as const, [b, a] as const]),
    ([a]) => a,
  );
  const seen = new Set<number>();
  for (let start = 0; start < size; start++) {
    const open = [start];
    while (open.length > 0) {
      const one = open.pop()!;
      if (seen.has(one)) continue;
      seen.add(one);
      lowest[one] = start;
      for (const [, other] of neighbours.get(one) ?? []) open.push(other);
    }
  }
  return lowest;
}
