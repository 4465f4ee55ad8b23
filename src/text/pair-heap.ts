/** A token pair and how often it occurred when it was queued. */
export type QueuedPair = { left: number; right: number; count: number };

const before = (a: QueuedPair, b: QueuedPair): boolean =>
  a.count !== b.count ? a.count > b.count : a.left !== b.left ? a.left < b.left : a.right < b.right;

/** A binary heap: the most frequent pair first, ties by the lower left id, then the lower right id. */
export class PairHeap {
  readonly #items: QueuedPair[] = [];

  push({ left, right, count }: QueuedPair): void {
    const items = this.#items;
    const item = { left, right, count };
    let at = items.push(item) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(item, items[parent]!)) break;
      items[at] = items[parent]!;
      at = parent;
    }
    items[at] = item;
  }

  pop(): QueuedPair | undefined {
    const items = this.#items;
    const top = items[0];
    const last = items.pop();
    if (top === undefined || last === undefined || items.length === 0) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && before(items[child + 1]!, items[child]!)) child++;
      if (!before(items[child]!, last)) break;
      items[at] = items[child]!;
      at = child;
    }
    items[at] = last;
    return top;
  }
}
