/**
 * The ledger: what became of every record, one JSON line an event, written as it happens.
 * A record that leaves a stage has exactly one line 'kept' or 'dropped', one 'changed' for each change that a rule made,
 * and one 'scored' for each rule that measured it and let it go on.
 */
import { JsonLinesFile } from '../formats/jsonl-file.ts';
import type { Scores } from './verdict.ts';

export type LedgerEntry = {
  action: 'kept' | 'changed' | 'dropped' | 'scored';
  rule: string;
  reason?: string;
  /** What equal reasons are counted under, where the reason itself names values. */
  kind?: string;
  /** The example's id; a record that could not be read has none. */
  id?: string;
  source: string;
  /** File and line, as in `chats.jsonl:12`. */
  place?: string;
  /** What was found where, by type and offset; never the text itself. */
  details?: readonly LedgerDetail[];
  /** What the rule measured. */
  scores?: Scores;
};

export type LedgerDetail = { type: string; message: number; field: string; start: number; end: number };

export type RuleCounts = { changed: number; dropped: number; reasons: Record<string, number> };

/** Reasons that hold values of records are endless; beyond this many kinds they are counted together. */
const reasonKinds = 50;
const otherReasons = 'other reasons';

/** Counts a reason under its kind. */
export function countReason(reasons: Record<string, number>, kind: string, count = 1): void {
  const known = Object.hasOwn(reasons, kind) || Object.keys(reasons).length < reasonKinds;
  const name = known ? kind : otherReasons;
  reasons[name] = (Object.hasOwn(reasons, name) ? reasons[name]! : 0) + count;
}

/** Writes a ledger file, in bounded memory, and counts by rule. Close it, or abort it. */
export class Ledger {
  readonly counts = new Map<string, RuleCounts>();
  kept = 0;
  #lines: JsonLinesFile;

  constructor(path: string) {
    this.#lines = new JsonLinesFile(path);
  }

  /** Notes an event. Counted under `kind`, the reason without the values it names. */
  add(entry: LedgerEntry, kind: string = entry.reason ?? ''): void {
    const { action } = entry;
    if (action === 'kept') this.kept += 1;
    else if (action !== 'scored') {
      const rule = this.rule(entry.rule);
      rule[action] += 1;
      countReason(rule.reasons, kind);
    }
    this.#lines.add(entry);
  }

  /** The counts of a rule, made zero at its first mention so that a rule that did nothing is shown too. */
  rule(name: string): RuleCounts {
    let counts = this.counts.get(name);
    if (!counts) this.counts.set(name, (counts = { changed: 0, dropped: 0, reasons: {} }));
    return counts;
  }

  /** Puts the finished file in place. */
  close(): void {
    this.#lines.close();
  }

  abort(): void {
    this.#lines.abort();
  }
}
