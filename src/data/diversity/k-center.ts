/**
 * Chooses items far from one another: greedy k-center (Gonzalez 1985), at most twice the best radius. Starts at the item
 * with the highest mean similarity to all, then takes the one least similar to its nearest chosen. It likes
 * outliers, so it is meant for what a quality filter has passed, in small groups.
 *
 * `similarities` is [count, count] row by row, symmetric, cosines in [-1, 1]. Returns the chosen in the order of choice; of
 * equals the first item wins.
 */
export function kCenter(similarities: Float32Array, count: number, choose: number): number[] {
  const chosen: number[] = [];
  const nearest = new Float64Array(count).fill(-Infinity);
  let next = mostCentral(similarities, count);
  while (chosen.length < Math.min(choose, count)) {
    chosen.push(next);
    for (let i = 0; i < count; i++) nearest[i] = Math.max(nearest[i]!, similarities[next * count + i]!);
    nearest[next] = Infinity;
    next = 0;
    for (let i = 1; i < count; i++) if (nearest[i]! < nearest[next]!) next = i;
  }
  return chosen;
}

function mostCentral(similarities: Float32Array, count: number): number {
  let best = 0;
  let highest = -Infinity;
  for (let item = 0; item < count; item++) {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += similarities[item * count + i]!;
    if (sum > highest) {
      highest = sum;
      best = item;
    }
  }
  return best;
}
