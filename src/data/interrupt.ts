import { AttuneError } from '../base/errors.ts';

/** Throws AttuneError 'interrupted' once the signal is raised. */
export function throwIfInterrupted(signal: AbortSignal): void {
  if (signal.aborted)
    throw new AttuneError('interrupted', 'stopped on request', { fix: 'Run the same command to go on.' });
}
