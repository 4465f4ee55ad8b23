import type { PiiSpan } from '../recogniser.ts';

/** Both lists, each in order, as one in order, without what of the second overlaps one of the first. */
export function withoutInner(outer: readonly PiiSpan[], others: readonly PiiSpan[]): PiiSpan[] {
  let at = 0;
  const apart = others.filter(({ start, end }) => {
    while (at < outer.length && outer[at]!.end <= start) at++;
    return at >= outer.length || end <= outer[at]!.start;
  });
  return [...outer, ...apart].sort((a, b) => a.start - b.start);
}
