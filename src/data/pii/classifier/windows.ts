/** Long texts in windows that the model can take. Windows overlap, and each token is judged where it has most context. */

/** Tokens `first` to `end` - 1 of a text; the labels of `from` to `to` - 1 count. */
export type Window = { first: number; end: number; from: number; to: number };

/** Windows of at most `size` tokens over `count`; neighbours share a quarter, each keeping its half of that. */
export function windowsOf(count: number, size: number): Window[] {
  if (count <= size) return [{ first: 0, end: count, from: 0, to: count }];
  const shared = Math.floor(size / 4);
  const windows: Window[] = [];
  for (let first = 0; ; first += size - shared) {
    const isLast = first + size >= count;
    // The last window is as long as the others, so that its first tokens have context too.
    const start = isLast ? count - size : first;
    const from = windows.at(-1)?.to ?? 0;
    const end = start + size;
    windows.push({ first: start, end, from, to: isLast ? count : end - Math.ceil(shared / 2) });
    if (isLast) return windows;
  }
}
