import type { AnswerCache, PaidAnswer } from './answer-cache.ts';
import type { Budget, Reservation } from './budget.ts';
import type { TokenCounts } from './server.ts';
import { plus } from './token-counts.ts';

export type Admission =
  | { paid: PaidAnswer }
  /** `lost` is what tries of a run before may have cost; without a reservation the budget is used up. */
  | { paid?: undefined; lost: TokenCounts; reservation: Reservation | undefined };

/**
 * Looks a request up and sets its cost aside: one request after the other, so that the budget is given out in the order
 * of the calls. A repair does not stand in line: what it mends is paid for already.
 */
export type Admit = (key: string, most: TokenCounts, options: { repair: boolean }) => Promise<Admission>;

export function openAdmission(cache: AnswerCache, budget: Budget): Admit {
  let last: Promise<unknown> = Promise.resolve();
  const admit = async (key: string, most: TokenCounts, first: boolean): Promise<Admission> => {
    const paid = await cache.read(key);
    if (paid !== undefined) {
      budget.charge(plus(paid.spent, paid.lost));
      return { paid };
    }
    const lost = await cache.readSent(key);
    budget.charge(lost);
    return { lost, reservation: await budget.reserve(most, { first }) };
  };
  return (key, most, { repair }) => {
    if (repair) return admit(key, most, true);
    const result = last.then(() => admit(key, most, false));
    last = result.catch(() => {});
    return result;
  };
}
