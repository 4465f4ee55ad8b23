import { seededRandom, shuffledIndexes } from '../../base/random.ts';
import { type Category, groupsOf } from '../diversity/columns.ts';
import { divideQuota } from '../diversity/quotas.ts';

/**
 * Marks the records to keep, 1 each: the best of every topic, the same share of each, `target` of all. So a topic whose scores are low for a
 * reason of its own, such as an outcome that the topic decides, keeps its part. Records below `leastScore` go first.
 * Of equal scores it is drawn by the seed which stay, as the order of the sources says nothing.
 */
export function chooseBest(
  scores: Float32Array,
  topics: Category,
  { target, leastScore, seed }: { target: number; leastScore: number; seed: number },
): Uint8Array {
  const kept = new Uint8Array(scores.length);
  const draw = shuffledIndexes(scores.length, seededRandom(seed, 'quality'));
  const enough = draw.filter((record) => scores[record]! >= leastScore);
  const groups = groupsOf(topics, enough).filter(({ length }) => length > 0);
  const quotas = divideQuota(
    groups.map(({ length }) => length),
    target,
    0,
  );
  groups.forEach((group, i) => {
    group.sort((a, b) => scores[b]! - scores[a]!);
    for (const record of group.subarray(0, quotas[i])) kept[record] = 1;
  });
  return kept;
}

/** Marks as many records as asked for, drawn at random: what any choice has to beat. */
export function chooseAtRandom(count: number, target: number, seed: number, label: string): Uint8Array {
  const kept = new Uint8Array(count);
  const order = shuffledIndexes(count, seededRandom(seed, 'random', label));
  for (const record of order.subarray(0, target)) kept[record] = 1;
  return kept;
}
