import { AttuneError } from './errors.ts';

/** The error of work that was stopped on request, and that goes on where it was when it is run again. */
export function interrupted(): AttuneError {
  return new AttuneError('interrupted', 'stopped on request', {
    fix: 'Run the same command again to go on.',
  });
}

/** Throws AttuneError 'interrupted' once the signal is raised. */
export function throwIfInterrupted(signal: AbortSignal): void {
  if (signal.aborted) throw interrupted();
}
