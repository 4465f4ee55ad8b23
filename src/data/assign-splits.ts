import { type Random, seededRandom, shuffled } from '../base/random.ts';

export const splitNames = ['train', 'validation', 'test'] as const;
export type SplitName = (typeof splitNames)[number];
export type Shares = Readonly<Record<SplitName, number>>;

/** An example as far as splitting is concerned. */
export type SplitUnit = { id: string; conversation: string; content: string; stratum: string };

type Group = { members: number[]; firstId: string; stratum: string };

/** A stratum smaller than this cannot be in every split. */
const smallStratum = 3;

/**
 * The split of each unit. Units with one conversation or one content stay together. Each group, in seeded order within
 * its stratum, goes where most examples are still owed; what is owed carries over from stratum to stratum, so the whole
 * is in proportion to within a group. The first group of a stratum of one or two goes to train, as long as such strata
 * are few enough for the others to make up for it.
 */
export function assignSplits(units: readonly SplitUnit[], shares: Shares, seed: number): SplitName[] {
  const strata = Map.groupBy(groupUnits(units), ({ stratum }) => stratum);
  const names = [...strata.keys()].sort(
    (a, b) => strata.get(a)!.length - strata.get(b)!.length || (a < b ? -1 : 1),
  );
  const small = names.filter((name) => strata.get(name)!.length < smallStratum);
  const smallUnits = small.reduce((sum, name) => sum + countMembers(strata.get(name)!), 0);
  const canFavour = smallUnits <= units.length / 10;
  const assigned = units.map((): SplitName => 'train');
  const owed = { train: 0, validation: 0, test: 0 };
  for (const name of names) {
    const groups = orderGroups(strata.get(name)!, seededRandom(seed, 'split', name));
    const size = countMembers(groups);
    for (const split of splitNames) owed[split] += size * shares[split];
    groups.forEach(({ members }, i) => {
      const favoured = canFavour && i === 0 && groups.length < smallStratum;
      const split = favoured ? 'train' : splitNames.reduce((a, b) => (owed[b] > owed[a] + 1e-9 ? b : a));
      owed[split] -= members.length;
      for (const member of members) assigned[member] = split;
    });
  }
  return assigned;
}

/** Seeded, and the same for any order of the examples; the largest groups first, as they are the hardest to place. */
function orderGroups(groups: readonly Group[], random: Random): Group[] {
  const sorted = [...groups].sort((a, b) => (a.firstId < b.firstId ? -1 : 1));
  return shuffled(sorted, random).sort((a, b) => b.members.length - a.members.length);
}

function countMembers(groups: readonly Group[]): number {
  return groups.reduce((sum, { members }) => sum + members.length, 0);
}

/** Connected components over shared conversation or content, by union-find with path halving. */
function groupUnits(units: readonly SplitUnit[]): Group[] {
  const parent = Int32Array.from(units.keys());
  const find = (i: number): number => {
    while (parent[i] !== i) i = parent[i] = parent[parent[i]!]!;
    return i;
  };
  const firstWith = new Map<string, number>();
  units.forEach(({ conversation, content }, i) => {
    for (const key of [`conversation ${conversation}`, `content ${content}`]) {
      const first = firstWith.get(key);
      if (first === undefined) firstWith.set(key, i);
      else parent[find(i)] = find(first);
    }
  });
  const groups = new Map<number, Group>();
  units.forEach(({ id, stratum }, i) => {
    const group = groups.get(find(i));
    if (!group) groups.set(find(i), { members: [i], firstId: id, stratum });
    else {
      group.members.push(i);
      // The stratum of the lowest id, so that the order of the examples does not matter.
      if (id < group.firstId) Object.assign(group, { firstId: id, stratum });
    }
  });
  return [...groups.values()];
}
