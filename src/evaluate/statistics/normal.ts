/** The standard normal distribution, to double precision: what the BCa and Wilson intervals need. */

/**
 * P(Z ≤ x). Complementary error function by its continued fraction far out and its series near 0
 * (Abramowitz & Stegun 7.1.5 and 7.1.14); relative error below 1e-13 over [-37, 37].
 */
export function normalCdf(x: number): number {
  const z = Math.abs(x) / Math.SQRT2;
  const tail = z < 2 ? 1 - erfSeries(z) : erfcFraction(z);
  return x > 0 ? 1 - tail / 2 : tail / 2;
}

/** erf z = 2/√π · e^(−z²) · Σ 2ⁿ z^(2n+1) / (1·3···(2n+1)): all terms positive, so nothing cancels. */
function erfSeries(z: number): number {
  let term = z;
  let sum = z;
  for (let n = 1; term > sum * 1e-17; n++) {
    term *= (2 * z * z) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-z * z) * sum;
}

/** erfc z = e^(−z²)/√π · 1/(z + (1/2)/(z + (2/2)/(z + (3/2)/(z + …)))), evaluated from the inside. */
function erfcFraction(z: number): number {
  let inner = z;
  for (let n = 120; n >= 1; n--) inner = z + n / 2 / inner;
  return Math.exp(-z * z) / Math.sqrt(Math.PI) / inner;
}

/**
 * x with P(Z ≤ x) = `probability`, by bisection on the monotone CDF and then Newton steps; ±Infinity at 1 and 0.
 * The upper half is mirrored so that both tails are equally exact.
 */
export function normalQuantile(probability: number): number {
  if (!(probability >= 0 && probability <= 1)) return NaN;
  if (probability === 0) return -Infinity;
  if (probability === 1) return Infinity;
  if (probability > 0.5) return -normalQuantile(1 - probability);
  let low = -38.5;
  let high = 0;
  while (high - low > 1e-3) {
    const middle = (low + high) / 2;
    if (normalCdf(middle) < probability) low = middle;
    else high = middle;
  }
  let x = (low + high) / 2;
  for (let i = 0; i < 3; i++) {
    const density = Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
    if (density > 0) x -= (normalCdf(x) - probability) / density;
  }
  return x;
}
