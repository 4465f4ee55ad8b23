/**
 * Reduce: locality-sensitive hashing. Records that share a band are compared, and those that reach the threshold are
 * joined. A bucket is joined by itself, so it does not matter which partition it lies in.
 */
import { setImmediate } from 'node:timers/promises';
import { findSet, makeSets, uniteSets } from '../../base/union-find.ts';
import { throwIfInterrupted } from '../../base/interrupt.ts';
import type { Piece, ReductionContext } from '../rule.ts';
import { bandCount, type BandPiece } from './divide-by-band.ts';
import { bucketsOf } from './equal-key-buckets.ts';
import { inOrderOfKeeping } from './order-of-keeping.ts';
import { type ReadRecord, readRecords } from './read-records.ts';
import { type Comparison, comparisonAt, verifiedSimilarity } from './similarity.ts';

/** In a bucket of at most this many records every pair is looked at. */
const exhaustiveSize = 64;
/** In a larger one each record is compared with at most this many that are not similar to one another. */
const mostLeaders = 32;

export type JoinParameters = {
  threshold: number;
  /** False joins records whose preferences differ too: duplicates no more, but the same text to a split. */
  honourPreferences: boolean;
};

/**
 * One piece: pairs of the indexes of similar records, which connect all that a bucket of the partition shows to hang
 * together. Complete but for what the banding misses, and in buckets of more than 64 records for pairs that no leader of
 * the bucket joins.
 */
export async function joinBuckets(
  pieces: AsyncIterable<Piece>,
  { parameters, parts, row, signal }: ReductionContext,
): Promise<[Uint32Array]> {
  const { threshold, honourPreferences } = parameters as JoinParameters;
  const given: { first: number; piece: BandPiece }[] = [];
  for await (const { part, value } of pieces)
    given.push({ first: parts[part]!.first, piece: value as BandPiece });
  const record = readRecords(row);
  const comparison = comparisonAt(threshold);
  const pairs: number[] = [];
  for (let band = 0; band < bandCount(threshold); band++) {
    // Lets a signal come in.
    await setImmediate();
    throwIfInterrupted(signal);
    const { keys, records } = gatherBand(given, band);
    for (const bucket of bucketsOf(keys)) {
      const members = bucket.map((position) => records[position]!);
      const link = makeLink(members, record, { comparison, honourPreferences, pairs });
      if (members.length <= exhaustiveSize) joinAll(members.length, link);
      else joinLeaders(inOrderOfKeeping(members, record), link);
    }
  }
  return [Uint32Array.from(pairs)];
}

/** One band of all jobs: keys and the indexes of their records, in order. */
function gatherBand(
  given: readonly { first: number; piece: BandPiece }[],
  band: number,
): { keys: Uint32Array; records: Uint32Array } {
  const size = given.reduce((sum, { piece: { starts } }) => sum + starts[band + 1]! - starts[band]!, 0);
  const [keys, records] = [new Uint32Array(size), new Uint32Array(size)];
  let next = 0;
  for (const { first, piece } of given) {
    for (let at = piece.starts[band]!; at < piece.starts[band + 1]!; at++, next++) {
      keys[next] = piece.keys[at]!;
      records[next] = first + piece.records[at]!;
    }
  }
  return { keys, records };
}

/** Joins two members of a bucket, by their places in it, if they are similar; says whether they are joined now. */
type Link = (a: number, b: number) => boolean;
type LinkOptions = { comparison: Comparison; honourPreferences: boolean; pairs: number[] };

function makeLink(
  members: Uint32Array,
  record: ReadRecord,
  { comparison, honourPreferences, pairs }: LinkOptions,
): Link {
  const sets = makeSets(members.length);
  return (a, b) => {
    if (findSet(sets, a) === findSet(sets, b)) return true;
    const [one, other] = [record(members[a]!), record(members[b]!)];
    if (honourPreferences && one.preferences !== other.preferences) return false;
    if (verifiedSimilarity(one, other, comparison) === 0) return false;
    uniteSets(sets, a, b);
    pairs.push(one.index, other.index);
    return true;
  };
}

function joinAll(size: number, link: Link): void {
  for (let i = 1; i < size; i++) for (let j = 0; j < i; j++) link(j, i);
}

/** Every member against the leaders, which are those members that were similar to none before them. */
function joinLeaders(order: Uint32Array, link: Link): void {
  const leaders: number[] = [];
  for (const member of order) {
    let joined = false;
    for (const leader of leaders) if (link(leader, member)) joined = true;
    if (!joined && leaders.length < mostLeaders) leaders.push(member);
  }
}
