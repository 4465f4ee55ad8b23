import type { Example } from '../example.ts';

const words: Readonly<Record<string, number>> = {
  up: 1,
  good: 1,
  great: 1,
  positive: 1,
  like: 1,
  satisfied: 1,
  happy: 1,
  true: 1,
  yes: 1,
  '👍': 1,
  neutral: 0.5,
  okay: 0.5,
  ok: 0.5,
  down: 0,
  bad: 0,
  negative: 0,
  dislike: 0,
  dissatisfied: 0,
  unsatisfied: 0,
  unhappy: 0,
  false: 0,
  no: 0,
  '👎': 0,
};

/**
 * How satisfied the customer said they were (CSAT), from 0 to 1: thumbs and words for them, a percentage, or points on
 * `scale` (lowest and highest). Unknown without a rating, and for points outside of the scale.
 */
export function satisfaction({ meta }: Example, scale: readonly [number, number]): number | undefined {
  const { rating } = meta;
  if (rating === undefined) return undefined;
  if (typeof rating === 'boolean') return Number(rating);
  if (typeof rating === 'number') return onScale(rating, scale);
  const text = rating
    .trim()
    .toLowerCase()
    .replace(/^thumbs?[ _-]?/, '');
  if (Object.hasOwn(words, text)) return words[text];
  if (text === '') return undefined;
  if (text.endsWith('%')) return onScale(Number(text.slice(0, -1)), [0, 100]);
  const [points, highest] = text.split('/');
  return onScale(Number(points), highest === undefined ? scale : [scale[0], Number(highest)]);
}

function onScale(points: number, [lowest, highest]: readonly [number, number]): number | undefined {
  const inside = points >= lowest && points <= highest && highest > lowest;
  return inside ? (points - lowest) / (highest - lowest) : undefined;
}
