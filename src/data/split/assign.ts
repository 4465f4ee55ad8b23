import { type Random, seededRandom, shuffled } from '../../base/random.ts';
import type { SplitGroup } from './group-units.ts';

export const splitNames = ['train', 'validation', 'test'] as const;
export type SplitName = (typeof splitNames)[number];
export type Shares = Readonly<Record<SplitName, number>>;
/** Where each unit goes; nowhere for one that would train on a benchmark, or on what is tested with (synthetic.ts). */
export type Assigned = readonly (SplitName | undefined)[];

/** A stratum smaller than this cannot be in every split. */
const smallStratum = 3;

/**
 * The split of each of `size` units at random. Each group, in seeded order within its stratum, goes where most examples
 * are still owed; what is owed carries over from stratum to stratum, so the whole is in proportion to within a group.
 * The first group of a stratum of one or two goes to train, as long as such strata are few enough for the others to make
 * up for it.
 */
export function assignAtRandom(groups: readonly SplitGroup[], shares: Shares, seed: number): SplitName[] {
  const size = countMembers(groups);
  const strata = Map.groupBy(groups, ({ stratum }) => stratum);
  const names = [...strata.keys()].sort(
    (a, b) => strata.get(a)!.length - strata.get(b)!.length || (a < b ? -1 : 1),
  );
  const small = names.filter((name) => strata.get(name)!.length < smallStratum);
  const smallUnits = small.reduce((sum, name) => sum + countMembers(strata.get(name)!), 0);
  const canFavour = smallUnits <= size / 10;
  const assigned = Array.from({ length: size }, (): SplitName => 'train');
  const owed = { train: 0, validation: 0, test: 0 };
  for (const name of names) {
    const ordered = orderGroups(strata.get(name)!, seededRandom(seed, 'split', name));
    const stratumSize = countMembers(ordered);
    for (const split of splitNames) owed[split] += stratumSize * shares[split];
    ordered.forEach(({ members }, i) => {
      const favoured = canFavour && i === 0 && ordered.length < smallStratum;
      const split = favoured ? 'train' : splitNames.reduce((a, b) => (owed[b] > owed[a] + 1e-9 ? b : a));
      owed[split] -= members.length;
      for (const member of members) assigned[member] = split;
    });
  }
  return assigned;
}

/**
 * The split of each unit by time: groups in the order of their latest member fill train, then validation, then test, so
 * nothing in train is later than what a model is tested on. Groups without a date come first.
 */
export function assignByTime(groups: readonly SplitGroup[], shares: Shares): SplitName[] {
  const size = countMembers(groups);
  const assigned = Array.from({ length: size }, (): SplitName => 'train');
  const ordered = [...groups].sort(
    (a, b) => (a.time ?? -Infinity) - (b.time ?? -Infinity) || (a.firstId < b.firstId ? -1 : 1),
  );
  let placed = 0;
  for (const { members, time } of ordered) {
    // By where the group's middle lies, so that a large one goes to the side that most of it belongs to.
    const middle = (placed + members.length / 2) / size;
    const dated: SplitName =
      middle < shares.train ? 'train' : middle < 1 - shares.test ? 'validation' : 'test';
    for (const member of members) assigned[member] = time === undefined ? 'train' : dated;
    placed += members.length;
  }
  return assigned;
}

/** Seeded, and the same for any order of the examples; the largest groups first, as they are the hardest to place. */
function orderGroups(groups: readonly SplitGroup[], random: Random): SplitGroup[] {
  const sorted = [...groups].sort((a, b) => (a.firstId < b.firstId ? -1 : 1));
  return shuffled(sorted, random).sort((a, b) => b.members.length - a.members.length);
}

function countMembers(groups: readonly SplitGroup[]): number {
  return groups.reduce((sum, { members }) => sum + members.length, 0);
}
