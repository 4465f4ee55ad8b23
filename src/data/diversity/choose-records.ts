/** Third reduction of diversity: chooses within the cells of a partition. */
import { seededRandom } from '../../base/random.ts';
import type { DiversityConfig } from '../config/diversity.ts';
import { isDrawn } from '../draw.ts';
import { makeVectorTable, setValues, type VectorTable } from '../embeddings/vector-table.ts';
import type { ObservedPart, Piece, ReductionContext } from '../rule.ts';
import { chooseDiverse } from './choose-diverse.ts';
import { groupsOf, labelOf } from './category-column.ts';
import {
  addToComparison,
  type ComparisonDraws,
  type ComparisonTally,
  emptyComparison,
} from './compare-with-random.ts';
import { nearestCosines } from './coverage.ts';
import { difficulty, type Ranks } from './difficulty.ts';
import { marked } from './record-marks.ts';
import { joinRecords, type PlacedRecords } from './placed-records.ts';
import { moodOf } from './sentiment.ts';

export type ChooseParameters = {
  dimensions: number;
  /** By cell. */
  places: Map<string, number>;
  ranks: Ranks;
  clusterNames: string[];
  method: DiversityConfig['method'];
  seed: number;
  draws: ComparisonDraws;
  /** Which of both stays. */
  selection: 'best' | 'random';
  /** Vectors of the records whose nearest kept one is looked for: the values of their rows. */
  probes: Int8Array[];
};

/** What is decided about some records of a part, column by column; `places` says which. */
export type DiversityVerdicts = {
  places: Uint32Array;
  clusters: Uint16Array;
  difficulty: Float32Array;
  /** NaN where it is not known. */
  sentiment: Float32Array;
  kept: Uint8Array;
};

export type DiversityTally = {
  comparison: ComparisonTally;
  /** Of each probe the highest cosine with a record of the set. */
  nearest: { chosen: Float64Array; random: Float64Array };
};

/** Verdicts for each part and, last, what a report tells. */
export async function chooseRecords(
  pieces: AsyncIterable<Piece>,
  { parameters, parts }: ReductionContext,
): Promise<unknown[]> {
  const told = parameters as ChooseParameters;
  const { dimensions, probes, draws, selection } = told;
  const tables: PlacedRecords[] = [];
  for await (const { value } of pieces) tables.push(...(value as PlacedRecords[]));
  const records = joinRecords(tables, dimensions);
  const count = records.indexes.length;
  const table = tableOf(records, probes, dimensions);
  const chosen = chooseWithinCells(table, records, told);
  const random = Uint8Array.from(records.indexes, (index) => Number(isDrawn(draws.random, index)));
  const ranks = Float32Array.from({ length: count }, (_, at) => difficultyOf(records, at, told.ranks));
  const ofProbes = Int32Array.from(probes, (_, i) => count + i);
  const tally: DiversityTally = {
    comparison: compare(records, chosen, { difficulties: ranks, told }),
    nearest: {
      chosen: nearestCosines(table, ofProbes, marked(chosen)),
      random: nearestCosines(table, ofProbes, marked(random)),
    },
  };
  const kept = selection === 'random' ? random : chosen;
  return [...verdictsOf(records, { kept, difficulties: ranks }, parts), tally];
}

/** The records and, after them, the probes. */
function tableOf(
  { indexes, values }: PlacedRecords,
  probes: readonly Int8Array[],
  dimensions: number,
): VectorTable {
  const table = makeVectorTable(indexes.length + probes.length, dimensions);
  for (let row = 0; row < indexes.length; row++)
    setValues(table, row, values.subarray(row * dimensions, (row + 1) * dimensions));
  for (const [i, probe] of probes.entries()) setValues(table, indexes.length + i, probe);
  return table;
}

function chooseWithinCells(
  table: VectorTable,
  { indexes, cell }: PlacedRecords,
  { places, method, seed }: ChooseParameters,
): Uint8Array {
  const chosen = new Uint8Array(indexes.length);
  for (const [i, rows] of groupsOf(cell).entries()) {
    const name = cell.names[i]!;
    const random = seededRandom(seed, 'buckets', name);
    for (const row of chooseDiverse(table, rows, places.get(name)!, { method, random })) chosen[row] = 1;
  }
  return chosen;
}

function difficultyOf({ numbers, rarity }: PlacedRecords, at: number, ranks: Ranks): number {
  const { words, turns, following } = numbers;
  return difficulty(
    { words: words[at]!, turns: turns[at]!, rarity: rarity[at]!, following: following[at]! },
    ranks,
  );
}

function compare(
  { indexes, clusters, labels, numbers }: PlacedRecords,
  chosen: Uint8Array,
  { difficulties, told: { clusterNames, draws } }: { difficulties: Float32Array; told: ChooseParameters },
): ComparisonTally {
  const tally = emptyComparison();
  for (const [at, index] of indexes.entries()) {
    const mood = numbers.sentiment[at]!;
    const record = {
      index,
      isChosen: chosen[at] === 1,
      labels: {
        topic: labelOf(labels.topic, at),
        cluster: clusterNames[clusters[at]!]!,
        outcome: labelOf(labels.outcome, at),
        language: labelOf(labels.language, at),
        sentiment: Number.isNaN(mood) ? 'unknown' : moodOf(mood),
      },
      numbers: {
        words: numbers.words[at]!,
        turns: numbers.turns[at]!,
        sentiment: mood,
        quality: numbers.quality[at]!,
        difficulty: difficulties[at]!,
      },
    };
    addToComparison(tally, record, draws);
  }
  return tally;
}

/** What is decided about the records of each part, which stand one after the other. */
function verdictsOf(
  { indexes, clusters, numbers }: PlacedRecords,
  { kept, difficulties }: { kept: Uint8Array; difficulties: Float32Array },
  parts: readonly ObservedPart[],
): DiversityVerdicts[] {
  let end = 0;
  return parts.map(({ first, count }) => {
    const start = end;
    while (end < indexes.length && indexes[end]! < first + count) end += 1;
    return {
      places: indexes.slice(start, end).map((index) => index - first),
      clusters: clusters.slice(start, end),
      difficulty: difficulties.slice(start, end),
      sentiment: numbers.sentiment.slice(start, end),
      kept: kept.slice(start, end),
    };
  });
}
