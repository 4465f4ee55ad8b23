import { join } from 'node:path';
import { parseTimestamp } from '../../base/timestamp.ts';
import type { Overlap } from '../benchmarks/overlap.ts';
import { throwIfInterrupted } from '../../base/interrupt.ts';
import { Ledger } from '../ledger.ts';
import { readExamples } from '../read-examples.ts';
import type { Assigned } from './assign.ts';
import type { SplitContext } from './split-context.ts';

const madeFromHeldOut = 'made from, or nearly the same as, an example that is validated or tested with';

/** Writes ledger.jsonl: what was left out of train, for a benchmark's sake or the test's, and what stands where for want of a date. */
export async function writeSplitLedger(
  { config, examplesPath, outputFolder, signal }: SplitContext,
  { assigned, overlaps }: { assigned: Assigned; overlaps: ReadonlyMap<number, Overlap> },
): Promise<void> {
  const ledger = new Ledger(join(outputFolder, 'ledger.jsonl'));
  try {
    let i = 0;
    for await (const { meta } of readExamples(examplesPath)) {
      throwIfInterrupted(signal);
      const { id, source, place } = meta;
      const undated = config.by === 'time' && parseTimestamp(meta.createdAt ?? '') === undefined;
      if (assigned[i] === undefined) {
        const overlap = overlaps.get(i);
        const [rule, reason] = overlap ? ['benchmarks', overlap.reason] : ['synthetic', madeFromHeldOut];
        ledger.add({ action: 'dropped', rule, reason, id, source, place }, overlap?.kind);
      } else if (undated && !(config.synthetic === 'train' && meta['synthetic'] === true))
        ledger.add({
          action: 'kept',
          rule: 'split',
          reason: `no date: in ${assigned[i]}`,
          id,
          source,
          place,
        });
      i += 1;
    }
    ledger.close();
  } catch (cause) {
    ledger.abort();
    throw cause;
  }
}
