/**
 * The shape of a rule of curation. A rule passes a record on, changes it or leaves it out, and says why. It never alters
 * the example it is given: what it changes is a new object, and the very same object means that nothing changed.
 *
 * Rules run in worker threads and in processes of their own, so a rule is made anew from the project file wherever it
 * runs (rules.ts) and keeps nothing from one record to the next. engine/ runs them; nothing here knows how.
 */
import type { Json } from '../base/json.ts';
import type { Reporter } from '../base/progress.ts';
import type { Example } from './example.ts';
import type { Verdict } from './verdict.ts';
import type { CurateServices } from './services.ts';

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

// Methods above, not functions in fields: rules of all facts and plans fit one list, and only the engine calls them.
export type Rule = RecordRule | CorpusRule<unknown, unknown>;

export type Key = string | number;

/** The records that share a key, in order; a record stands twice where it gave the key twice. */
export type Group<K extends Key = Key> = { key: K; indexes: number[] };

/**
 * What `observe` returned for every record, on disk. `for await (const fact of facts)` gives all in the order of the
 * records, as often as one likes; nothing here takes memory that grows with their number.
 */
export type Facts<Fact> = AsyncIterable<Fact> & {
  /** Records observed. */
  readonly count: number;
  /** The facts of some records, in ascending order of their indexes. */
  pick(indexes: Iterable<number>): AsyncGenerator<{ index: number; fact: Fact }>;
  /**
   * Shuffle by key: the groups of at least `atLeast` (default 2) records that share a key, of any number of keys a
   * record. Keys are partitioned on disk by their hash and one partition is grouped at a time. Yields a list of groups
   * for each partition; their order depends on the keys and the records alone.
   */
  groupBy<K extends Key>(
    keysOf: (fact: Fact, index: number) => Iterable<K>,
    options?: { atLeast?: number },
  ): AsyncGenerator<Group<K>[]>;
};

export type ConcludeTools = {
  seed: number;
  /** Records that the first rule got. */
  collected: number;
  /** An empty folder for what does not fit in memory; removed afterwards. */
  scratchFolder: string;
  /** The records as they were observed, in order: all, or those with these indexes. Each costs its parsing once more. */
  readExamples(indexes?: Iterable<number>): AsyncGenerator<{ index: number; example: Example }>;
  /** Puts `<name>.json` beside examples.jsonl: clusters, distributions, whatever a report shows. */
  writeReport(name: string, value: Json): Promise<void>;
  services: CurateServices;
  report: Reporter;
  signal: AbortSignal;
};
