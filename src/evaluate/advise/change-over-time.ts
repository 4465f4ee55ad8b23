/** Do the right answers change from one week to the next? Compares the newest conversations with older ones. */
import { seededRandom, shuffled } from '../../base/random.ts';
import { parseTimestamp } from '../../base/timestamp.ts';
import type { Example } from '../../data/example.ts';
import { newFactShare } from './unseen-facts.ts';

export type ChangeOverTime = {
  from: string;
  to: string;
  /** Share of the facts needed by the newest fifth that no older reply states. */
  newest: number;
  /** The same for a fifth drawn at random, which is what any fifth has that others lack. */
  random: number;
};

const newestShare = 0.2;
const leastDated = 50;

/** Undefined where fewer than 50 conversations have a time, or their replies state nothing. */
export function changeOverTime(examples: readonly Example[], seed: number): ChangeOverTime | undefined {
  const dated = examples
    .flatMap((example) => {
      const time = parseTimestamp(example.meta.createdAt ?? '');
      return time === undefined ? [] : [{ example, time }];
    })
    .sort((a, b) => a.time - b.time || (a.example.meta.id < b.example.meta.id ? -1 : 1));
  if (dated.length < leastDated || dated[0]!.time === dated.at(-1)!.time) return undefined;
  const cut = Math.floor(dated.length * (1 - newestShare));
  const share = (order: readonly (typeof dated)[number][]): number | undefined =>
    newFactShare(
      order.slice(0, cut).map(({ example }) => example),
      order.slice(cut).map(({ example }) => example),
    );
  const newest = share(dated);
  const random = share(shuffled(dated, seededRandom(seed, 'change')));
  if (newest === undefined || random === undefined) return undefined;
  return {
    from: dated[0]!.example.meta.createdAt!,
    to: dated.at(-1)!.example.meta.createdAt!,
    newest,
    random,
  };
}
