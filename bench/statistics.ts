/** What is said of repeated measurements: the middle one, and the outermost two. */
export type Spread = { median: number; minimum: number; maximum: number; count: number };

export function spreadOf(values: readonly number[]): Spread {
  if (values.length === 0) throw new Error('nothing was measured');
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const median =
    sorted.length % 2 === 1 ? sorted[Math.floor(middle)]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  return { median, minimum: sorted[0]!, maximum: sorted.at(-1)!, count: sorted.length };
}

/** The ratios of two series round by round, so that what slows the whole machine for a while slows both. */
export function ratioSpread(above: readonly number[], below: readonly number[]): Spread {
  return spreadOf(above.map((value, round) => value / below[round]!));
}
