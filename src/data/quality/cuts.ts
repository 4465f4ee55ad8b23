/**
 * Where quality cuts: the best of every topic stay, the same share of each. So a topic whose scores are low for a reason of
 * its own, such as an outcome that the topic decides, keeps its part. Found by counting: first how many records of a topic
 * lie at each level of their merits, then which of those at the one level that a cut goes through stay.
 */
import { type Order, placeOf } from '../draw.ts';
import { labelOf } from '../diversity/category-column.ts';
import { divideQuota } from '../diversity/quotas.ts';
import { addCounts, addTo } from '../diversity/set-tally.ts';
import type { ScoredRecords } from './scored-records.ts';
import { scoreAt } from './score-table.ts';

/** Scores are exact to 0.002 each; what lies nearer together than this is as good. */
const levels = 1000;

export type TopicCounts = {
  /** Records that reach the least score, by level. */
  levels: Map<number, number>;
  /** Records whose outcome is known, and those of them that failed. */
  known: number;
  failed: number;
};
export type CountsByTopic = Map<string, TopicCounts>;

/** A record stays when its level is higher, or the same and its place in a seeded order is lower. */
export type Cut = { level: number; place: number };
export type Cuts = Map<string, Cut>;
/** By topic, the level that the cut goes through and how many of its records stay. */
export type Borders = Map<string, { level: number; stay: number }>;
/** By topic, the places of the records at that level, 4 bytes each. */
export type BorderPlaces = Map<string, Uint32Array>;

const levelOf = (merit: number): number => Math.round(merit * levels);

export function countLevels(
  sums: CountsByTopic,
  { count, topic, scores, combined, merits }: ScoredRecords,
  leastScore: number,
): void {
  for (let i = 0; i < count; i++) {
    const counts = countsOf(sums, labelOf(topic, i));
    if (combined[i]! >= leastScore) addTo(counts.levels, levelOf(merits[i]!), 1);
    const resolution = scoreAt(scores, i, 'resolution');
    if (Number.isNaN(resolution)) continue;
    counts.known += 1;
    counts.failed += Number(resolution === 0);
  }
}

export function addTopicCounts(sums: CountsByTopic, others: CountsByTopic): void {
  for (const [topic, other] of others) {
    const sum = countsOf(sums, topic);
    addCounts(sum.levels, other.levels);
    sum.known += other.known;
    sum.failed += other.failed;
  }
}

function countsOf(sums: CountsByTopic, topic: string): TopicCounts {
  let counts = sums.get(topic);
  if (!counts) sums.set(topic, (counts = { levels: new Map(), known: 0, failed: 0 }));
  return counts;
}

/** How many of each topic stay, `target` of all if so many reach the least score. */
export function placesByTopic(sums: CountsByTopic, target: number): Map<string, number> {
  const topics = [...sums.keys()].sort();
  const sizes = topics.map((topic) => sizeOf(sums.get(topic)!));
  return new Map(divideQuota(sizes, target, 0).map((places, i) => [topics[i]!, places]));
}

function sizeOf({ levels: counts }: TopicCounts): number {
  let size = 0;
  for (const count of counts.values()) size += count;
  return size;
}

/** The borders of the topics of which some stay and some go. */
export function findBorders(sums: CountsByTopic, places: ReadonlyMap<string, number>): Borders {
  const borders: Borders = new Map();
  for (const [topic, counts] of sums) {
    let stay = places.get(topic)!;
    if (stay === 0 || stay === sizeOf(counts)) continue;
    for (const [level, count] of [...counts.levels].sort(([a], [b]) => b - a)) {
      if (count >= stay) {
        borders.set(topic, { level, stay });
        break;
      }
      stay -= count;
    }
  }
  return borders;
}

/** The places of the records that lie on borders. */
export async function placesAtBorders(
  stretches: AsyncIterable<ScoredRecords>,
  { borders, ties, leastScore }: { borders: Borders; ties: Order; leastScore: number },
): Promise<BorderPlaces> {
  const found = new Map([...borders.keys()].map((topic): [string, number[]] => [topic, []]));
  for await (const { first, count, topic, combined, merits } of stretches)
    for (let i = 0; i < count; i++) {
      const name = labelOf(topic, i);
      if (combined[i]! >= leastScore && borders.get(name)?.level === levelOf(merits[i]!))
        found.get(name)!.push(placeOf(ties, first + i));
    }
  return new Map([...found].map(([topic, places]) => [topic, Uint32Array.from(places)]));
}

/** The cut of every topic. Of equal levels the order says which stay, as the order of the sources says nothing. */
export function findCuts(
  places: ReadonlyMap<string, number>,
  borders: Borders,
  found: readonly BorderPlaces[],
): Cuts {
  const cuts: Cuts = new Map();
  for (const [topic, some] of places) {
    const border = borders.get(topic);
    if (!border) {
      cuts.set(topic, { level: some === 0 ? Infinity : -Infinity, place: 0 });
      continue;
    }
    const { level, stay } = border;
    const sorted = joined(found.map((ofOne) => ofOne.get(topic)!)).sort();
    cuts.set(topic, { level, place: sorted[stay - 1]! + 1 });
  }
  return cuts;
}

function joined(lists: readonly Uint32Array[]): Uint32Array {
  const all = new Uint32Array(lists.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const list of lists) {
    all.set(list, at);
    at += list.length;
  }
  return all;
}

/** Whether a record of a topic with this cut stays. */
export function stays(merit: number, index: number, cut: Cut, ties: Order): boolean {
  const level = levelOf(merit);
  return level > cut.level || (level === cut.level && placeOf(ties, index) < cut.place);
}
