import type { Example } from '../example.ts';

/** Outcomes, in lower case, that mean that the customer's matter was settled, and those that it was not. */
export type OutcomeMeanings = { success: readonly string[]; failure: readonly string[] };

/**
 * Whether the matter was settled: 1 for an outcome that means success, 0 for one that means failure; unknown for any
 * other and for none. An outcome may measure something else than the agent's work (a hotel that was full), so which
 * value means what is the project's to say.
 */
export function resolution({ meta }: Example, { success, failure }: OutcomeMeanings): number | undefined {
  if (meta.outcome === undefined) return undefined;
  const outcome = String(meta.outcome).trim().toLowerCase();
  if (success.includes(outcome)) return 1;
  return failure.includes(outcome) ? 0 : undefined;
}
