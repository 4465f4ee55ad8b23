/** What a rule decides about a record, and why. */
import type { Example } from './example.ts';
import type { LedgerDetail } from './ledger.ts';

/** Measured values by name, such as the components of a quality score. They stand in the ledger. */
export type Scores = Readonly<Record<string, number>>;

/** Why a record was changed. `kind` is what equal reasons are counted under, when the reason names values. */
export type Change = { reason: string; kind?: string; details?: readonly LedgerDetail[] };

/**
 * What a rule decides about one record: the example as it goes on, or why it is left out. An example may differ without
 * a change being told, where only facts were added to its `meta`. `scores` are written to the ledger either way.
 */
export type Verdict =
  | { example: Example; changes?: readonly Change[]; scores?: Scores; drop?: undefined }
  | { drop: string; kind?: string; scores?: Scores; example?: undefined };
