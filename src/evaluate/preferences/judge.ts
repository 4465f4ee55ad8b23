/** What tells a good answer from a bad one. One contract: a rule that scores, and a model that compares. */
import type { RejectedReply } from '../../data/example.ts';
import { onlyReply } from '../../data/preferences/pair.ts';
import type { Turn } from '../assistant-turns.ts';

export type Judge = {
  /** Whether the judge can say anything about answers at this turn; asked before any is sampled. */
  canJudge: (turn: Turn) => boolean;
  /** The better and the worse of two answers, or why there are none. */
  judge: (turn: Turn, answers: readonly RejectedReply[]) => Promise<Verdict>;
};

export type Verdict =
  | { chosen: RejectedReply; rejected: RejectedReply; reason?: undefined }
  | { chosen?: undefined; reason: string };

/** The higher the better; at equal scores the model's own answer is preferred to the reference. */
export type Score = (answer: RejectedReply, turn: Turn) => number | Promise<number>;

/** The best of the answers and the reference against the worst of the answers. */
export function scoringJudge(score: Score, canJudge: Judge['canJudge'] = () => true): Judge {
  return {
    canJudge,
    judge: async (turn, answers) => {
      const scored: { answer: RejectedReply; score: number }[] = [];
      for (const answer of [...answers, onlyReply(turn.gold)])
        scored.push({ answer, score: await score(answer, turn) });
      const best = scored.reduce((a, b) => (b.score > a.score ? b : a));
      const worst = scored.slice(0, -1).reduce((a, b) => (b.score < a.score ? b : a));
      if (worst.score >= best.score) return { reason: 'all answers are as good as the reference' };
      return { chosen: best.answer, rejected: worst.answer };
    },
  };
}
