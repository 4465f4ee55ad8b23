/**
 * One pass over the records of one range of bytes. A job is plain JSON and needs nothing but the files it names, so a
 * worker thread, a process or another machine that sees the folder can run it. It is the same wherever it runs, and one
 * that was finished is not done again.
 */
import { setImmediate } from 'node:timers/promises';
import { AttuneError } from '../../base/errors.ts';
import { sha256 } from '../../base/hash.ts';
import { canonicalJson } from '../../base/json.ts';
import type { Example } from '../example.ts';
import { throwIfInterrupted } from '../../base/interrupt.ts';
import { hashKeyFingerprint } from '../pii/hash-key.ts';
import type { RuleSettings } from '../rules.ts';
import type { JobSummary } from './job-summary.ts';
import type { JobContext } from './job.ts';
import { JobWork } from './job-work.ts';
import { type ByteRange, lineRanges, readLineRange } from './line-range.ts';
import { areWhole, type Part, readRecord } from './pass-files.ts';
import { passesOf } from './remembered-passes.ts';
import { readStored } from './stored-value.ts';

export type MapJob = {
  kind: 'map';
  /** Hash of all that decides the result (see jobId). */
  id: string;
  settings: RuleSettings;
  /** Counted from 0. */
  pass: number;
  /** A file of examples; the lines that begin in this range are the job's. */
  input: ByteRange & { path: string };
  /** Index of the first record among those of its pass; what passes before the first corpus rule do not ask for. */
  firstIndex: number;
  /** The plan of the rule that this pass applies. */
  plan?: Part;
  /** Among how many reductions the facts are divided, where the pass observes for a rule that has them. */
  partitions: number;
  /** Where results go: this path with .examples.jsonl, .ledger.jsonl and so on and, last, .json for the result itself. */
  output: string;
};

export type MapResult = JobSummary & {
  id: string;
  /** Records read, and records that go on. */
  in: number;
  out: number;
  examples: Part;
  ledger: Part;
  /** Where the pass observes for a rule that takes the facts in order. */
  facts?: Part;
  /** Where it observes for one that has them reduced: a piece for each partition, and a row for each record if it keeps some. */
  pieces?: Part;
  table?: Part;
};

/** Raised when jobs make other bytes of the same input. */
const jobVersion = 3;
/** How long a job keeps its thread before it looks whether it should stop. */
const turnMs = 50;
const recordsPerLook = 16;

/** What a job's result depends on. `inputHash` stands for the input's content where that is not settled elsewhere. */
export function jobId(job: Omit<MapJob, 'id'>, inputHash: string): string {
  const { settings, pass, input, firstIndex, plan, partitions } = job;
  const { config, seed } = settings;
  const { start, end } = input;
  const hashKey = hashKeyFingerprint(config.pii);
  return sha256(
    canonicalJson({
      jobVersion,
      config,
      hashKey,
      seed,
      pass,
      start,
      end,
      inputHash,
      firstIndex,
      plan: plan?.sha256,
      partitions,
    }),
  );
}

/**
 * Runs a job, or returns the result that it left when it ran before. Throws AttuneError 'data' at a line that is no
 * example, 'storage' for its files and 'interrupted' once the signal is raised.
 */
export async function runMapJob(job: MapJob, { signal, onRecords }: JobContext): Promise<MapResult> {
  const finished = await finishedResult(job);
  if (finished) {
    onRecords(finished.in);
    return finished;
  }
  const passes = await passesOf(job.settings);
  const pass = passes[job.pass]!;
  const plan = job.plan && (await readStored(job.plan));
  const bytes = await readLineRange(job.input.path, job.input);
  const work = new JobWork(bytes, pass, {
    plan,
    isFirst: job.pass === 0,
    isLast: job.pass === passes.length - 1,
    firstIndex: job.firstIndex,
    partitions: job.partitions,
  });
  let turnStart = performance.now();
  let told = 0;
  for (const range of lineRanges(bytes)) {
    work.take(parseExample(bytes.toString('utf8', range.start, range.end), job), range);
    if (work.in % recordsPerLook > 0 || performance.now() - turnStart < turnMs) continue;
    onRecords(work.in - told);
    told = work.in;
    await setImmediate();
    throwIfInterrupted(signal);
    turnStart = performance.now();
  }
  const result = await work.write(job);
  onRecords(work.in - told);
  return result;
}

/** The result of a job that ran before and whose files are whole. */
async function finishedResult({ id, output }: MapJob): Promise<MapResult | undefined> {
  const result = await readRecord<MapResult>(`${output}.json`);
  if (result?.id !== id) return undefined;
  return (await areWhole([result.ledger, ...partsForNext(result)])) ? result : undefined;
}

/** What the conclusion and the next pass read of a result. */
export function partsForNext({ examples, facts, pieces, table }: MapResult): Part[] {
  return [examples, ...[facts, pieces, table].filter((part) => part !== undefined)];
}

function parseExample(line: string, { input }: MapJob): Example {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    value = undefined;
  }
  const { messages, meta } = (value ?? {}) as Partial<Example>;
  if (Array.isArray(messages) && typeof meta?.id === 'string') return value as Example;
  throw new AttuneError(
    'data',
    `${input.path} has a line that is not an example, after byte ${input.start}`,
    {
      fix: 'The file was changed or damaged: run the stage that made it again with --force.',
    },
  );
}
