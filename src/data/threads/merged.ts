/** Tickets that were merged into others, by their ids. */

/**
 * For each ticket that others were merged into, those others in the order given. A chain of merges ends at its last
 * ticket; of a circle the ticket that stands first is taken for the last.
 */
export function groupMerged(mergedInto: ReadonlyMap<string, string>): Map<string, string[]> {
  const targets = new Map<string, string>();
  for (const start of mergedInto.keys()) {
    const path: string[] = [];
    const onPath = new Set<string>();
    let at = start;
    while (!targets.has(at) && !onPath.has(at)) {
      onPath.add(at);
      path.push(at);
      const next = mergedInto.get(at);
      if (next === undefined) break;
      at = next;
    }
    // The end of the chain, known already, or the ticket at which a circle closes.
    const target = targets.get(at) ?? at;
    for (const id of path) targets.set(id, target);
  }
  const groups = new Map<string, string[]>();
  for (const id of mergedInto.keys()) {
    const target = targets.get(id)!;
    if (target === id) continue;
    const group = groups.get(target) ?? [];
    group.push(id);
    groups.set(target, group);
  }
  return groups;
}
