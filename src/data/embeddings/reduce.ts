import { seededRandom } from '../../base/random.ts';
import { type Embedder, normaliseRow } from './embedder.ts';

/**
 * The embedder with its vectors projected at random to at most `most` dimensions: cosines stay right to about
 * 1 / sqrt(most) (Johnson and Lindenstrauss), in a fraction of the memory.
 */
export function reduced(embedder: Embedder, most: number, seed: number): Embedder {
  const { dimensions: from } = embedder;
  if (from <= most) return embedder;
  const random = seededRandom(seed, 'reduce');
  const projection = Float32Array.from({ length: from * most }, () => random.normal());
  return {
    ...embedder,
    name: `${embedder.name}, ${from} dimensions projected to ${most}`,
    dimensions: most,
    embed: async (texts, signal) => {
      const full = await embedder.embed(texts, signal);
      const rows = new Float32Array(texts.length * most);
      for (let row = 0; row < texts.length; row++) {
        for (let i = 0; i < from; i++) {
          const value = full[row * from + i]!;
          for (let k = 0; k < most; k++)
            rows[row * most + k] = rows[row * most + k]! + value * projection[i * most + k]!;
        }
        normaliseRow(rows, row * most, most);
      }
      return rows;
    },
  };
}
