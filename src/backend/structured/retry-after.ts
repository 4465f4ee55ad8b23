type HeaderReader = { get: (name: string) => string | null };

/**
 * How long a server asks to be left alone, in milliseconds from `now`: `retry-after-ms`, or `retry-after` in seconds or
 * as an HTTP date (RFC 9110, section 10.2.3). Undefined where it does not say, or says what cannot be read.
 */
export function readRetryAfter(headers: HeaderReader | undefined, now: number): number | undefined {
  const milliseconds = readNumber(headers?.get('retry-after-ms'));
  if (milliseconds !== undefined) return milliseconds;
  const text = headers?.get('retry-after')?.trim();
  const seconds = readNumber(text);
  if (seconds !== undefined) return seconds * 1000;
  // Date.parse takes far more than HTTP's three forms of a date, all of which name the month.
  const date = text !== undefined && /[a-z]{3}/i.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

function readNumber(text: string | null | undefined): number | undefined {
  return text != null && /^\d{1,9}(?:\.\d{1,6})?$/.test(text.trim()) ? Number(text) : undefined;
}
