/**
 * What may be spent. A request is only sent when the most that it can cost still fits under the limit together with
 * all that is under way, so the limit holds whatever comes back, and in whatever order.
 */
import type { TokenCounts } from './server.ts';

/** In the account's currency, per million tokens. */
export type Prices = { input: number; output: number };
/** Absent means no limit. */
export type SpendLimit = { tokens?: number | undefined; money?: number | undefined };

export type Reservation = {
  /** Gives back what was not needed. Call exactly once. */
  settle: (spent: TokenCounts) => void;
};

export type Budget = {
  /** Counts what was spent before, without asking whether it fits. */
  charge: (tokens: TokenCounts) => void;
  /**
   * Sets aside the most that a request can cost; undefined when that does not fit although nothing else is under way.
   * Waits while it might fit once others are settled. Served in the order of the calls, with `first` before the others.
   */
  reserve: (most: TokenCounts, options?: { first?: boolean }) => Promise<Reservation | undefined>;
  /** Why a request had to stay unsent; undefined as long as none had to. */
  readonly exhausted: string | undefined;
};

/** Money of some tokens. */
export const moneyOf = ({ input, output }: TokenCounts, prices: Prices): number =>
  (input * prices.input + output * prices.output) / 1e6;

/** Sums of decimal prices are not exact; a limit of 1 is not passed by 1.0000000002. */
const tolerance = 1e-9;

type Waiting = { most: TokenCounts; resolve: (reservation: Reservation | undefined) => void };

export function openBudget(limit: SpendLimit, prices: Prices | undefined): Budget {
  const spent: TokenCounts = { input: 0, output: 0 };
  const reserved: TokenCounts = { input: 0, output: 0 };
  const waiting: Waiting[] = [];
  let underWay = 0;
  let exhausted: string | undefined;

  const breach = (most: TokenCounts): string | undefined => {
    const all = {
      input: spent.input + reserved.input + most.input,
      output: spent.output + reserved.output + most.output,
    };
    if (limit.tokens !== undefined && all.input + all.output > limit.tokens)
      return `the limit of ${limit.tokens} tokens`;
    if (limit.money !== undefined && prices && moneyOf(all, prices) > limit.money + tolerance)
      return `the spend limit of ${limit.money}`;
    return undefined;
  };
  const grant = (most: TokenCounts): Reservation => {
    add(reserved, most, 1);
    underWay += 1;
    return {
      settle: (actual) => {
        add(reserved, most, -1);
        add(spent, actual, 1);
        underWay -= 1;
        serve();
      },
    };
  };
  const serve = (): void => {
    while (waiting.length > 0) {
      const { most, resolve } = waiting[0]!;
      const problem = breach(most);
      if (problem !== undefined && underWay > 0) return;
      waiting.shift();
      if (problem !== undefined) exhausted ??= problem;
      resolve(problem === undefined ? grant(most) : undefined);
    }
  };
  return {
    charge: (tokens) => add(spent, tokens, 1),
    reserve: async (most, { first = false } = {}) => {
      // After the first request that did not fit none is sent, however small: what is made is a whole beginning of the plan.
      if (exhausted !== undefined) return undefined;
      return new Promise((resolve) => {
        if (first) waiting.unshift({ most, resolve });
        else waiting.push({ most, resolve });
        serve();
      });
    },
    get exhausted() {
      return exhausted;
    },
  };
}

function add(sum: TokenCounts, { input, output }: TokenCounts, sign: 1 | -1): void {
  sum.input += sign * input;
  sum.output += sign * output;
}
