import { seededRandom, shuffledIndexes } from '../../base/random.ts';
import { divideQuota } from '../diversity/quotas.ts';

/**
 * Marks the records to keep, 1 each: the best of every topic, the same share of each, `target` of all. So a topic whose scores are low for a
 * reason of its own, such as an outcome that the topic decides, keeps its part. Records below `leastScore` go first.
 * Of equal scores it is drawn by the seed which stay, as the order of the sources says nothing.
 */
export function chooseBest(
  scores: Float32Array,
  topics: Uint32Array,
  { target, leastScore, seed }: { target: number; leastScore: number; seed: number },
): Uint8Array {
  const kept = new Uint8Array(scores.length);
  const draw = shuffledIndexes(scores.length, seededRandom(seed, 'quality'));
  const byTopic = new Map<number, number[]>();
  for (const record of draw) {
    if (scores[record]! < leastScore) continue;
    const list = byTopic.get(topics[record]!);
    if (list) list.push(record);
    else byTopic.set(topics[record]!, [record]);
  }
  const names = [...byTopic.keys()].sort((a, b) => a - b);
  const quotas = divideQuota(
    names.map((name) => byTopic.get(name)!.length),
    target,
    0,
  );
  names.forEach((name, i) => {
    const ranked = byTopic.get(name)!.sort((a, b) => scores[b]! - scores[a]!);
    for (const record of ranked.slice(0, quotas[i])) kept[record] = 1;
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
