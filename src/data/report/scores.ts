import type { LedgerEntry } from '../ledger.ts';
import { pickLines } from './pick-lines.ts';
import { addScores, type Profile } from './profile.ts';

/** Adds the scores that stand in a ledger to the profile of all records, and to that of the kept ones. */
export async function countScores(
  ledgerPath: string,
  { collected, kept, signal }: { collected: Profile; kept: Profile; signal: AbortSignal },
): Promise<void> {
  const entries = (isWanted: (line: string) => boolean): AsyncGenerator<LedgerEntry> =>
    pickLines(ledgerPath, isWanted, signal) as AsyncGenerator<LedgerEntry>;
  const keptIds = new Set<string>();
  for await (const { id = '' } of entries((line) => line.startsWith('{"action":"kept"'))) keptIds.add(id);
  for await (const { id = '', scores } of entries((line) => line.includes('"scores":{'))) {
    if (!scores) continue;
    addScores(collected, scores);
    if (keptIds.has(id)) addScores(kept, scores);
  }
}
