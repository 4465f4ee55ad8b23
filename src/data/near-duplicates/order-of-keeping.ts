import type { ReadRecord } from './read-records.ts';

/**
 * The places of records, those to keep rather than others first: real ones, longest, then lowest id. Of a record only
 * these are held, as there may be very many.
 */
export function inOrderOfKeeping(records: Uint32Array, read: ReadRecord): Uint32Array {
  const keys = Array.from(records, (index) => {
    const { synthetic, length, id } = read(index);
    return { synthetic: Number(synthetic), length, id };
  });
  return records
    .map((_, place) => place)
    .sort((a, b) => {
      const [one, other] = [keys[a]!, keys[b]!];
      return one.synthetic - other.synthetic || other.length - one.length || (one.id < other.id ? -1 : 1);
    });
}
