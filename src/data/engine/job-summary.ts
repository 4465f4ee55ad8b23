/** What a job tells of its records beside the files it writes: sums, which those of all jobs are added up from. */
import type { LedgerEntry } from '../ledger.ts';
import { addProfile, emptyProfile, type Profile } from '../report/profile.ts';
import { addRow, type FunnelRow } from './funnel-row.ts';

/** One kind of reason that a rule gave, and the first records that it gave it for. */
export type ReasonTally = {
  rule: string;
  action: 'changed' | 'dropped';
  kind: string;
  count: number;
  examples: { id: string; place?: string; reason: string }[];
};

export type JobSummary = {
  /** What each rule of the pass did, in order. */
  rows: FunnelRow[];
  /** In the order of their first records. */
  reasons: ReasonTally[];
  /** Of the records as they came, told by the first pass. */
  collected?: Profile;
  /** Of the records that are kept, told by the last pass. */
  kept?: Profile;
};

const shownExamples = 3;
/** Rules name few kinds; where one names endless ones, these come first. */
const mostReasons = 200;

export class ReasonTallies {
  readonly #tallies = new Map<string, ReasonTally>();

  count({ rule, action, reason = '', kind = reason, id = '', place }: LedgerEntry): void {
    if (action !== 'changed' && action !== 'dropped') return;
    const one = this.#tally(rule, action, kind);
    if (!one) return;
    one.count += 1;
    if (one.examples.length < shownExamples)
      one.examples.push({ id, ...(place !== undefined && { place }), reason });
  }

  add({ rule, action, kind, count, examples }: ReasonTally): void {
    const one = this.#tally(rule, action, kind);
    if (!one) return;
    one.count += count;
    one.examples.push(...examples.slice(0, shownExamples - one.examples.length));
  }

  list(): ReasonTally[] {
    return [...this.#tallies.values()];
  }

  #tally(rule: string, action: ReasonTally['action'], kind: string): ReasonTally | undefined {
    const key = `${rule} ${action} ${kind}`;
    let one = this.#tallies.get(key);
    if (!one && this.#tallies.size < mostReasons)
      this.#tallies.set(key, (one = { rule, action, kind, count: 0, examples: [] }));
    return one;
  }
}

/** The sum over the jobs of all passes, in order; `empty` has the rows of all rules. */
export function addSummaries(
  empty: FunnelRow[][],
  passes: readonly (readonly JobSummary[])[],
): Required<JobSummary> {
  const [collected, kept] = [emptyProfile(), emptyProfile()];
  const reasons = new ReasonTallies();
  for (const [number, jobs] of passes.entries())
    for (const job of jobs) {
      job.rows.forEach((row, i) => addRow(empty[number]![i]!, row));
      for (const tally of job.reasons) reasons.add(tally);
      if (job.collected) addProfile(collected, job.collected);
      if (job.kept) addProfile(kept, job.kept);
    }
  return { rows: empty.flat(), reasons: reasons.list(), collected, kept };
}
