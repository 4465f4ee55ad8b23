/** Second reduction of diversity: gives each record its vector, cluster and cell, and hands it on to the cell's partition. */
import { type Draw, isDrawn } from '../draw.ts';
import { embedFeatures, type HashedModel, meanIdf } from '../embeddings/hashed.ts';
import { makeVectorTable, readRow, setRow, setValues, type VectorTable } from '../embeddings/vector-table.ts';
import { partitionOf } from '../partition.ts';
import type { Piece, ReductionContext } from '../rule.ts';
import { cellOf, type CellPlan } from './cells.ts';
import { categoryBuilder, labelOf } from './category-column.ts';
import { addDifficulties, addDifficulty, type DifficultyTally, emptyDifficulty } from './difficulty.ts';
import { type Clustering, nearestCentre } from './k-means.ts';
import { type ObservedRecords, observedRecords } from './observed-records.ts';
import { type PlacedRecords, pickRecords } from './placed-records.ts';
import { addCounts, addTo } from './set-tally.ts';

export type PlaceParameters = {
  partitions: number;
  idf: Float32Array;
  /** Makes the vectors; undefined where rows hold what an encoder made. */
  model: HashedModel | undefined;
  clustering: Clustering;
  cells: CellPlan;
  probes: Draw;
};

/** What the coordinator learns of the placed records. */
export type Placement = {
  /** Records by cell. */
  cells: Map<string, number>;
  difficulty: DifficultyTally;
  probes: { index: number; values: Int8Array }[];
};

export function emptyPlacement(): Placement {
  return { cells: new Map(), difficulty: emptyDifficulty(), probes: [] };
}

export function addPlacement(sum: Placement, other: Placement): void {
  addCounts(sum.cells, other.cells);
  addDifficulties(sum.difficulty, other.difficulty);
  sum.probes.push(...other.probes);
}

/** For each partition of the cells a list of tables and, last, what is learnt of the placement. */
export async function placeRecords(
  pieces: AsyncIterable<Piece>,
  { parameters, parts, row }: ReductionContext,
): Promise<unknown[]> {
  const told = parameters as PlaceParameters;
  const tables = Array.from({ length: told.partitions }, (): PlacedRecords[] => []);
  const placement = emptyPlacement();
  for await (const observed of observedRecords(pieces, parts)) {
    const placed = place(observed, embed(observed, told, row), told);
    note(placement, placed, told);
    const partitions = placed.cell.names.map((cell) => partitionOf(cell, told.partitions));
    const picks = Map.groupBy(placed.indexes.keys(), (at) => partitions[placed.cell.ids[at]!]!);
    for (const [partition, rows] of picks) {
      const own = rows.map((at) => ({ table: 0, row: at }));
      tables[partition]!.push(pickRecords([placed], own, told.clustering.dimensions));
    }
  }
  return [...tables, placement];
}

function embed(
  { first, count, featuresAt }: ObservedRecords,
  { model, clustering: { dimensions } }: PlaceParameters,
  row: (index: number) => Buffer,
): VectorTable {
  const table = makeVectorTable(count, dimensions);
  const vector = new Float32Array(dimensions);
  for (let at = 0; at < count; at++)
    if (model) {
      embedFeatures(featuresAt(at), model, vector);
      setRow(table, at, vector);
    } else setValues(table, at, new Int8Array(row(first + at)));
  return table;
}

function place(
  { first, count, labels, numbers, featuresAt }: ObservedRecords,
  table: VectorTable,
  { idf, clustering, cells }: PlaceParameters,
): PlacedRecords {
  const clusters = new Uint16Array(count);
  const cell = categoryBuilder(count);
  const vector = new Float32Array(table.dimensions);
  for (let at = 0; at < count; at++) {
    readRow(table, at, vector);
    const cluster = nearestCentre(clustering, vector);
    clusters[at] = cluster;
    const [topic, outcome] = [labelOf(labels.topic, at), labelOf(labels.outcome, at)];
    cell.set(at, cellOf(cells, { index: first + at, topic, outcome, cluster }));
  }
  return {
    indexes: Uint32Array.from({ length: count }, (_, at) => first + at),
    values: table.values,
    clusters,
    rarity: Float32Array.from({ length: count }, (_, at) => meanIdf(featuresAt(at), idf)),
    cell: cell.category,
    labels,
    numbers,
  };
}

function note(
  placement: Placement,
  { indexes, values, rarity, cell, numbers }: PlacedRecords,
  { probes, clustering: { dimensions } }: PlaceParameters,
): void {
  for (const [at, index] of indexes.entries()) {
    addTo(placement.cells, labelOf(cell, at), 1);
    addDifficulty(placement.difficulty, {
      words: numbers.words[at]!,
      turns: numbers.turns[at]!,
      rarity: rarity[at]!,
      following: numbers.following[at]!,
    });
    if (isDrawn(probes, index))
      placement.probes.push({ index, values: values.slice(at * dimensions, (at + 1) * dimensions) });
  }
}
