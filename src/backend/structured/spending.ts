/** Counts what was asked and what it cost, by the label of who asked. */
import { moneyOf, type Prices } from './budget.ts';
import type { TokenCounts, TroubleCause } from './server.ts';

export type Counts = {
  /** Answers that were used, whenever they were paid for. */
  answers: number;
  /** Those of them that an earlier run had paid for. */
  cached: number;
  /** Requests to mend an answer that did not keep to its schema; among the answers too. */
  repairs: number;
  /** Requests that got no answer in all their tries. */
  failed: number;
  retries: Partial<Record<TroubleCause, number>>;
  input_tokens: number;
  output_tokens: number;
  /** Tokens among these that no server has confirmed: of tries that broke off, at the most they can have cost. */
  unconfirmed_tokens: number;
  /** Tokens among these that this run has paid for. */
  new_tokens: number;
  /** In the currency of the prices; null without prices. */
  money: number | null;
  new_money: number | null;
};

export type Spending = { total: Counts; by: Record<string, Counts> };

export type SpendingLog = {
  answer: (label: string, tokens: TokenCounts, options: { cached: boolean; repair: boolean }) => void;
  /** Tokens of tries that broke off. */
  unconfirmed: (label: string, tokens: TokenCounts, options: { cached: boolean }) => void;
  retry: (label: string, cause: TroubleCause) => void;
  failure: (label: string) => void;
  read: () => Spending;
};

export function openSpendingLog(prices: Prices | undefined): SpendingLog {
  const byLabel = new Map<string, Counts>();
  const of = (label: string): Counts => {
    let counts = byLabel.get(label);
    if (!counts) byLabel.set(label, (counts = noCounts(prices)));
    return counts;
  };
  const spend = (counts: Counts, tokens: TokenCounts, cached: boolean): void => {
    counts.input_tokens += tokens.input;
    counts.output_tokens += tokens.output;
    if (!cached) counts.new_tokens += tokens.input + tokens.output;
    if (!prices) return;
    counts.money! += moneyOf(tokens, prices);
    if (!cached) counts.new_money! += moneyOf(tokens, prices);
  };
  return {
    answer: (label, tokens, { cached, repair }) => {
      const counts = of(label);
      counts.answers += 1;
      counts.cached += Number(cached);
      counts.repairs += Number(repair);
      spend(counts, tokens, cached);
    },
    unconfirmed: (label, tokens, { cached }) => {
      const counts = of(label);
      counts.unconfirmed_tokens += tokens.input + tokens.output;
      spend(counts, tokens, cached);
    },
    retry: (label, cause) => {
      const { retries } = of(label);
      retries[cause] = (retries[cause] ?? 0) + 1;
    },
    failure: (label) => void (of(label).failed += 1),
    read: () => {
      const labels = [...byLabel.keys()].sort();
      return {
        total: sum([...byLabel.values()], prices),
        by: Object.fromEntries(labels.map((label) => [label, rounded(byLabel.get(label)!)])),
      };
    },
  };
}

function noCounts(prices: Prices | undefined): Counts {
  const money = prices ? 0 : null;
  return {
    answers: 0,
    cached: 0,
    repairs: 0,
    failed: 0,
    retries: {},
    input_tokens: 0,
    output_tokens: 0,
    unconfirmed_tokens: 0,
    new_tokens: 0,
    money,
    new_money: money,
  };
}

function sum(all: readonly Counts[], prices: Prices | undefined): Counts {
  const total = noCounts(prices);
  for (const { retries, ...counts } of all) {
    for (const [name, value] of Object.entries(counts)) {
      if (value !== null) (total[name as 'answers'] as number) += value;
    }
    for (const [cause, count] of Object.entries(retries))
      total.retries[cause as TroubleCause] = (total.retries[cause as TroubleCause] ?? 0) + count;
  }
  return rounded(total);
}

/** Money to a millionth: sums of decimal fractions end in noise. */
function rounded(counts: Counts): Counts {
  const round = (value: number | null): number | null => (value === null ? null : Number(value.toFixed(6)));
  return { ...counts, money: round(counts.money), new_money: round(counts.new_money) };
}
