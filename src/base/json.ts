export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Whether a value is a JSON object: neither null nor a list. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** JSON text with object keys sorted at every depth: equal values give equal bytes, so it can be hashed. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (inner === null || typeof inner !== 'object' || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
  });
}

/** A value of a stranger's file as JSON for a message: short, whatever its size and depth. */
export function shownJson(value: unknown): string {
  try {
    const text = JSON.stringify(value);
    return text.length <= 100 ? text : `${text.slice(0, 100)}…`;
  } catch {
    // Nested so deep that it cannot be written down.
    return Array.isArray(value) ? '[…]' : '{…}';
  }
}
