/** The gate between training and serving: both sides must give the same tokens the same probability. */
import { AttuneError } from '../base/errors.ts';

export type ParityCase = {
  id: string;
  /** Natural-log probabilities of the same tokens, in the same order, by what was trained and by what is served. */
  trained: Float32Array;
  served: Float32Array;
};

export type ParityResult = {
  tokens: number;
  maxDifference: number;
  meanDifference: number;
  /** Where the largest difference is: the case's id and the token's index in it. */
  worst: { id: string; index: number; trained: number; served: number };
};

/**
 * The largest and mean absolute difference in natural-log probability. Throws AttuneError 'parity', with the numbers, when
 * the largest is beyond `tolerance`, when a value is not finite, or when there is nothing to compare.
 */
export function checkParity(cases: readonly ParityCase[], tolerance: number): ParityResult {
  const result: ParityResult = {
    tokens: 0,
    maxDifference: -1,
    meanDifference: 0,
    worst: { id: '', index: 0, trained: 0, served: 0 },
  };
  let sum = 0;
  for (const { id, trained, served } of cases) {
    if (trained.length !== served.length)
      throw new AttuneError(
        'parity',
        `${id}: ${trained.length} tokens were scored in training, ${served.length} in serving.`,
      );
    for (let index = 0; index < trained.length; index++) {
      const [wanted, got] = [trained[index]!, served[index]!];
      const difference = Math.abs(wanted - got);
      if (!Number.isFinite(difference))
        throw new AttuneError(
          'parity',
          `${id}, token ${index}: log-probability ${wanted} in training, ${got} in serving.`,
        );
      sum += difference;
      result.tokens++;
      if (difference > result.maxDifference) {
        result.maxDifference = difference;
        result.worst = { id, index, trained: wanted, served: got };
      }
    }
  }
  if (result.tokens === 0)
    throw new AttuneError('parity', 'There is no token to compare training and serving on.');
  result.meanDifference = sum / result.tokens;
  if (result.maxDifference > tolerance) throw tooFar(result, tolerance);
  return result;
}

function tooFar(
  { maxDifference, meanDifference, worst, tokens }: ParityResult,
  tolerance: number,
): AttuneError {
  return new AttuneError(
    'parity',
    `What would be served differs from what was trained: log-probabilities differ by up to ${maxDifference.toFixed(4)} ` +
      `(mean ${meanDifference.toFixed(4)} over ${tokens} tokens), and ${tolerance} is allowed. ` +
      `The worst is token ${worst.index} of ${worst.id}: ${worst.trained.toFixed(4)} trained, ${worst.served.toFixed(4)} served.`,
    {
      fix: 'Set export.gguf to f16 if it is q8_0; raise export.parity_tolerance only if you know why they differ.',
    },
  );
}
