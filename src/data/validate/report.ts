import { counted, formatCount } from '../../base/number-text.ts';
export const severities = ['error', 'warning'] as const;
/** error: training would go wrong or learn nothing from it; warning: worth a look. */
export type Severity = (typeof severities)[number];

export type ValidationIssue = {
  rule: string;
  severity: Severity;
  /** What was found, how often, and what to do, in one or two sentences. */
  message: string;
  /** Records concerned; 0 where the issue is of the whole. */
  records: number;
  /** The first of them, by place or id. */
  examples: string[];
};

export const taskTypes = ['classification', 'generation', 'chat', 'code', 'summarisation'] as const;
export type TaskType = (typeof taskTypes)[number];

export type ValidationReport = {
  records: number;
  /** Records that could be read as conversations. */
  readable: number;
  task: { type: TaskType; reason: string };
  topics: Record<string, number>;
  errors: number;
  warnings: number;
  /** Errors first, then by the number of records. */
  issues: ValidationIssue[];
};

const shownExamples = 5;

/** Counts findings by rule and severity, and remembers the first few of each. */
export class Findings {
  readonly #found = new Map<
    string,
    { rule: string; severity: Severity; what: string; records: number; examples: string[] }
  >();

  /** Notes that a record breaks a rule; `what` completes "12 records ..." and is the same for all that are counted together. */
  add(rule: string, severity: Severity, what: string, example: string): void {
    const key = `${rule}\n${what}`;
    let entry = this.#found.get(key);
    if (!entry) this.#found.set(key, (entry = { rule, severity, what, records: 0, examples: [] }));
    entry.records += 1;
    if (entry.examples.length < shownExamples) entry.examples.push(example);
  }

  issues(total: number): ValidationIssue[] {
    return [...this.#found.values()].map(({ rule, severity, what, records, examples }) => ({
      rule,
      severity,
      message: `${formatCount(records)} of ${counted(total, 'record')} ${what} (${examples.slice(0, 3).join(', ')}${records > 3 ? ', ...' : ''}).`,
      records,
      examples,
    }));
  }
}

/** Errors first, then warnings; among these the most frequent first. */
export function sortIssues(issues: readonly ValidationIssue[]): ValidationIssue[] {
  return [...issues].sort(
    (a, b) =>
      severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
      b.records - a.records ||
      (a.message < b.message ? -1 : 1),
  );
}
