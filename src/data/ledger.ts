/**
 * The ledger: what became of every record, one JSON line an event, written as it happens.
 * A record that leaves a stage has exactly one line 'kept' or 'dropped', and one 'changed' for each rule that altered it.
 */
import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { storageError } from '../base/files.ts';

export type LedgerEntry = {
  action: 'kept' | 'changed' | 'dropped';
  rule: string;
  reason?: string;
  /** The example's id; a record that could not be read has none. */
  id?: string;
  source: string;
  /** File and line, as in `chats.jsonl:12`. */
  place?: string;
  /** What was found where, by type and offset; never the text itself. */
  details?: readonly LedgerDetail[];
};

export type LedgerDetail = { type: string; message: number; field: string; start: number; end: number };

export type RuleCounts = { changed: number; dropped: number; reasons: Record<string, number> };

const bufferedCharacters = 256 * 1024;
/** Reasons that hold values of records are endless; beyond this many kinds they are counted together. */
const reasonKinds = 50;

/** Writes a ledger file, in bounded memory, and counts by rule. Close it, or abort it. */
export class Ledger {
  readonly counts = new Map<string, RuleCounts>();
  kept = 0;
  #path: string;
  #aside: string;
  #stream: WriteStream;
  #text = '';
  #failure: Error | undefined;

  constructor(path: string) {
    this.#path = path;
    this.#aside = `${path}.${process.pid}.tmp`;
    this.#stream = createWriteStream(this.#aside);
    this.#stream.on('error', (error) => (this.#failure = error));
  }

  /** Notes an event. Counted under `kind`, the reason without the values it names. */
  add(entry: LedgerEntry, kind: string = entry.reason ?? ''): void {
    if (entry.action === 'kept') this.kept += 1;
    else {
      const rule = this.rule(entry.rule);
      rule[entry.action] += 1;
      const known = Object.hasOwn(rule.reasons, kind) || Object.keys(rule.reasons).length < reasonKinds;
      const name = known ? kind : 'other reasons';
      rule.reasons[name] = (rule.reasons[name] ?? 0) + 1;
    }
    this.#text += JSON.stringify(entry) + '\n';
  }

  /** The counts of a rule, made zero at its first mention so that a rule that did nothing is shown too. */
  rule(name: string): RuleCounts {
    let counts = this.counts.get(name);
    if (!counts) this.counts.set(name, (counts = { changed: 0, dropped: 0, reasons: {} }));
    return counts;
  }

  /** Hands what has gathered to the disk, and waits where the disk is slower. Call it now and then. */
  async flush(force = false): Promise<void> {
    if (!force && this.#text.length < bufferedCharacters) return;
    const text = this.#text;
    this.#text = '';
    this.#throwFailure();
    if (text !== '' && !this.#stream.write(text))
      await Promise.race([once(this.#stream, 'drain'), this.#closed()]);
    this.#throwFailure();
  }

  async close(): Promise<void> {
    await this.flush(true);
    this.#stream.end();
    await this.#closed();
    this.#throwFailure();
    try {
      const file = await open(this.#aside, 'r+');
      await file.sync().finally(() => file.close());
      await rename(this.#aside, this.#path);
    } catch (cause) {
      throw storageError(this.#path, cause);
    }
  }

  async abort(): Promise<void> {
    this.#stream.destroy();
    await this.#closed();
    await rm(this.#aside, { force: true });
  }

  async #closed(): Promise<void> {
    if (!this.#stream.closed) await new Promise<void>((done) => this.#stream.once('close', () => done()));
  }

  #throwFailure(): void {
    if (this.#failure) throw storageError(this.#path, this.#failure);
  }
}
