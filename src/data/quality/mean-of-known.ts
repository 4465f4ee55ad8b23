/** The mean of the values that are known; unknown when none is. */
export function meanOfKnown(values: readonly (number | undefined)[]): number | undefined {
  let sum = 0;
  let count = 0;
  for (const value of values) {
    if (value === undefined) continue;
    sum += value;
    count += 1;
  }
  return count === 0 ? undefined : sum / count;
}
