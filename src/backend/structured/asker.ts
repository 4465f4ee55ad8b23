/**
 * Asks a language model for objects of a given shape. The one door to paid servers: cache, spend limit, concurrency,
 * retries and the repair of answers that do not keep to the shape are behind it.
 */
import type { z } from 'zod';
import type { Reporter } from '../../base/progress.ts';
import { openAnswerCache } from './answer-cache.ts';
import { type Wait, waitFor } from './backoff.ts';
import { openBudget, type Prices, type SpendLimit } from './budget.ts';
import { readJsonAnswer } from './json-answer.ts';
import { serverSchema } from './json-schema.ts';
import { openPaidExchange, type PaidExchange } from './paid-exchange.ts';
import type { ChatMessage, ModelServer, ServerAnswer } from './server.ts';
import { openSpendingLog, type Spending } from './spending.ts';

export type AskerOptions = {
  provider: 'openai' | 'anthropic';
  url: string;
  model: string;
  /** Name of the environment variable that holds the key; servers without keys need none. */
  apiKeyVariable?: string | undefined;
  temperature?: number | undefined;
  /** Tokens of an answer at most. */
  maxTokens: number;
  concurrency: number;
  /** Tries after the first one, for each request. */
  retries: number;
  timeoutMs: number;
  prices?: Prices | undefined;
  limit: SpendLimit;
  /** Where answers are kept from run to run. */
  cacheFolder: string;
  seed: number;
  report: Reporter;
  signal: AbortSignal;
  /** For tests: waits without waiting. */
  wait?: Wait;
};

export type Question<T> = {
  system: string;
  user: string;
  schema: z.ZodType<T>;
  /** Name of the schema: letters, digits, `_` and `-`. */
  name: string;
  /** What the cost is counted under. */
  label: string;
  /** Passed to the server, where it takes one. */
  seed: number;
};

export type Asked<T> =
  | { value: T; cause?: undefined }
  | {
      value?: undefined;
      /** `limit`: the budget was used up; `failed`: the server gave no answer; the others: an answer of no use. */
      cause: 'limit' | 'failed' | 'refused' | 'filtered' | 'cut' | 'invalid';
      reason: string;
    };

export type Asker = {
  /** Calls are given the budget in the order they are made. Throws AttuneError 'backend' or 'interrupted'. */
  ask: <T>(question: Question<T>) => Promise<Asked<T>>;
  /**
   * Counts against the limit what a question has cost in runs before. Told of all questions before the first is asked, a
   * limit holds for what is kept and what is new together, in whatever order they come.
   */
  recall: (question: Question<unknown>) => Promise<void>;
  spending: () => Spending;
  /** Why some questions were not asked; undefined when the limit was not reached. */
  exhausted: () => string | undefined;
};

/** Repairs of one answer at most: a model that gets it wrong twice gets it wrong again. */
const repairs = 1;

/** Longer answers are not sent back to be mended: who keeps to no limit would be paid for reading its own noise. */
const mostCharactersPerToken = 32;

/** Throws AttuneError 'config' when the key's variable is not set. Sends nothing yet. */
export async function openAsker(options: AskerOptions): Promise<Asker> {
  const { provider, url, model, prices, limit, cacheFolder, concurrency, retries, seed, report } = options;
  const budget = openBudget(limit, prices);
  const log = openSpendingLog(prices);
  const exchange = openPaidExchange({
    server: await openServer(options),
    identity: { provider, url, model },
    cache: openAnswerCache(cacheFolder),
    budget,
    log,
    concurrency,
    retries,
    seed,
    wait: options.wait ?? waitFor,
    report,
  });
  const ask = async <T>(question: Question<T>, send: Send): Promise<Asked<T>> => {
    const { system, user, schema, name, label } = question;
    const common = {
      schema: serverSchema(schema),
      schemaName: name,
      maxTokens: options.maxTokens,
      ...(provider === 'openai' && { seed: question.seed }),
      ...(options.temperature !== undefined && { temperature: options.temperature }),
    };
    const messages: ChatMessage[] = [
      { role: 'system', content: system },
      { role: 'user', content: user },
    ];
    for (let repair = 0; ; repair++) {
      const request = { messages: [...messages], ...common };
      const outcome = await send(request, { label, repair: repair > 0, signal: options.signal });
      if (outcome.answer === undefined) return outcome;
      const useless = whyUseless(outcome.answer, options.maxTokens);
      if (useless !== undefined) return useless;
      const { value, problem } = readJsonAnswer(outcome.answer.text, schema);
      if (problem === undefined) return { value };
      if (repair === repairs) return { cause: 'invalid', reason: problem };
      if (outcome.answer.text.length > mostCharactersPerToken * options.maxTokens)
        return { cause: 'invalid', reason: `the answer has far more than ${options.maxTokens} tokens` };
      messages.push(
        { role: 'assistant', content: outcome.answer.text || '{}' },
        {
          role: 'user',
          content: `That cannot be used: ${problem}. Send the whole JSON object again, corrected.`,
        },
      );
    }
  };
  const recall: Send = async (request) => {
    const answer = await exchange.recall(request);
    return answer === undefined ? { cause: 'limit', reason: 'not asked yet' } : { answer };
  };
  return {
    ask: (question) => ask(question, exchange.send),
    recall: async (question) => void (await ask(question, recall)),
    spending: log.read,
    exhausted: () => budget.exhausted,
  };
}

type Send = PaidExchange['send'];

async function openServer(options: AskerOptions): Promise<ModelServer> {
  if (options.provider === 'anthropic')
    return (await import('./anthropic-server.ts')).openAnthropicServer(options);
  return (await import('./openai-server.ts')).openOpenAiServer(options);
}

/** Why no second try would help an answer; undefined for one that may hold an object. */
function whyUseless({ finish }: ServerAnswer, maxTokens: number): Asked<never> | undefined {
  if (finish === 'refused') return { cause: 'refused', reason: 'the model refused to answer' };
  if (finish === 'filtered')
    return { cause: 'filtered', reason: "the server's content filter stopped the answer" };
  if (finish === 'length') return { cause: 'cut', reason: `the answer was cut off at ${maxTokens} tokens` };
  return undefined;
}
