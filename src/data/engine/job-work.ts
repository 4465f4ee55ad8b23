import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Example } from '../example.ts';
import type { Verdict } from '../verdict.ts';
import { countReason, type LedgerEntry } from '../ledger.ts';
import { addToProfile, emptyProfile } from '../report/profile.ts';
import { Blocks } from './file-blocks.ts';
import { ObservationsWriter } from './observations.ts';
import type { ByteRange } from './line-range.ts';
import type { MapJob, MapResult } from './map-job.ts';
import { ReasonTallies } from './job-summary.ts';
import { writePart } from './pass-files.ts';
import { decidingRules, type Pass } from './passes.ts';
import { emptyRow, type FunnelRow } from './funnel-row.ts';

type WorkOptions = {
  plan: unknown;
  isFirst: boolean;
  isLast: boolean;
  firstIndex: number;
  partitions: number;
};

/** What a job has made of its records so far. */
export class JobWork {
  in = 0;
  #out = 0;
  /** The job's lines, each with its newline. */
  readonly #bytes: Buffer;
  readonly #pass: Pass;
  readonly #plan: unknown;
  readonly #isFirst: boolean;
  readonly #isLast: boolean;
  readonly #firstIndex: number;
  readonly #rows: FunnelRow[];
  readonly #examples = new Blocks();
  readonly #ledger = new Blocks();
  readonly #observations: ObservationsWriter | undefined;
  readonly #reasons = new ReasonTallies();
  readonly #collected = emptyProfile();
  readonly #kept = emptyProfile();
  /** Lines in a row that no rule changed: they go on as the bytes they are. */
  #unchanged: ByteRange = { start: 0, end: 0 };

  constructor(bytes: Buffer, pass: Pass, { plan, isFirst, isLast, firstIndex, partitions }: WorkOptions) {
    this.#bytes = bytes;
    this.#pass = pass;
    this.#plan = plan;
    this.#isFirst = isFirst;
    this.#isLast = isLast;
    this.#firstIndex = firstIndex;
    this.#rows = decidingRules(pass).map(emptyRow);
    this.#observations = pass.observe && new ObservationsWriter(pass.observe, partitions);
  }

  /** Runs the pass over one record, which stands in this range of the bytes. */
  take(original: Example, range: ByteRange): void {
    const index = this.#firstIndex + this.in;
    this.in += 1;
    if (this.#isFirst) addToProfile(this.#collected, original);
    const example = this.#decide(original, index);
    if (example === undefined) return;
    const { id, source, place } = example.meta;
    if (this.#isLast) {
      addToProfile(this.#kept, example);
      this.#note({ action: 'kept', rule: 'curate', id, source, place });
    }
    this.#observations?.add(example);
    this.#out += 1;
    if (example === original) this.#keepBytes(range);
    else {
      this.#flushUnchanged();
      this.#examples.addText(`${JSON.stringify(example)}\n`);
    }
  }

  #keepBytes({ start, end }: ByteRange): void {
    if (this.#unchanged.end !== start) {
      this.#flushUnchanged();
      this.#unchanged.start = start;
    }
    this.#unchanged.end = end;
  }

  #flushUnchanged(): void {
    const { start, end } = this.#unchanged;
    if (end > start) this.#examples.addBytes(this.#bytes.subarray(start, end));
    this.#unchanged = { start: end, end };
  }

  /** The example as the rules of this pass leave it; undefined when one of them leaves it out. */
  #decide(original: Example, index: number): Example | undefined {
    const { apply, rules } = this.#pass;
    let example: Example | undefined = original;
    let row = 0;
    if (apply) example = this.#judge(example, apply.apply(example, index, this.#plan), row++);
    for (const { decide } of rules) {
      if (example === undefined) return undefined;
      example = this.#judge(example, decide(example), row++);
    }
    return example;
  }

  #judge(before: Example, verdict: Verdict, at: number): Example | undefined {
    const row = this.#rows[at]!;
    const { id, source, place } = before.meta;
    const { rule } = row;
    const { scores } = verdict;
    row.in += 1;
    if (verdict.example === undefined) {
      const { drop: reason, kind } = verdict;
      row.dropped += 1;
      countReason(row.reasons, kind ?? reason);
      this.#note({ action: 'dropped', rule, reason, kind, id, source, place, scores });
      return undefined;
    }
    row.out += 1;
    if (scores) this.#note({ action: 'scored', rule, id, source, place, scores });
    if (verdict.changes?.length) row.changed += 1;
    for (const { reason, kind, details } of verdict.changes ?? []) {
      countReason(row.reasons, kind ?? reason);
      this.#note({ action: 'changed', rule, reason, kind, id, source, place, details });
    }
    return verdict.example;
  }

  #note(entry: LedgerEntry): void {
    this.#reasons.count(entry);
    this.#ledger.addText(`${JSON.stringify(entry)}\n`);
  }

  /** Writes the parts, and the result last: its being there says that they are. */
  async write({ id, output }: MapJob): Promise<MapResult> {
    await mkdir(dirname(output), { recursive: true });
    this.#flushUnchanged();
    const result: MapResult = {
      id,
      in: this.in,
      out: this.#out,
      rows: this.#rows,
      reasons: this.#reasons.list(),
      ...(this.#isFirst && { collected: this.#collected }),
      ...(this.#isLast && { kept: this.#kept }),
      examples: await writePart(`${output}.examples.jsonl`, this.#examples.finish()),
      ledger: await writePart(`${output}.ledger.jsonl`, this.#ledger.finish()),
      ...(await this.#observations?.write(output)),
    };
    await writePart(`${output}.json`, [Buffer.from(JSON.stringify(result))]);
    return result;
  }
}
