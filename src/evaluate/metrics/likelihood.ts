import { AttuneError } from '../../base/errors.ts';
import type { ExampleScore } from '../../model/scorer.ts';
import type { PairedItem } from '../statistics/compare.ts';

/** `id` is the example's. */
export type LikelihoodItem = PairedItem & { id: string };

/**
 * Perplexity and token accuracy of two models on the same supervised tokens, as sums per example:
 * perplexity = exp(Σ −ln p / Σ tokens), token accuracy = Σ correct / Σ tokens.
 * Throws AttuneError 'model' when the two did not score the same tokens, or a log-probability is not finite.
 */
export function likelihoodItems(
  base: readonly ExampleScore[],
  tuned: readonly ExampleScore[],
  clusterOf: (id: string) => string,
): { perplexity: LikelihoodItem[]; tokenAccuracy: LikelihoodItem[] } {
  const tunedById = new Map(tuned.map((score) => [score.id, score]));
  const perplexity: LikelihoodItem[] = [];
  const tokenAccuracy: LikelihoodItem[] = [];
  for (const baseScore of base) {
    const tunedScore = tunedById.get(baseScore.id);
    const weight = baseScore.logProbabilities.length;
    if (tunedScore?.logProbabilities.length !== weight) {
      throw new AttuneError(
        'model',
        `Base and tuned model scored different tokens of conversation ${baseScore.id}: ${weight} and ${tunedScore?.logProbabilities.length ?? 'none'}.`,
        { fix: 'Evaluate both with the same tokenizer and chat template.' },
      );
    }
    const item = { id: baseScore.id, cluster: clusterOf(baseScore.id), weight };
    perplexity.push({
      ...item,
      base: negativeLogLikelihood(baseScore),
      tuned: negativeLogLikelihood(tunedScore),
    });
    tokenAccuracy.push({ ...item, base: sum(baseScore.correct), tuned: sum(tunedScore.correct) });
  }
  return { perplexity, tokenAccuracy };
}

function negativeLogLikelihood(score: ExampleScore): number {
  const total = -sum(score.logProbabilities);
  if (Number.isFinite(total)) return total;
  throw new AttuneError(
    'model',
    `The log-probabilities of conversation ${score.id} are not finite (sum ${-total}).`,
    {
      fix: 'The model is broken or training diverged: lower train.learning_rate and train again.',
    },
  );
}

function sum(values: Float32Array | Uint8Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
