/** A table that is open: its cells fill up, and each finished row becomes a line of text. */

export type Table = {
  header: string[] | undefined;
  /** Of the row that is open; `cell` is the one that is open, or -1. */
  cells: string[];
  cell: number;
  isHeader: boolean;
  /** Whether the row says of itself that it is the header. */
  isMarked: boolean;
};

/** A row whose first cell alone is filled is a sentence in a table. */
const cellSeparator = ' | ';

export function newTable(): Table {
  return { header: undefined, cells: [], cell: -1, isHeader: true, isMarked: false };
}

export function openCell(table: Table, isHeader: boolean): void {
  table.cells.push('');
  table.cell = table.cells.length - 1;
  if (!isHeader && !table.isMarked) table.isHeader = false;
}

/** Ends the row that is open: what it says, or nothing where it is empty or the header of those that follow. */
export function takeRow(table: Table): { kind: 'paragraph' | 'row'; text: string } | undefined {
  const { cells, header, isHeader } = table;
  Object.assign(table, { cells: [], isHeader: true, isMarked: false });
  const filled = cells.filter((cell) => cell !== '');
  if (filled.length === 0) return undefined;
  if (isHeader && cells.length > 1 && header === undefined) {
    table.header = cells;
    return undefined;
  }
  return {
    kind: filled.length === 1 && header === undefined ? 'paragraph' : 'row',
    text: header === undefined || filled.length === 1 ? filled.join(cellSeparator) : labelled(cells, header),
  };
}

/** A row under a header says what each cell is: `Country: Chile; Code: +56`. */
function labelled(cells: readonly string[], header: readonly string[]): string {
  return cells
    .map((cell, i) => (header[i] ? `${header[i]}: ${cell}` : cell))
    .filter((_, i) => cells[i] !== '')
    .join('; ');
}
