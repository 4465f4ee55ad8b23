/**
 * Reduce: divides connected records into clusters. In order of keeping, each record goes to the most similar of the keepers
 * before it that reach the threshold, or is a keeper itself. So every member is verified against its keeper, and a chain
 * of small steps never removes what lies far from it.
 */
import { setImmediate } from 'node:timers/promises';
import { throwIfInterrupted } from '../../base/interrupt.ts';
import type { ObservedPart, Piece, ReductionContext } from '../rule.ts';
import { inOrderOfKeeping } from './order-of-keeping.ts';
import type { Label } from './similar-record.ts';
import { type ReadRecord, readRecords } from './read-records.ts';
import { addCluster, emptySummary } from './report.ts';
import { type Comparison, comparisonAt, verifiedSimilarity } from './similarity.ts';

/** A record that stays, and those that are at least as similar to it as the threshold says. */
export type Cluster = {
  keeper: Label;
  /** Most similar first. */
  members: (Label & { index: number; similarity: number })[];
  /** Records of all clusters that this one is connected with by similar pairs, its own among them. */
  connected: number;
  /** So large a share of all records that nobody should lose it unawares: it is left alone. */
  large: boolean;
};

export type ClusterParameters = {
  threshold: number;
  /** Clusters of more records are left alone. */
  largest: number;
};

/** What stays in place of a record, and how similar it is. */
export type Keeper = Label & { similarity: number };
/** Of the records of one part, by their place in it. */
export type Keepers = Map<number, Keeper>;

/** Of connected records that are not similar, at most this many are tried as the keeper of another. */
const mostKeepers = 128;

/** For each part its records that go, and as the last piece what a report tells of the clusters. */
export async function divideIntoClusters(
  pieces: AsyncIterable<Piece>,
  { parameters, parts, row, signal }: ReductionContext,
): Promise<unknown[]> {
  const { threshold, largest } = parameters as ClusterParameters;
  const comparison = comparisonAt(threshold);
  const read = readRecords(row);
  const keepers = parts.map((): Keepers => new Map());
  const summary = emptySummary();
  for await (const { value } of pieces)
    for (const component of componentsIn(value as Uint32Array)) {
      await setImmediate();
      throwIfInterrupted(signal);
      for (const one of divide(component, read, comparison)) {
        const cluster = { ...one, large: one.members.length + 1 > largest };
        addCluster(summary, cluster);
        if (!cluster.large) noteKeeper(keepers, parts, cluster);
      }
    }
  return [...keepers, summary];
}

function* componentsIn(list: Uint32Array): Generator<Uint32Array> {
  for (let at = 0; at < list.length;) {
    const start = at + 1;
    at = start + list[at]!;
    yield list.subarray(start, at);
  }
}

/** The clusters of two records and more. */
function divide(component: Uint32Array, read: ReadRecord, comparison: Comparison): Omit<Cluster, 'large'>[] {
  const divisions: { keeper: number; members: Cluster['members'] }[] = [];
  for (const place of inOrderOfKeeping(component, read)) {
    const index = component[place]!;
    const record = read(index);
    let best: Cluster['members'] | undefined;
    let bestSimilarity = 0;
    for (let i = 0; i < divisions.length && i < mostKeepers; i++) {
      const { keeper, members } = divisions[i]!;
      const similarity = verifiedSimilarity(read(keeper), record, comparison);
      if (similarity <= bestSimilarity) continue;
      best = members;
      bestSimilarity = similarity;
    }
    if (best) best.push({ index, similarity: bestSimilarity, ...labelOf(record) });
    else divisions.push({ keeper: index, members: [] });
  }
  return divisions
    .filter(({ members }) => members.length > 0)
    .map(({ keeper, members }) => ({
      keeper: labelOf(read(keeper)),
      members: members.sort((a, b) => b.similarity - a.similarity),
      connected: component.length,
    }));
}

function labelOf({ id, topic }: Label): Label {
  return { id, ...(topic !== undefined && { topic }) };
}

function noteKeeper(keepers: Keepers[], parts: readonly ObservedPart[], { keeper, members }: Cluster): void {
  for (const { index, similarity } of members) {
    const part = parts.findLastIndex(({ first }) => first <= index);
    keepers[part]!.set(index - parts[part]!.first, { ...keeper, similarity });
  }
}
