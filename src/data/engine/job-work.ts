import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Example } from '../example.ts';
import type { Verdict } from '../filter.ts';
import { countReason, type LedgerEntry } from '../ledger.ts';
import { encodeFacts } from './facts.ts';
import type { MapJob, MapResult } from './map-job.ts';
import { writePart } from './part.ts';
import { decidingRules, type Pass } from './passes.ts';
import { emptyRow, type FunnelRow } from './tally.ts';

/** What a job has made of its records so far. */
export class JobWork {
  in = 0;
  readonly #pass: Pass;
  readonly #plan: unknown;
  readonly #isLast: boolean;
  readonly #firstIndex: number;
  readonly #rows: FunnelRow[];
  readonly #lines: string[] = [];
  readonly #ledger: string[] = [];
  readonly #facts: unknown[] = [];

  constructor(
    pass: Pass,
    { plan, isLast, firstIndex }: { plan: unknown; isLast: boolean; firstIndex: number },
  ) {
    this.#pass = pass;
    this.#plan = plan;
    this.#isLast = isLast;
    this.#firstIndex = firstIndex;
    this.#rows = decidingRules(pass).map(emptyRow);
  }

  /** Runs the pass over one record: its line in the file, and the example it holds. */
  take(line: string, original: Example): void {
    const index = this.#firstIndex + this.in;
    this.in += 1;
    const example = this.#decide(original, index);
    if (example === undefined) return;
    const { id, source, place } = example.meta;
    if (this.#isLast) this.#note({ action: 'kept', rule: 'curate', id, source, place });
    if (this.#pass.observe) this.#facts.push(this.#pass.observe.observe(example));
    this.#lines.push(example === original ? line : JSON.stringify(example));
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
      const { drop: reason, kind = reason } = verdict;
      row.dropped += 1;
      countReason(row.reasons, kind);
      this.#note({ action: 'dropped', rule, reason, id, source, place, scores });
      return undefined;
    }
    row.out += 1;
    if (scores) this.#note({ action: 'scored', rule, id, source, place, scores });
    for (const { reason, kind = reason, details } of verdict.changes ?? []) {
      row.changed += 1;
      countReason(row.reasons, kind);
      this.#note({ action: 'changed', rule, reason, id, source, place, details });
    }
    return verdict.example;
  }

  #note(entry: LedgerEntry): void {
    this.#ledger.push(JSON.stringify(entry));
  }

  /** Writes the parts, and the result last: its being there says that they are. */
  async write({ id, output }: MapJob): Promise<MapResult> {
    await mkdir(dirname(output), { recursive: true });
    const result: MapResult = {
      id,
      in: this.in,
      out: this.#lines.length,
      rows: this.#rows,
      examples: await writePart(`${output}.examples.jsonl`, inLines(this.#lines)),
      ledger: await writePart(`${output}.ledger.jsonl`, inLines(this.#ledger)),
      ...(this.#pass.observe && { facts: await writePart(`${output}.facts`, encodeFacts(this.#facts)) }),
    };
    await writePart(`${output}.json`, JSON.stringify(result));
    return result;
  }
}

function inLines(lines: readonly string[]): string {
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}
