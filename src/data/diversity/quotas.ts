/**
 * Divides `target` places among groups of these sizes. Shares go by size to the power 1 - balance: 0 keeps the
 * proportions, 1 gives every group the same as long as it has that many. What a small group cannot fill goes to the others.
 * Fractions are settled by the largest remainder, the first of equals; the result sums to min(target, all).
 */
export function divideQuota(sizes: readonly number[], target: number, balance: number): number[] {
  const all = sizes.reduce((sum, size) => sum + size, 0);
  if (target >= all) return [...sizes];
  const weights = sizes.map((size) => (size === 0 ? 0 : size ** (1 - balance)));
  const filled = new Set<number>();
  const shares = sizes.map(() => 0);
  // Each round fills at least one more group, or is the last.
  for (let open = true; open;) {
    open = false;
    let places = target;
    let weight = 0;
    sizes.forEach((size, i) => (filled.has(i) ? (places -= size) : (weight += weights[i]!)));
    sizes.forEach((size, i) => {
      shares[i] = filled.has(i) ? size : weight === 0 ? 0 : (places * weights[i]!) / weight;
    });
    sizes.forEach((size, i) => {
      if (filled.has(i) || shares[i]! < size) return;
      filled.add(i);
      open = true;
    });
  }
  return roundToSum(shares, target);
}

function roundToSum(shares: readonly number[], target: number): number[] {
  const counts = shares.map((share) => Math.floor(share + 1e-9));
  const left = target - counts.reduce((sum, count) => sum + count, 0);
  const order = [...shares.keys()].sort(
    (a, b) => shares[b]! - counts[b]! - (shares[a]! - counts[a]!) || a - b,
  );
  for (const i of order.slice(0, left)) counts[i]! += 1;
  return counts;
}
