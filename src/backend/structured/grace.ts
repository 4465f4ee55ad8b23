/** How long answers that are already paid for are waited for when a run is stopped. */
const graceMs = 10_000;

/** A signal that follows `signal` after the grace period. Call `end` when it is of no use any more. */
export function graceful(signal: AbortSignal): { signal: AbortSignal; end: () => void } {
  const late = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const onAbort = (): void => void (timer = setTimeout(() => late.abort(), graceMs));
  signal.addEventListener('abort', onAbort, { once: true });
  return {
    signal: late.signal,
    end: () => {
      signal.removeEventListener('abort', onAbort);
      clearTimeout(timer);
    },
  };
}
