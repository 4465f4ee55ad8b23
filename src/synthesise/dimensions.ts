import { seededRandom, shuffled } from '../base/random.ts';
import type { Difficulty, KindName } from './config.ts';
import type { Material } from './task.ts';

export type Dimensions = { persona: string; difficulty: Difficulty };

/** What a level means, for the model that writes. */
const levels: Record<Difficulty, string> = {
  easy: 'one plain fact answers it',
  medium: 'it takes two facts or steps together',
  hard: 'it turns on a condition, an exception or a misunderstanding',
};

/**
 * Persona and difficulty of the n-th item of a kind. Every pair comes once before one comes twice, in an order drawn with
 * the seed, so that neither goes with the order of the passages.
 */
export function dimensionsOf({ config, seed }: Material, kind: KindName): (index: number) => Dimensions {
  const pairs = config.personas.flatMap((persona) =>
    config.difficulties.map((difficulty) => ({ persona, difficulty })),
  );
  const order = shuffled(pairs, seededRandom(seed, 'synthesise', kind, 'dimensions'));
  return (index) => order[index % order.length]!;
}

/** The n-th customer of a kind whose requests are as hard as what they are made from. */
export function personasOf({ config, seed }: Material, kind: KindName): (index: number) => string {
  const order = shuffled(config.personas, seededRandom(seed, 'synthesise', kind, 'personas'));
  return (index) => order[index % order.length]!;
}

/** One line for the prompt. */
export const describeItem = ({ persona, difficulty }: Dimensions): string =>
  `written by ${persona}; ${difficulty}: ${levels[difficulty]}`;

/** `1. written by ...` for each item. */
export const listItems = (items: readonly Dimensions[]): string =>
  items.map((item, i) => `${i + 1}. ${describeItem(item)}`).join('\n');
