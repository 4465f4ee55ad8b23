/** The partition of a key, below `partitions`: equal keys share one. Strings by FNV-1a, numbers by mixing their low and high parts. */
export function partitionOf(key: string | number, partitions: number): number {
  return hashKey(key) % partitions;
}

function hashKey(key: string | number): number {
  let hash = 0x811c9dc5;
  if (typeof key === 'number') {
    hash = Math.imul((key >>> 0) ^ 0x9e3779b9, 0x85ebca6b) ^ (key / 4294967296);
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    return (hash ^ (hash >>> 12)) >>> 0;
  }
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}

/** The places 0 to count - 1 in so many ranges of about equal size, in order. */
export function evenRanges(count: number, partitions: number): { start: number; end: number }[] {
  return Array.from({ length: partitions }, (_, p) => ({
    start: Math.floor((count * p) / partitions),
    end: Math.floor((count * (p + 1)) / partitions),
  }));
}
