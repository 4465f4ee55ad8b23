/** A label of each record: `names[ids[record]]`; the empty name stands for none. */
export type Category = { names: string[]; ids: Uint32Array };

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

/** The label of a record. */
export function labelOf({ names, ids }: Category, record: number): string {
  return names[ids[record]!]!;
}

/** The records of each label: of all, in order, or of those given, in their order. */
export function groupsOf({ names, ids }: Category, records?: Int32Array): Int32Array[] {
  const count = records?.length ?? ids.length;
  const sizes = new Int32Array(names.length);
  for (let i = 0; i < count; i++) sizes[ids[records?.[i] ?? i]!]! += 1;
  const groups = Array.from(sizes, (size) => new Int32Array(size));
  const filled = new Int32Array(names.length);
  for (let i = 0; i < count; i++) {
    const record = records?.[i] ?? i;
    const id = ids[record]!;
    groups[id]![filled[id]!++] = record;
  }
  return groups;
}
