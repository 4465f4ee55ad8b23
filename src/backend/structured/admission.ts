import type { AnswerCache, PaidAnswer } from './answer-cache.ts';
import type { Budget, Reservation } from './budget.ts';
import type { TokenCounts } from './server.ts';
import { plus } from './token-counts.ts';

export type Admission =
  | { paid: PaidAnswer }
  /** `lost` is what tries of a run before may have cost; without a reservation the budget is used up. */
  | { paid?: undefined; lost: TokenCounts; reservation: Reservation | undefined };

export type Admissions = {
  /**
   * Looks a request up and sets its cost aside: one request after the other, so that the budget is given out in the order
   * of the calls. A repair does not stand in line: what it mends is paid for already.
   */
  admit: (key: string, most: TokenCounts, options: { repair: boolean }) => Promise<Admission>;
  /** Counts what a request has cost before, and returns its answer where there is one. */
  recall: (key: string) => Promise<PaidAnswer | undefined>;
};

type Kept = { paid: PaidAnswer } | { paid?: undefined; lost: TokenCounts };

export function openAdmissions(cache: AnswerCache, budget: Budget): Admissions {
  let last: Promise<unknown> = Promise.resolve();
  const counted = new Set<string>();
  const look = async (key: string): Promise<Kept> => {
    const paid = await cache.read(key);
    const kept = paid === undefined ? { lost: await cache.readSent(key) } : { paid };
    if (!counted.has(key)) budget.charge(kept.paid ? plus(kept.paid.spent, kept.paid.lost) : kept.lost);
    counted.add(key);
    return kept;
  };
  const admit = async (key: string, most: TokenCounts, first: boolean): Promise<Admission> => {
    const kept = await look(key);
    if (kept.paid !== undefined) return kept;
    return { ...kept, reservation: await budget.reserve(most, { first }) };
  };
  return {
    admit: (key, most, { repair }) => {
      if (repair) return admit(key, most, true);
      const result = last.then(() => admit(key, most, false));
      last = result.catch(() => {});
      return result;
    },
    recall: async (key) => (await look(key)).paid,
  };
}
