/** Numbers as people read them, the same in every report. */

export const minus = '\u2212';

/** 3 significant digits, and no exponent where a person would not write one. */
export function formatNumber(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e6 || size < 1e-3)) return value.toExponential(2).replace('-', minus);
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  return value.toFixed(digits).replace('-', minus);
}

export function formatCount(value: number): string {
  return value.toLocaleString('en-US');
}

/** `1 reply`, `2,000 replies`: a number with what it counts; `many` where an s does not make the plural. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

export function formatPercent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}
