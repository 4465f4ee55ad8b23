import { decodeRecord, type SimilarRecord } from './similar-record.ts';

/** At most 64 MB, and 6 MB of records of some hundred bytes; prime, as most numbers asked for are even. */
const cachedRecords = 8191;
const longestCached = 8192;

export type ReadRecord = (index: number) => SimilarRecord;

/** Records by their index, out of the bytes of their rows. */
export function readRecords(row: (index: number) => Buffer): ReadRecord {
  /** By the index modulo its size: a look-up costs little beside the comparison that follows. */
  const cache: (SimilarRecord | undefined)[] = [];
  return (index) => {
    const cached = cache[index % cachedRecords];
    if (cached?.index === index) return cached;
    const bytes = row(index);
    const record = decodeRecord(index, bytes);
    if (bytes.length <= longestCached) cache[index % cachedRecords] = record;
    return record;
  };
}
