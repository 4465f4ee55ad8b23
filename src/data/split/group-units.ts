import { type DisjointSets, findSet, uniteSets } from '../../base/union-find.ts';

/** An example as far as splitting is concerned. */
export type SplitUnit = {
  id: string;
  conversation: string;
  content: string;
  stratum: string;
  /** Milliseconds since 1970; undefined where the example has no date. */
  time?: number;
  /** A language model wrote it. */
  synthetic?: boolean;
};

/** Examples that must be in one split. */
export type SplitGroup = {
  /** Numbers of its units. */
  members: number[];
  firstId: string;
  stratum: string;
  /** The latest of its members' times. */
  time: number | undefined;
};

/**
 * Connected components over shared conversation or content, and over `similar`: sets of units that say nearly the same,
 * which it unites further.
 */
export function groupUnits(units: readonly SplitUnit[], similar: DisjointSets): SplitGroup[] {
  const firstWith = new Map<string, number>();
  units.forEach(({ conversation, content }, i) => {
    for (const key of [`conversation ${conversation}`, `content ${content}`]) {
      const first = firstWith.get(key);
      if (first === undefined) firstWith.set(key, i);
      else uniteSets(similar, i, first);
    }
  });
  const groups = new Map<number, SplitGroup>();
  units.forEach(({ id, stratum, time }, i) => {
    const group = groups.get(findSet(similar, i));
    if (!group) {
      groups.set(findSet(similar, i), { members: [i], firstId: id, stratum, time });
      return;
    }
    group.members.push(i);
    // The stratum of the lowest id, so that the order of the examples does not matter.
    if (id < group.firstId) Object.assign(group, { firstId: id, stratum });
    if (time !== undefined && !(group.time !== undefined && group.time >= time)) group.time = time;
  });
  return [...groups.values()];
}
