/**
 * Cells: records among which one process chooses. A group (a topic, say) is a cell of its own; one of very many records is
 * divided by its clusters, and what is still too large by a draw, so that no process needs the vectors of them all. Places
 * go to the groups first, and within one to its cells in proportion.
 */
import { type Order, orderBy, placeOf } from '../draw.ts';
import type { DiversityConfig } from '../config/diversity.ts';
import { divideQuota } from './quotas.ts';
import { addTo } from './set-tally.ts';
import type { Survey } from './survey.ts';

/** Vectors of 64 bytes and what belongs to them: some megabytes. */
const usuallyMostInCell = 20_000;

type LabelCounts = Pick<Survey, 'topic' | 'outcome'>;

export type Grouping = DiversityConfig['quota']['by'];

export type CellPlan = {
  by: Grouping;
  /** Of the groups that are divided: by cluster, into how many cells. */
  divided: Map<string, Map<number, number>>;
  /** Says which of them a record belongs to. */
  slices: Order;
};

/** What the quota goes by: topics where at least half of the records have one, else the clusters. */
export function groupingOf(by: Grouping, { topic }: LabelCounts, count: number): Grouping {
  return by === 'topic' && (topic.get('') ?? 0) > count / 2 ? 'cluster' : by;
}

/** The group of a record. */
export function groupOf(
  by: Grouping,
  { topic, outcome, cluster }: { topic: string; outcome: string; cluster: number },
): string {
  if (by === 'none') return '';
  return by === 'cluster' ? String(cluster) : { topic, outcome }[by];
}

/** `sample` tells how the records of a group are spread over the clusters, and how many a cluster has. */
export function planCells(
  by: Grouping,
  options: {
    survey: LabelCounts;
    sample: readonly { topic: string; outcome: string; cluster: number }[];
    count: number;
    seed: number;
    mostInCell?: number;
  },
): CellPlan {
  const { survey, sample, count, seed, mostInCell = usuallyMostInCell } = options;
  const sampled = new Map<string, Map<number, number>>();
  for (const record of sample) {
    const group = groupOf(by, record);
    if (!sampled.has(group)) sampled.set(group, new Map());
    addTo(sampled.get(group)!, record.cluster, 1);
  }
  const divided: CellPlan['divided'] = new Map();
  for (const [group, clusters] of sampled) {
    const size = by === 'topic' || by === 'outcome' ? survey[by].get(group)! : undefined;
    const ofSample = [...clusters.values()].reduce((sum, some) => sum + some, 0);
    const records = size ?? (count * ofSample) / sample.length;
    if (records <= mostInCell) continue;
    const cellsOf = (some: number): number => Math.ceil((records * some) / ofSample / mostInCell);
    divided.set(group, new Map([...clusters].map(([cluster, some]) => [cluster, cellsOf(some)])));
  }
  return { by, divided, slices: orderBy(seed, 'cells') };
}

/** A name for the cell of a record: its group, and where that is divided its cluster and slice. */
export function cellOf(
  { by, divided, slices }: CellPlan,
  record: { index: number; topic: string; outcome: string; cluster: number },
): string {
  const group = groupOf(by, record);
  const clusters = divided.get(group);
  if (!clusters) return JSON.stringify([group]);
  const { cluster, index } = record;
  return JSON.stringify([group, cluster, placeOf(slices, index) % (clusters.get(cluster) ?? 1)]);
}

/** How many of each cell are kept, `target` of all. */
export function placesByCell(
  sizes: ReadonlyMap<string, number>,
  target: number,
  balance: number,
): Map<string, number> {
  const groups = Map.groupBy([...sizes.keys()].sort(), (cell) => (JSON.parse(cell) as [string])[0]);
  const sizeOf = (cell: string): number => sizes.get(cell)!;
  const ofGroups = [...groups.values()].map((cells) => cells.map(sizeOf));
  const places = divideQuota(
    ofGroups.map((cells) => cells.reduce((sum, size) => sum + size, 0)),
    target,
    balance,
  );
  return new Map(
    [...groups.values()].flatMap((cells, g) =>
      divideQuota(ofGroups[g]!, places[g]!, 0).map((some, i) => [cells[i]!, some] as const),
    ),
  );
}
