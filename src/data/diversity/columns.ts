/** Facts about many records by column, as far as distributions need them. */

/** A label of each record: `names[ids[record]]`; the empty name stands for none. */
export type Category = { names: string[]; ids: Uint32Array };

export type Columns = {
  categories: Readonly<Record<string, Category>>;
  /** NaN where a record's value is not known. */
  numbers: Readonly<Record<string, Float32Array>>;
};

/** A category to be filled record by record. */
export function categoryBuilder(count: number): {
  category: Category;
  set: (record: number, name: string) => void;
} {
  const category: Category = { names: [], ids: new Uint32Array(count) };
  const known = new Map<string, number>();
  return {
    category,
    set: (record, name) => {
      let id = known.get(name);
      if (id === undefined) {
        id = category.names.length;
        known.set(name, id);
        category.names.push(name);
      }
      category.ids[record] = id;
    },
  };
}

/** The records of each label, in order. */
export function groupsOf({ names, ids }: Category): Int32Array[] {
  const sizes = new Int32Array(names.length);
  for (const id of ids) sizes[id]! += 1;
  const groups = Array.from(sizes, (size) => new Int32Array(size));
  const filled = new Int32Array(names.length);
  ids.forEach((id, record) => {
    groups[id]![filled[id]!] = record;
    filled[id]! += 1;
  });
  return groups;
}
