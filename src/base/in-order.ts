/**
 * Starts `work` on the items in their order, at most `ahead` of them before the first that is not done, and yields the
 * results in the order of the items. When one fails, those under way are waited for before the failure is thrown.
 */
export async function* inOrder<T, R>(
  items: Iterable<T>,
  ahead: number,
  work: (item: T, index: number) => Promise<R>,
): AsyncGenerator<R> {
  const underWay: Promise<R>[] = [];
  let index = 0;
  try {
    for (const item of items) {
      const result = work(item, index++);
      // Handled where it is awaited; until then a failure must not end the process.
      result.catch(() => {});
      underWay.push(result);
      if (underWay.length >= ahead) yield await underWay.shift()!;
    }
    while (underWay.length > 0) yield await underWay.shift()!;
  } finally {
    await Promise.allSettled(underWay);
  }
}
