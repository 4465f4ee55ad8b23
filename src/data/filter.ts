/**
 * The shape of a curation filter: an async generator that passes examples on, changes them or leaves them out, and
 * says why. A new filter is one file in filters/ and one line in curate.ts.
 */
import type { Example } from './example.ts';
import type { LedgerDetail } from './ledger.ts';

export type Filter = {
  /** The rule's name in the ledger and the funnel. */
  readonly name: string;
  readonly run: (examples: AsyncIterable<Example>, log: FilterLog) => AsyncIterable<Example>;
};

/** Where a filter gives its reasons. `kind` is what equal reasons are counted under, when the reason names values. */
export type FilterLog = {
  changed: (
    example: Example,
    reason: string,
    options?: { kind?: string; details?: readonly LedgerDetail[] },
  ) => void;
  dropped: (example: Example, reason: string, options?: { kind?: string }) => void;
};

export type Change = { reason: string; kind?: string; details?: readonly LedgerDetail[] };

/** What a filter decides about one example. */
export type Verdict =
  | { example: Example; changes?: readonly Change[]; drop?: undefined }
  | { drop: string; kind?: string; example?: undefined };

/** A filter that looks at one example at a time. */
export function perExample(name: string, decide: (example: Example) => Verdict): Filter {
  return {
    name,
    run: async function* (examples, log) {
      for await (const example of examples) {
        const verdict = decide(example);
        if (verdict.example === undefined) {
          log.dropped(example, verdict.drop, { kind: verdict.kind });
          continue;
        }
        for (const { reason, kind, details } of verdict.changes ?? [])
          log.changed(example, reason, { kind, details });
        yield verdict.example;
      }
    },
  };
}
