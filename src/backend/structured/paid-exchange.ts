/**
 * An exchange that is paid for once: looked up in the cache, counted against the budget before it is sent, tried again
 * where the server is in trouble, and kept before anyone sees the answer.
 */
import { AttuneError } from '../../base/errors.ts';
import { sha256 } from '../../base/hash.ts';
import { canonicalJson } from '../../base/json.ts';
import type { Reporter } from '../../base/progress.ts';
import { openAdmissions } from './admission.ts';
import type { AnswerCache, PaidAnswer } from './answer-cache.ts';
import type { Wait } from './backoff.ts';
import type { Budget, Reservation } from './budget.ts';
import { graceful } from './grace.ts';
import { openPacing, type Pacing } from './pacing.ts';
import { type Exchange, isTrouble, type ModelServer } from './server.ts';
import type { ServerAnswer, TokenCounts } from './server.ts';
import { openSlots } from './slots.ts';
import type { SpendingLog } from './spending.ts';
import { minus, mostOf, nothing, plus, priced } from './token-counts.ts';

export type ExchangeOutcome =
  | { answer: ServerAnswer; cause?: undefined }
  /** `limit`: not sent, or not tried again, because of the budget. */
  | { answer?: undefined; cause: 'limit' | 'failed'; reason: string };

export type ExchangeOptions = {
  /** What the cost is counted under. */
  label: string;
  /** Mends an answer, so it comes before what was not asked at all yet. */
  repair: boolean;
  signal: AbortSignal;
};

export type PaidExchange = {
  send: (request: Exchange, options: ExchangeOptions) => Promise<ExchangeOutcome>;
  /** Counts what a request has cost in runs before, and returns its answer where there is one; sends nothing. */
  recall: (request: Exchange) => Promise<ServerAnswer | undefined>;
};

export type PaidExchangeParts = {
  server: ModelServer;
  /** Part of every key: what tells this server's answers from another's. */
  identity: Readonly<Record<string, string>>;
  cache: AnswerCache;
  budget: Budget;
  log: SpendingLog;
  concurrency: number;
  /** Tries after the first one. */
  retries: number;
  seed: number;
  wait: Wait;
  report: Reporter;
};

/** After so many failed requests one after the other the server is taken to be down. */
const failuresInRow = 5;

/** Throws AttuneError 'backend' when the server cannot be used, 'interrupted' when `signal` is aborted; then all calls throw it. */
export function openPaidExchange(parts: PaidExchangeParts): PaidExchange {
  const { server, budget, log } = parts;
  const slots = openSlots(parts.concurrency);
  const { admit, recall } = openAdmissions(parts.cache, budget);
  const { seed, wait, report } = parts;
  const pacing = openPacing({ serverName: server.name, seed, wait, report });
  const send = openSender(parts, pacing);
  let failures = 0;

  const fail = (label: string, reason: string): ExchangeOutcome => {
    log.failure(label);
    failures += 1;
    if (failures < failuresInRow) return { cause: 'failed', reason };
    throw new AttuneError(
      'backend',
      `${server.name} failed ${failures} requests one after the other; the last one: ${reason}`,
      { fix: 'Check the server. What was answered is kept: the same command goes on from there.' },
    );
  };
  const exchange = async (
    key: string,
    request: Exchange,
    options: ExchangeOptions,
  ): Promise<ExchangeOutcome> => {
    const { label, repair } = options;
    const most = mostOf(request);
    const admission = await admit(key, most, options);
    if (admission.paid !== undefined) {
      log.answer(label, admission.paid.spent, { cached: true, repair });
      log.unconfirmed(label, admission.paid.lost, { cached: true });
      return { answer: admission.paid.answer };
    }
    const { reservation, lost } = admission;
    log.unconfirmed(label, lost, { cached: true });
    if (reservation === undefined)
      return { cause: 'limit', reason: `not asked: ${budget.exhausted} is reached` };
    const release = await slots.take();
    const sent = await send({ key, request, most, lost, reservation, ...options }).finally(release);
    log.unconfirmed(label, minus(sent.lost, lost), { cached: false });
    if (!('answer' in sent)) {
      if (!sent.atLimit) return fail(label, sent.reason);
      return {
        cause: 'limit',
        reason: `not tried again after ${sent.reason}: ${budget.exhausted} is reached`,
      };
    }
    failures = 0;
    log.answer(label, sent.spent, { cached: false, repair });
    return { answer: sent.answer };
  };

  /** Two equal requests at the same time are one. */
  const underWay = new Map<string, Promise<ExchangeOutcome>>();
  const keyOf = (request: Exchange): string => sha256(canonicalJson({ ...parts.identity, ...request }));
  return {
    send: (request, options) => {
      const key = keyOf(request);
      const existing = underWay.get(key);
      if (existing !== undefined) return existing;
      const outcome = exchange(key, request, options)
        .catch((cause: unknown) => {
          pacing.halt(cause);
          throw cause;
        })
        .finally(() => underWay.delete(key));
      underWay.set(key, outcome);
      return outcome;
    },
    recall: async (request) => (await recall(keyOf(request)))?.answer,
  };
}

type Sent = ExchangeOptions & {
  key: string;
  request: Exchange;
  most: TokenCounts;
  lost: TokenCounts;
  reservation: Reservation;
};
type Unanswered = { lost: TokenCounts; reason: string; atLimit?: boolean };

/** Tries until there is an answer or the tries are used up. What broken-off tries may have cost is noted as lost. */
function openSender(
  { server, cache, budget, log, retries, report }: PaidExchangeParts,
  pacing: Pacing,
): (sent: Sent) => Promise<PaidAnswer | Unanswered> {
  let warned = false;
  const warnOfUsage = ({ spent }: PaidAnswer, most: TokenCounts): void => {
    if (warned || (spent.input <= most.input && spent.output <= most.output)) return;
    warned = true;
    report({
      type: 'warning',
      message: `${server.name} reports more tokens (${spent.input} in, ${spent.output} out) than a request can have (${most.input}, ${most.output}); they are counted as reported`,
    });
  };
  return async ({ key, request, most, lost: before, reservation, label, signal }) => {
    let lost = before;
    let held: Reservation | undefined = reservation;
    const late = graceful(signal);
    try {
      for (let attempt = 1; ; attempt++) {
        await pacing.ready(signal);
        await cache.noteSent(key, plus(lost, most));
        // What is thrown was refused outright, and costs nothing.
        const outcome = await server.exchange(request, late.signal).catch(async (cause: unknown) => {
          await cache.noteSent(key, lost);
          throw cause;
        });
        if (!isTrouble(outcome)) {
          const paid = priced(outcome, lost, most);
          await cache.write(key, paid);
          held.settle(plus(paid.spent, minus(paid.lost, lost)));
          held = undefined;
          warnOfUsage(paid, most);
          return paid;
        }
        if (outcome.mayBeBilled) {
          lost = plus(lost, most);
          held.settle(most);
          held = undefined;
        }
        await cache.noteSent(key, lost);
        const reason = `${outcome.cause}: ${outcome.message}`;
        if (!signal.aborted && (!outcome.retry || attempt > retries)) return { lost, reason };
        log.retry(label, outcome.cause);
        await pacing.after(outcome, attempt, key, signal);
        held ??= await budget.reserve(most, { first: true });
        if (held === undefined) return { lost, reason, atLimit: true };
      }
    } finally {
      late.end();
      // Nothing came of it, or nothing that was not counted above.
      held?.settle(nothing);
    }
  };
}
