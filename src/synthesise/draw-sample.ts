import { createHash } from 'node:crypto';

/**
 * The `count` items with the lowest hashes of seed, label and id, in the order of these hashes: a random sample that is
 * the same for any order of the items, and that a larger count only adds to. Holds no more than 2 `count` items.
 */
export async function drawSample<T>(
  items: AsyncIterable<T>,
  count: number,
  { seed, label, idOf }: { seed: number; label: string; idOf: (item: T) => string },
): Promise<T[]> {
  let drawn: { hash: string; item: T }[] = [];
  const cut = (): void => {
    drawn.sort((a, b) => (a.hash < b.hash ? -1 : 1));
    drawn = drawn.slice(0, count);
  };
  for await (const item of items) {
    const hash = createHash('sha256')
      .update(JSON.stringify([seed, label, idOf(item)]))
      .digest('hex');
    drawn.push({ hash, item });
    if (drawn.length >= 2 * count + 64) cut();
  }
  cut();
  return drawn.map(({ item }) => item);
}
