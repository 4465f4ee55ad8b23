/**
 * The shape of a rule of curation. A rule passes a record on, changes it or leaves it out, and says why. It never alters
 * the example it is given: what it changes is a new object, and the very same object means that nothing changed.
 *
 * Rules run in worker threads and in processes of their own, so a rule is made anew from the project file wherever it
 * runs (rules.ts) and keeps nothing from one record to the next. engine/ runs them.
 */
import type { Json } from '../base/json.ts';
import type { Reporter } from '../base/progress.ts';
import type { Part } from './engine/pass-files.ts';
import type { Example } from './example.ts';
import type { Verdict } from './verdict.ts';
import type { CurateServices } from './curation-services.ts';

/** Looks at one record at a time. */
export type RecordRule = {
  /** The rule's name in the ledger and the funnel. */
  readonly name: string;
  readonly decide: (example: Example) => Verdict;
};

/**
 * Must see all records before it decides about one: observe (in the workers), conclude (once), apply (in the workers).
 * Between observe and apply no record changes, comes or goes; `index` counts the records that were observed, from 0.
 */
export type CorpusRule<Fact, Plan> = {
  readonly name: string;
  /** What the decision needs of a record: numbers, short strings, typed arrays; anything structuredClone takes. */
  observe(example: Example): Fact;
  /**
   * Sees the facts in the order of the records, whatever the number of workers, and says what to do. The plan is written
   * to disk and read once by each worker: anything structuredClone takes (a Set or Map too), a few bytes a record at most.
   */
  conclude(facts: Facts<Fact>, tools: ConcludeTools): Promise<Plan>;
  /** The part of the plan that records `first` to `end` - 1 need, for a plan too large to be in every worker whole. */
  slice?(plan: Plan, first: number, end: number): Plan;
  apply(example: Example, index: number, plan: Plan): Verdict;
};

/**
 * Decides by what records have in common, so that no process needs to see them all: observe and divide by key (in the
 * workers, the records of a job at a time), reduce (in the workers, one partition of the keys at a time), conclude (once,
 * over the little that the reductions leave), apply (in the workers). `Whole` is what conclude returns, `Plan` what the
 * records of one part need of it.
 */
export type ShuffleRule<Fact, Whole, Plan = Whole> = {
  readonly name: string;
  observe(example: Example): Fact;
  /**
   * What the records of one job give each partition: `partitions` values, anything structuredClone takes. Equal keys go
   * to the same partition from every job (partitionOf), and what is decided must not depend on how many there are.
   */
  divide(facts: readonly Fact[], partitions: number): unknown[];
  /** A record's bytes, for reductions that look records up. */
  row?(fact: Fact): Uint8Array;
  /** By name; conclude says when they run. */
  readonly reductions: Readonly<Record<string, Reduction>>;
  conclude(shuffle: Shuffle, tools: ConcludeTools): Promise<Whole>;
  /** What one part needs, where not every worker should have the whole. */
  slice?(whole: Whole, part: ObservedPart & { number: number }): Plan | Promise<Plan>;
  /** `index` counts the records that were observed, from 0. */
  apply(example: Example, index: number, plan: Plan): Verdict;
};

// Methods above, not functions in fields: rules of all facts and plans fit one list, and only the engine calls them.
export type Rule = RecordRule | CorpusRule<unknown, unknown> | ShuffleRule<unknown, unknown, unknown>;

/** The records that one job observed: `count` from index `first` on. */
export type ObservedPart = { first: number; count: number };

/**
 * Reduces one partition: what was divided among partitions in, a list of pieces out. A piece is anything structuredClone
 * takes. The pieces come in the order of the records.
 */
export type Reduction = (pieces: AsyncIterable<Piece>, context: ReductionContext) => Promise<unknown[]>;

/** `part` says which of the parts it is about, or whose job left it; 0 for what conclude made. */
export type Piece = { part: number; value: unknown };

export type ReductionContext = {
  /** What conclude says to every job of this reduction. */
  parameters: unknown;
  parts: readonly ObservedPart[];
  /** The row of the record with this index, read from disk; it begins a buffer of its own. */
  row: (index: number) => Buffer;
  signal: AbortSignal;
};

/** What conclude works with. */
export type Shuffle = {
  /** Records observed. */
  readonly count: number;
  readonly partitions: number;
  readonly parts: readonly ObservedPart[];
  /**
   * Runs a reduction, by default one job a partition over what `divide` made. The jobs of an earlier run that need not be
   * done again are not.
   */
  reduce(reduction: string, options?: ReduceOptions): Promise<Reduced>;
  /** Writes a row for each record, in their order, for reductions to look up in place of what `row` made. */
  keepRows(rows: AsyncIterable<Uint8Array>): Promise<KeptRows>;
};

export type ReduceOptions = {
  /** What every job is told; anything structuredClone takes, read once by each worker. */
  parameters?: unknown;
  /** Given pieces, one a job; or what another reduction left: to job p the piece p of each of its jobs, in order. */
  pieces?: readonly unknown[] | Reduced;
  rows?: KeptRows | undefined;
};

/** What the partitions of a reduction left, on disk. */
export type Reduced = {
  readonly files: readonly Part[];
  /** The pieces with this number, in the order of the partitions. */
  pieces<T>(number: number): AsyncGenerator<T>;
};

/** A file of rows for each part. */
export type KeptRows = readonly Part[];

/**
 * What `observe` returned for every record, on disk. `for await (const fact of facts)` gives all in the order of the
 * records, as often as one likes; nothing here takes memory that grows with their number.
 */
export type Facts<Fact> = AsyncIterable<Fact> & {
  /** Records observed. */
  readonly count: number;
  /** The facts of some records, in ascending order of their indexes. */
  pick(indexes: Iterable<number>): AsyncGenerator<{ index: number; fact: Fact }>;
};

export type ConcludeTools = {
  seed: number;
  /** Records that the first rule got. */
  collected: number;
  /** The records as they were observed, in order: all, or those with these indexes. Each costs its parsing once more. */
  readExamples(indexes?: Iterable<number>): AsyncGenerator<{ index: number; example: Example }>;
  /** Puts `<name>.json` beside examples.jsonl: clusters, distributions, whatever a report shows. */
  writeReport(name: string, value: Json): Promise<void>;
  services: CurateServices;
  report: Reporter;
  signal: AbortSignal;
};
