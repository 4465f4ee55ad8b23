/** Records on their way to the process that chooses among them: what it needs to know of them, column by column. */
import { type Category, categoryBuilder, labelOf } from './category-column.ts';
import { columnsBy, type FactColumns } from './observed-records.ts';

export type PlacedRecords = FactColumns & {
  indexes: Uint32Array;
  /** [records, dimensions], as in vector-table.ts. */
  values: Int8Array;
  clusters: Uint16Array;
  /** Mean idf of the words. */
  rarity: Float32Array;
  cell: Category;
};

/** Picks rows out of one or more tables, in this order. */
export function pickRecords(
  tables: readonly PlacedRecords[],
  picks: readonly { table: number; row: number }[],
  dimensions: number,
): PlacedRecords {
  const from = <T>(read: (table: PlacedRecords, row: number) => T): T[] =>
    picks.map(({ table, row }) => read(tables[table]!, row));
  const category = (of: (table: PlacedRecords) => Category): Category => {
    const builder = categoryBuilder(picks.length);
    for (const [i, { table, row }] of picks.entries()) builder.set(i, labelOf(of(tables[table]!), row));
    return builder.category;
  };
  const values = new Int8Array(picks.length * dimensions);
  for (const [i, { table, row }] of picks.entries())
    values.set(tables[table]!.values.subarray(row * dimensions, (row + 1) * dimensions), i * dimensions);
  return {
    indexes: Uint32Array.from(from(({ indexes }, row) => indexes[row]!)),
    values,
    clusters: Uint16Array.from(from(({ clusters }, row) => clusters[row]!)),
    rarity: Float32Array.from(from(({ rarity }, row) => rarity[row]!)),
    cell: category(({ cell }) => cell),
    ...columnsBy(
      (name) => category(({ labels }) => labels[name]),
      (name) => Float32Array.from(from(({ numbers }, row) => numbers[name][row]!)),
    ),
  };
}

/** All rows of these tables in the order of the records. */
export function joinRecords(tables: readonly PlacedRecords[], dimensions: number): PlacedRecords {
  const picks = tables.flatMap(({ indexes }, table) =>
    Array.from(indexes, (index, row) => ({ table, row, index })),
  );
  picks.sort((a, b) => a.index - b.index);
  return pickRecords(tables, picks, dimensions);
}
