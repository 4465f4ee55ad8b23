const exponents = 7;

/**
 * The 256 values, rising, of the dynamic 8-bit type of bitsandbytes (create_dynamic_map; Dettmers, arXiv 1511.04561): the
 * place of the leading bit gives a power of ten, the bits after it a fraction between 0.1 and 1. Signed ones lie in
 * (-1, 1], unsigned ones in [0, 1].
 */
export function dynamicMapValues(signed: boolean): Float32Array {
  const values = [0, 1];
  for (let exponent = 0; exponent < exponents; exponent++) {
    const items = 2 ** (signed ? exponent : exponent + 1);
    const power = Math.fround(10 ** (exponent - exponents + 1));
    const point = pointsBetweenTenthAndOne(items);
    // Means of neighbours; every step is rounded to float32, as the reference's are.
    for (let i = 0; i < items; i++) {
      const value = power * (Math.fround(point(i) + point(i + 1)) / 2);
      values.push(value, ...(signed ? [-value] : []));
    }
  }
  return Float32Array.from(values).sort();
}

/** torch.linspace(0.1, 1, items + 1): it counts from the nearer end, and rounds product and sum at once. */
function pointsBetweenTenthAndOne(items: number): (i: number) => number {
  const first = Math.fround(0.1);
  const step = Math.fround(Math.fround(1 - first) / items);
  return (i) => Math.fround(2 * i < items ? first + step * i : 1 - step * (items - i));
}
