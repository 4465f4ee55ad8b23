import { AttuneError } from '../../base/errors.ts';
import type { Reporter } from '../../base/progress.ts';
import { backoffMs, type Wait } from './backoff.ts';
import type { Trouble } from './server.ts';

/** A server that asks for more patience than this is left alone. */
const longestPauseMs = 10 * 60_000;
/** Shorter pauses are not worth a line. */
const toldPauseMs = 20_000;

/** When requests may be sent: not while the server asks for a pause, and not after a stop. */
export type Pacing = {
  /** Throws AttuneError 'interrupted' when `signal` is aborted, and the error of `halt` after that. */
  ready: (signal: AbortSignal) => Promise<void>;
  /** Waits before the next try. Throws as `ready` does, and AttuneError 'backend' when the server asks for too long a pause. */
  after: (trouble: Trouble, attempt: number, key: string, signal: AbortSignal) => Promise<void>;
  /** Sends nothing more: one request found out what is true for all. Those under way come to their end. */
  halt: (error: unknown) => void;
};

export function openPacing({
  serverName,
  seed,
  wait,
  report,
}: {
  serverName: string;
  seed: number;
  wait: Wait;
  report: Reporter;
}): Pacing {
  const halted = new AbortController();
  let pausedUntil = 0;
  const check = (signal: AbortSignal): void => {
    if (halted.signal.aborted) throw halted.signal.reason;
    if (signal.aborted)
      throw new AttuneError('interrupted', 'stopped on request', {
        fix: 'Run the same command to go on: no answer is paid for twice.',
      });
  };
  const pause = async (milliseconds: number, signal: AbortSignal): Promise<void> => {
    check(signal);
    if (milliseconds > 0) await wait(milliseconds, AbortSignal.any([signal, halted.signal]));
    check(signal);
  };
  return {
    ready: (signal) => pause(pausedUntil - performance.now(), signal),
    after: async (trouble, attempt, key, signal) => {
      const pauseMs = backoffMs(attempt, trouble, { seed, key });
      if (pauseMs > longestPauseMs)
        throw new AttuneError(
          'backend',
          `${serverName} asks to be left alone for ${Math.round(pauseMs / 60_000)} minutes (${trouble.message})`,
          { fix: 'Run the same command again then: what was answered is kept.' },
        );
      if (pauseMs >= toldPauseMs)
        report({
          type: 'note',
          message: `${serverName}: ${trouble.cause} (${trouble.message}), next try in ${Math.round(pauseMs / 1000)} s`,
        });
      // A rate limit is everybody's: others wait as well, and not only who was told.
      if (trouble.cause === 'rate limit') pausedUntil = Math.max(pausedUntil, performance.now() + pauseMs);
      await pause(pauseMs, signal);
    },
    halt: (error) => halted.abort(error),
  };
}
