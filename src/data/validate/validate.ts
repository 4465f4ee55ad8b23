/** Says before any money is spent whether a set of conversations can be trained on, and what stands in the way. */
import { counted, formatCount } from '../../base/number-text.ts';
import { preferenceKey } from '../content-key.ts';
import type { Example } from '../example.ts';
import { beginning } from '../../text/excerpt.ts';
import { throwIfInterrupted } from '../../base/interrupt.ts';
import { checkRecord } from './record.ts';
import {
  Findings,
  sortIssues,
  type TaskType,
  type ValidationIssue,
  type ValidationReport,
} from './report.ts';
import { leastExamples, TaskSigns } from './task.ts';

/** A record of a source: an example, or the reason why it is none. */
export type ValidationItem =
  | { example: Example; place?: string; unreadable?: undefined }
  | { example?: undefined; place: string; unreadable: string };

export type ValidationOptions = {
  /** What the data is to teach; told from the data when not given. */
  taskType?: TaskType;
  /** Least characters of user and assistant text in a conversation. */
  minCharacters?: number;
  signal?: AbortSignal;
};

/** Below this part of the least number for a task there is nothing to learn from. */
const hopelessShare = 0.1;
/** A topic with so many times the records of another is out of balance. */
const mostImbalance = 10;
const fewOfTopic = 10;
const noTopic = '(no topic)';
/** Of the name of a topic. */
const shownCharacters = 60;

/**
 * Looks through all records once. Holds a key of 16 characters for each, to find those that say the same.
 */
export async function validateExamples(
  examples: AsyncIterable<ValidationItem> | Iterable<ValidationItem>,
  { taskType, minCharacters = 50, signal }: ValidationOptions = {},
): Promise<ValidationReport> {
  const findings = new Findings();
  const signs = new TaskSigns();
  const topics = new Map<string, number>();
  const duplicates = makeDuplicateCheck(findings);
  let records = 0;
  let readable = 0;
  let withPrompt = 0;
  for await (const item of examples) {
    if (signal) throwIfInterrupted(signal);
    records += 1;
    if (item.example === undefined) {
      findings.add('unreadable', 'error', 'cannot be read', `${item.place}: ${item.unreadable}`);
      continue;
    }
    const { example } = item;
    const name = item.place ?? example.meta.place ?? example.meta.id;
    readable += 1;
    for (const { rule, severity, what } of checkRecord(example, minCharacters))
      findings.add(rule, severity, what, name);
    duplicates.check(example, name);
    if (example.messages[0]?.role === 'system') withPrompt += 1;
    const topic = example.meta.topic ?? noTopic;
    topics.set(topic, (topics.get(topic) ?? 0) + 1);
    signs.add(example);
  }
  const told = signs.told();
  const task = taskType === undefined ? told : { type: taskType, reason: 'as configured' };
  const issues = sortIssues([
    ...findings.issues(records),
    ...checkCounts(readable, duplicates.distinct(), task),
    ...checkPrompts(readable, withPrompt),
    ...checkTopics(topics),
  ]);
  return {
    records,
    readable,
    task,
    topics: Object.fromEntries([...topics].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))),
    errors: issues.filter(({ severity }) => severity === 'error').length,
    warnings: issues.filter(({ severity }) => severity === 'warning').length,
    issues,
  };
}

function makeDuplicateCheck(findings: Findings): {
  check: (example: Example, name: string) => void;
  /** Records that say something of their own. */
  distinct: () => number;
} {
  const first = new Map<string, string | undefined>();
  const ids = new Set<string>();
  const check = (example: Example, name: string): void => {
    const { meta } = example;
    if (ids.has(meta.id))
      findings.add(
        'duplicated',
        'warning',
        'have the id of another record, to which collect adds a number',
        name,
      );
    ids.add(meta.id);
    const key = preferenceKey(example);
    if (!first.has(key)) {
      first.set(key, meta.topic);
      return;
    }
    findings.add('duplicated', 'warning', 'say the same as an earlier one; curation keeps the first', name);
    if (first.get(key) !== meta.topic)
      findings.add(
        'duplicated',
        'warning',
        'say the same as an earlier one of another topic: one of the two is wrong',
        name,
      );
  };
  return { check, distinct: () => first.size };
}

function checkCounts(readable: number, distinct: number, { type }: { type: TaskType }): ValidationIssue[] {
  const least = leastExamples[type];
  if (distinct >= least) return [];
  const severity = distinct < hopelessShare * least ? 'error' : 'warning';
  const counts = `${counted(distinct, 'record is', 'records are')} few for ${type}`;
  return [
    whole(
      'too few',
      severity,
      `${distinct < readable ? `Without those that say the same, ${counts}` : counts}: at least ${least} are advised. Collect more, or write and synthesise some.`,
    ),
  ];
}

function checkPrompts(readable: number, withPrompt: number): ValidationIssue[] {
  if (readable === 0 || withPrompt === readable) return [];
  const without = readable - withPrompt;
  const message =
    withPrompt === 0
      ? `No record has a system prompt; collect.system_prompt is put in front of all. Use the same one when serving.`
      : `${formatCount(without)} of ${counted(readable, 'record')} have no system prompt and the others have one: collect.system_prompt is put in front of those without. See that it fits.`;
  return [{ ...whole('system prompt', 'warning', message), records: without }];
}

function checkTopics(topics: ReadonlyMap<string, number>): ValidationIssue[] {
  const named = [...topics].filter(([name]) => name !== noTopic).sort(([, a], [, b]) => b - a);
  if (named.length < 2) return [];
  const [most, least] = [named[0]!, named.at(-1)!];
  const issues: ValidationIssue[] = [];
  const rare = named.filter(([, count]) => count < fewOfTopic);
  if (most[1] > mostImbalance * least[1])
    issues.push(
      whole(
        'topics',
        'warning',
        `The topics are out of balance: ${shortName(most[0])} has ${counted(most[1], 'record')}, ${shortName(least[0])} ${formatCount(least[1])}. A budget by topic, or more records of the rare ones, evens them out.`,
      ),
    );
  if (rare.length > 0)
    issues.push(
      whole(
        'topics',
        'warning',
        `${formatCount(rare.length)} of ${counted(named.length, 'topic')} have fewer than ${fewOfTopic} records (${rare
          .slice(0, 5)
          .map(([name]) => shortName(name))
          .join(', ')}${rare.length > 5 ? ', ...' : ''}): too few to learn and to test.`,
      ),
    );
  const unnamed = topics.get(noTopic);
  if (unnamed !== undefined)
    issues.push({
      ...whole(
        'topics',
        'warning',
        `${counted(unnamed, 'record has', 'records have')} no topic and the others have one.`,
      ),
      records: unnamed,
    });
  return issues;
}

function shortName(topic: string): string {
  return beginning(topic, shownCharacters);
}

function whole(rule: string, severity: ValidationIssue['severity'], message: string): ValidationIssue {
  return { rule, severity, message, records: 0, examples: [] };
}
