/** The sequences of a llama.cpp context, lent to one request at a time; requests beyond them wait in turn. */
import type { LlamaContextSequence, Token } from 'node-llama-cpp';
import { AttuneError } from '../base/errors.ts';

export type SequencePool = {
  /**
   * Lends the free sequence that remembers the longest beginning of `tokens`, so that a conversation's next turn only
   * evaluates what is new. Undefined when `signal` is aborted while waiting.
   */
  borrow: (tokens: readonly number[], signal?: AbortSignal) => Promise<LlamaContextSequence | undefined>;
  giveBack: (sequence: LlamaContextSequence) => void;
  /** Refuses those who wait and those to come. */
  close: () => void;
};

type Waiter = { tokens: readonly number[]; resolve: (sequence?: LlamaContextSequence) => void };

export function createSequencePool(sequences: readonly LlamaContextSequence[]): SequencePool {
  // The one given back longest ago is first, so that ties forget the oldest conversation.
  const free = [...sequences];
  const waiting: Waiter[] = [];
  let closed = false;
  const takeBest = (tokens: readonly number[]): LlamaContextSequence => {
    let best = 0;
    for (let i = 1; i < free.length; i++)
      if (sharedPrefix(free[i]!, tokens) > sharedPrefix(free[best]!, tokens)) best = i;
    return free.splice(best, 1)[0]!;
  };
  const borrow = async (
    tokens: readonly number[],
    signal?: AbortSignal,
  ): Promise<LlamaContextSequence | undefined> => {
    if (closed) throw closedError();
    if (signal?.aborted) return undefined;
    if (free.length > 0) return takeBest(tokens);
    const sequence = await new Promise<LlamaContextSequence | undefined>((resolve) => {
      const waiter: Waiter = { tokens, resolve };
      waiting.push(waiter);
      signal?.addEventListener(
        'abort',
        () => {
          const place = waiting.indexOf(waiter);
          if (place < 0) return;
          waiting.splice(place, 1);
          resolve(undefined);
        },
        { once: true },
      );
    });
    if (closed) throw closedError();
    return sequence;
  };
  const giveBack = (sequence: LlamaContextSequence): void => {
    free.push(sequence);
    const next = waiting.shift();
    if (next) next.resolve(takeBest(next.tokens));
  };
  const close = (): void => {
    closed = true;
    for (const { resolve } of waiting.splice(0)) resolve(undefined);
  };
  return { borrow, giveBack, close };
}

/** Number of tokens at the beginning of `tokens` that the sequence has already evaluated. */
export function sharedPrefix(sequence: LlamaContextSequence, tokens: readonly number[]): number {
  const remembered: readonly Token[] = sequence.contextTokens;
  let length = 0;
  while (length < tokens.length && remembered[length] === tokens[length]) length++;
  return length;
}

function closedError(): AttuneError {
  return new AttuneError('backend', 'The model was closed while requests were waiting for it.');
}
