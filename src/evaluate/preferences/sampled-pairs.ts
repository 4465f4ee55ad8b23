/** Pairs from answers of the trained model itself, told apart by a judge. */
import { AttuneError } from '../../base/errors.ts';
import { type Random, shuffledIndexes } from '../../base/random.ts';
import type { Example, RejectedReply } from '../../data/example.ts';
import { makePair, type PairMaker } from '../../data/preferences/pair.ts';
import type { Templates } from '../action-templates.ts';
import { assistantTurns, type Turn } from '../assistant-turns.ts';
import type { Judge, Verdict } from './judge.ts';

export type SampledOptions = {
  /** Turns that are answered, drawn at random. */
  prompts: number;
  random: Random;
  /** Tell the actions of turns; null without macros. */
  templates: Templates | null;
  /** Different answers at a turn. */
  answers: (turn: Turn) => Promise<RejectedReply[]>;
  judge: Judge;
  onDone: (done: number, total: number) => void;
};

/**
 * Pairs from answers of the model to `prompts` turns that are drawn at random among those that the judge can judge.
 */
export function sampledMaker(
  examples: () => AsyncIterable<Example>,
  { prompts, random, templates, answers, judge, onDone }: SampledOptions,
): PairMaker {
  const turnsOf = (example: Example): Turn[] =>
    assistantTurns([example], templates).filter((turn) => judge.canJudge(turn));
  return {
    origin: 'sampled',
    pairs: async function* (dropped) {
      let count = 0;
      for await (const example of examples()) count += turnsOf(example).length;
      const drawn = new Set(shuffledIndexes(count, random).subarray(0, prompts));
      let [at, done] = [0, 0];
      for await (const example of examples())
        for (const turn of turnsOf(example)) {
          if (!drawn.has(at++)) continue;
          const replies = await answers(turn).catch(refused);
          onDone(++done, drawn.size);
          if (replies instanceof AttuneError) {
            dropped(example, replies.message, 'the model could not answer');
            continue;
          }
          const verdict = replies.length === 0 ? noAnswer : await judge.judge(turn, replies);
          if (verdict.chosen === undefined) dropped(example, verdict.reason);
          else yield makePair(example, turn.index, { ...verdict, origin: 'sampled' });
        }
    },
  };
}

const noAnswer: Verdict = { reason: 'every answer was empty or too long' };

/** What a backend says of one conversation, such as that it is longer than the context; other failures end the run. */
function refused(cause: unknown): AttuneError {
  if (cause instanceof AttuneError && cause.code === 'backend') return cause;
  throw cause;
}
