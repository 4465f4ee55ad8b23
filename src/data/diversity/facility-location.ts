/**
 * Chooses items that stand for all: greedy maximisation of facility location, f(S) = sum over i of max(0, max over j in S of
 * similarity(i, j)). Greedy comes within 1 - 1/e of the best (Nemhauser, Wolsey and Fisher 1978); gains only
 * shrink, so an item whose old gain is below another's new one need not be looked at again (Minoux 1978).
 *
 * `similarities` is [count, count] row by row, symmetric, cosines in [-1, 1]. Returns the chosen in the order of choice; of
 * equal gains the first item wins.
 */
export function facilityLocation(similarities: Float32Array, count: number, choose: number): number[] {
  const covered = new Float64Array(count);
  const gains = new Float64Array(count).fill(Infinity);
  const freshAt = new Int32Array(count).fill(-1);
  const chosen: number[] = [];
  while (chosen.length < Math.min(choose, count)) {
    const item = highest(gains);
    if (freshAt[item] === chosen.length) {
      for (let i = 0; i < count; i++) covered[i] = Math.max(covered[i]!, similarities[item * count + i]!);
      gains[item] = -Infinity;
      chosen.push(item);
      continue;
    }
    let gain = 0;
    for (let i = 0, at = item * count; i < count; i++, at++) {
      const more = similarities[at]! - covered[i]!;
      if (more > 0) gain += more;
    }
    gains[item] = gain;
    freshAt[item] = chosen.length;
  }
  return chosen;
}

function highest(values: Float64Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}
