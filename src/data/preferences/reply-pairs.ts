/** Pairs from replies that stand beside the one that was sent: given by preference records, or offered and not picked. */
import { type Random, shuffled } from '../../base/random.ts';
import type { Example, Message } from '../example.ts';
import { makePair, type PairMaker, type PreferencePair } from './pair.ts';

/** A turn whose reply a person picked among several has the fact `picked: true`. */
export function isPicked({ meta }: Message): boolean {
  return meta?.['picked'] === true;
}

/** Makes at most `perTurn` pairs of a turn, drawn at random where there are more replies. */
export function repliesMaker(
  origin: 'given' | 'picked',
  examples: () => AsyncIterable<Example>,
  { perTurn, random }: { perTurn: number; random: (...stream: string[]) => Random },
): PairMaker {
  const pairsOf = function* (example: Example): Generator<PreferencePair> {
    for (const [index, chosen] of example.messages.entries()) {
      if (!chosen.rejected || isPicked(chosen) !== (origin === 'picked')) continue;
      const drawn = shuffled(chosen.rejected, random('replies', example.meta.id, String(index)));
      for (const [number, rejected] of drawn.slice(0, perTurn).entries())
        yield makePair(example, index, { chosen, rejected, origin, number });
    }
  };
  return {
    origin,
    pairs: async function* (dropped) {
      for await (const example of examples()) {
        yield* pairsOf(example);
        for (const { rejected = [], ...one } of example.messages)
          if (isPicked(one) === (origin === 'picked'))
            for (const _ of rejected.slice(perTurn)) dropped(example, `beyond the ${perTurn} of a turn`);
      }
    },
  };
}
