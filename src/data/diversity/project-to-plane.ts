/** Steps of the power iteration; a map needs no more digits than they give. */
const steps = 300;

/**
 * Projects rows [count, dimensions] to [count, 2] on their first two principal components. Works on the products of the
 * centred rows (classical scaling, equal to PCA: Gower 1966), as there are fewer rows than dimensions. Each axis points
 * to where its farthest row is; an axis along which rows do not differ is 0.
 */
export function projectToPlane(rows: Float32Array, dimensions: number): Float64Array {
  const count = rows.length / dimensions;
  const products = centredProducts(rows, count, dimensions);
  const plane = new Float64Array(count * 2);
  for (const axis of [0, 1]) {
    const { vector, value } = firstEigenvector(products, count);
    const farthest = vector.reduce((best, x) => (Math.abs(x) > Math.abs(best) + 1e-9 ? x : best), 0);
    const scale = Math.sqrt(value) * (farthest < 0 ? -1 : 1);
    for (let i = 0; i < count; i++) {
      plane[i * 2 + axis] = vector[i]! * scale;
      for (let j = 0; j < count; j++) products[i * count + j]! -= value * vector[i]! * vector[j]!;
    }
  }
  return plane;
}

function centredProducts(rows: Float32Array, count: number, dimensions: number): Float64Array {
  const centred = Float64Array.from(rows);
  for (let k = 0; k < dimensions; k++) {
    let mean = 0;
    for (let i = 0; i < count; i++) mean += rows[i * dimensions + k]! / count;
    for (let i = 0; i < count; i++) centred[i * dimensions + k]! -= mean;
  }
  const products = new Float64Array(count * count);
  for (let i = 0; i < count; i++)
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = 0; k < dimensions; k++) sum += centred[i * dimensions + k]! * centred[j * dimensions + k]!;
      products[i * count + j] = sum;
      products[j * count + i] = sum;
    }
  return products;
}

/** Power iteration on a symmetric matrix without negative eigenvalues; value 0 where nothing is left of it. */
function firstEigenvector(matrix: Float64Array, count: number): { vector: Float64Array; value: number } {
  let vector = Float64Array.from({ length: count }, (_, i) => 1 / (i + 1));
  let value = 0;
  for (let step = 0; step < steps; step++) {
    const next = new Float64Array(count);
    for (let i = 0; i < count; i++)
      for (let j = 0; j < count; j++) next[i]! += matrix[i * count + j]! * vector[j]!;
    value = Math.hypot(...next);
    if (value < 1e-12) return { vector: new Float64Array(count), value: 0 };
    vector = next.map((x) => x / value);
  }
  return { vector, value };
}
