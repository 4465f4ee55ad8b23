/**
 * Seeded random numbers: the same seed gives the same sequence on every machine.
 * sfc32 (Chris Doty-Humphrey, PractRand), seeded through splitmix32.
 */
export type Random = {
  /** Uniform 32-bit unsigned integer. */
  uint32: () => number;
  /** Uniform in [0, 1) with 32 bits. */
  uniform: () => number;
  /** Uniform integer in [0, limit). */
  integer: (limit: number) => number;
  /** Standard normal, by Box-Muller. */
  normal: () => number;
};

/** A generator for `seed` and any number of further labels, so that each use has a stream of its own. */
export function seededRandom(seed: number, ...stream: (number | string)[]): Random {
  let mixState = seed >>> 0;
  const mix = (): number => {
    mixState = (mixState + 0x9e3779b9) | 0;
    let z = mixState;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
  for (const part of stream) {
    for (const char of String(part)) mixState = (Math.imul(mixState, 31) + mix() + char.codePointAt(0)!) | 0;
    mix();
  }
  let a = mix();
  let b = mix();
  let c = mix();
  let d = 1;
  const uint32 = (): number => {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + t;
    c |= 0;
    return t >>> 0;
  };
  for (let i = 0; i < 12; i++) uint32();
  const uniform = (): number => uint32() / 4294967296;
  const integer = (limit: number): number => Math.floor(uniform() * limit);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return { uint32, uniform, integer, normal };
}

/** A shuffled copy (Fisher-Yates). */
export function shuffled<T>(items: readonly T[], random: Random): T[] {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    [result[i], result[j]] = [result[j]!, result[i]!];
  }
  return result;
}

/** The numbers 0 to count - 1 in the order in which `shuffled` would put them, 4 bytes each. */
export function shuffledIndexes(count: number, random: Random): Int32Array {
  const result = new Int32Array(count);
  for (let i = 0; i < count; i++) result[i] = i;
  for (let i = count - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    [result[i], result[j]] = [result[j]!, result[i]!];
  }
  return result;
}
