/**
 * The ledger: what became of every record, one JSON line an event, written as it happens.
 * A record that leaves a stage has exactly one line 'kept' or 'dropped', one 'changed' for each change that a rule made,
 * and one 'scored' for each rule that measured it and let it go on.
 */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { storageError } from '../base/files.ts';
import type { Scores } from './filter.ts';

export type LedgerEntry = {
  action: 'kept' | 'changed' | 'dropped' | 'scored';
  rule: string;
  reason?: string;
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

const bufferedCharacters = 256 * 1024;
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
  #path: string;
  #aside: string;
  #file: number | undefined;
  #text = '';

  constructor(path: string) {
    this.#path = path;
    this.#aside = `${path}.${process.pid}.tmp`;
    this.#guard(() => (this.#file = openSync(this.#aside, 'w')));
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
    this.#text += JSON.stringify(entry) + '\n';
    if (this.#text.length >= bufferedCharacters) this.#guard(() => this.#write());
  }

  /** The counts of a rule, made zero at its first mention so that a rule that did nothing is shown too. */
  rule(name: string): RuleCounts {
    let counts = this.counts.get(name);
    if (!counts) this.counts.set(name, (counts = { changed: 0, dropped: 0, reasons: {} }));
    return counts;
  }

  /** Puts the finished file in place. */
  close(): void {
    this.#guard(() => {
      this.#write();
      fsyncSync(this.#file!);
      closeSync(this.#file!);
      this.#file = undefined;
      renameSync(this.#aside, this.#path);
    });
  }

  abort(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
    rmSync(this.#aside, { force: true });
  }

  /** Synchronous: a quarter of a megabyte now and then costs less than a promise for every record. */
  #write(): void {
    const bytes = Buffer.from(this.#text);
    this.#text = '';
    for (let at = 0; at < bytes.length;) at += writeSync(this.#file!, bytes, at);
  }

  #guard(action: () => void): void {
    try {
      action();
    } catch (cause) {
      throw storageError(this.#path, cause);
    }
  }
}
