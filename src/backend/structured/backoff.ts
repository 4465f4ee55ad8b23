import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../../base/random.ts';
import type { Trouble } from './server.ts';

const firstMs = 1000;
const longestMs = 60_000;

/**
 * How long to wait before try `attempt` + 1 (attempts count from 1), in milliseconds: what the server asks for, and at
 * least a random share of a bound that doubles each time ("full jitter": clients that failed together do not come back
 * together).
 */
export function backoffMs(
  attempt: number,
  { retryAfterMs = 0 }: Pick<Trouble, 'retryAfterMs'>,
  { seed, key }: { seed: number; key: string },
): number {
  const bound = Math.min(longestMs, firstMs * 2 ** (attempt - 1));
  const jitter = bound * seededRandom(seed, 'backoff', key, attempt).uniform();
  return Math.round(Math.max(retryAfterMs, 0) + jitter);
}

export type Wait = (milliseconds: number, signal: AbortSignal) => Promise<void>;

/** Returns early when `signal` is aborted; who waits looks at the signal anyway. */
export const waitFor: Wait = async (milliseconds, signal) => {
  await sleep(milliseconds, undefined, { signal }).catch(() => {});
};
