/** Locality-sensitive hashing: which records hang together by pairs that reach the threshold, each pair verified. */
import { setImmediate } from 'node:timers/promises';
import type { Reporter } from '../../base/progress.ts';
import { type DisjointSets, findSet, makeSets, uniteSets } from '../../base/union-find.ts';
import { throwIfInterrupted } from '../interrupt.ts';
import { bucketsOf } from './buckets.ts';
import type { KeyedRecords, SimilarityCorpus } from './corpus.ts';

/** In a bucket of at most this many records every pair is looked at. */
const exhaustiveSize = 64;
/** In a larger one each record is compared with at most this many that are not similar to one another. */
const mostLeaders = 32;

export type ComponentOptions = {
  /** False unites records whose preferences differ too: duplicates no more, but the same text to a split. */
  honourPreferences: boolean;
  report: Reporter;
  signal: AbortSignal;
};

/**
 * The sets of records connected by similar pairs, as disjoint sets. Complete but for what the banding misses, and in
 * buckets of more than 64 records for pairs that no leader of the bucket joins. The same for any order of the records.
 */
export async function findComponents(
  corpus: SimilarityCorpus,
  options: ComponentOptions,
): Promise<DisjointSets> {
  const sets = makeSets(corpus.size);
  const link = makeLink(corpus, sets, options.honourPreferences);
  const rank = ranksOf(corpus.inOrderOfKeeping());
  const { bands } = corpus.banding;
  for (const [turn, keyed] of corpus.keyed.entries()) {
    if (keyed.records.length < 2) continue;
    const places = placesByRank(keyed.records.view(), rank);
    for (let band = 0; band < bands; band++) {
      // Lets a signal come in.
      await setImmediate();
      throwIfInterrupted(options.signal);
      joinBand(keyed, places, band, link);
      options.report({
        type: 'progress',
        label: 'near-duplicates',
        done: turn * bands + band + 1,
        total: bands * corpus.keyed.length,
        unit: 'bands',
      });
    }
  }
  return sets;
}

/** Joins two records if they are similar; says whether they are in one set now. */
type Link = (a: number, b: number) => boolean;

function makeLink(corpus: SimilarityCorpus, sets: DisjointSets, honourPreferences: boolean): Link {
  const { preferences } = corpus;
  const failed = failedPairs(corpus.size);
  return (a, b) => {
    if (findSet(sets, a) === findSet(sets, b)) return true;
    if (honourPreferences && preferences.at(a) !== preferences.at(b)) return false;
    // Cheap enough to do again in every band that a pair shares.
    if (!corpus.mayBeSimilar(a, b) || failed.has(a, b)) return false;
    if (corpus.similarity(a, b) < corpus.threshold) {
      failed.add(a, b);
      return false;
    }
    uniteSets(sets, a, b);
    return true;
  };
}

function ranksOf(order: Uint32Array): Uint32Array {
  const rank = new Uint32Array(order.length);
  order.forEach((record, i) => (rank[record] = i));
  return rank;
}

/** The places of records in their list, in the order of the records' ranks. */
function placesByRank(records: Int32Array, rank: Uint32Array): Uint32Array {
  const places = new Uint32Array(records.length);
  for (let i = 0; i < places.length; i++) places[i] = i;
  return places.sort((a, b) => rank[records[a]!]! - rank[records[b]!]!);
}

/** `places` are those of the keyed records in order of keeping, so that every bucket comes in that order. */
function joinBand({ records, keys }: KeyedRecords, places: Uint32Array, band: number, link: Link): void {
  const unordered = keys.band(band);
  const ordered = places.map((place) => unordered[place]!);
  for (const bucket of bucketsOf(ordered)) {
    const members = bucket.map((position) => records.at(places[position]!));
    if (members.length <= exhaustiveSize) joinAll(members, link);
    else joinLeaders(members, link);
  }
}

function joinAll(members: Uint32Array, link: Link): void {
  for (let i = 1; i < members.length; i++) for (let j = 0; j < i; j++) link(members[j]!, members[i]!);
}

/** Every member against the leaders, which are those members that were similar to none before them. */
function joinLeaders(members: Uint32Array, link: Link): void {
  const leaders: number[] = [];
  for (const member of members) {
    let joined = false;
    for (const leader of leaders) if (link(leader, member)) joined = true;
    if (!joined && leaders.length < mostLeaders) leaders.push(member);
  }
}

/** Remembers most of the pairs that failed: a pair just below the threshold shares many bands. Forgetting costs time only. */
function failedPairs(size: number): { has: Link; add: (a: number, b: number) => void } {
  const slots = new Float64Array(1 << 18).fill(-1);
  const pairOf = (a: number, b: number): number => Math.min(a, b) * size + Math.max(a, b);
  const slotOf = (a: number, b: number): number => Math.imul(a ^ Math.imul(b, 0x9e3779b1), 0x85ebca6b) >>> 14;
  return {
    has: (a, b) => slots[slotOf(a, b)] === pairOf(a, b),
    add: (a, b) => (slots[slotOf(a, b)] = pairOf(a, b)),
  };
}
