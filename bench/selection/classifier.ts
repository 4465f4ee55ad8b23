/** Multinomial logistic regression: what a choice of conversations is worth to a model that takes a second to train. */
import { type Random, shuffledIndexes } from '../../src/base/random.ts';
import type { Task } from './labelled-sets.ts';

const passes = 6;
/** Falls to 0 in a straight line. */
const learningRate = 2;

export type Scores = {
  /** Percent of the tasks with the right label. */
  accuracy: number;
  /** Mean over the labels of the harmonic mean of precision and recall, percent. */
  macroF1: number;
};

/** Trains on some tasks by stochastic gradient descent and scores on others. */
export function trainAndScore(train: readonly Task[], test: readonly Task[], random: Random): Scores {
  const featureIds = numbered(train.flatMap(({ features }) => features));
  const labelIds = numbered(train.map(({ label }) => label));
  const width = labelIds.size;
  const weights = new Float32Array(featureIds.size * width);
  const chances = new Float32Array(width);
  const rows = train.map(({ features }) => Int32Array.from(features, (one) => featureIds.get(one)!));
  const steps = passes * rows.length;
  let order = shuffledIndexes(rows.length, random);
  for (let step = 0; step < steps; step++) {
    if (step > 0 && step % rows.length === 0) order = shuffledIndexes(rows.length, random);
    const at = order[step % rows.length]!;
    predict(chances, rows[at]!, weights);
    chances[labelIds.get(train[at]!.label)!]! -= 1;
    const rate = (learningRate * (1 - step / steps)) / Math.sqrt(rows[at]!.length || 1);
    for (const id of rows[at]!)
      for (let i = 0, k = id * width; i < width; i++, k++) weights[k]! -= rate * chances[i]!;
  }
  const labels = [...labelIds.keys()];
  return score(
    test.map(({ features, label }) => {
      const known = features.flatMap((one) => featureIds.get(one) ?? []);
      predict(chances, Int32Array.from(known), weights);
      return { right: label, said: labels[chances.indexOf(Math.max(...chances))]! };
    }),
  );
}

function numbered(names: readonly string[]): Map<string, number> {
  return new Map([...new Set(names)].map((name, i) => [name, i]));
}

/** Softmax of the mean weights of a task's features, which have length 1 together. */
function predict(chances: Float32Array, ids: Int32Array, weights: Float32Array): void {
  const width = chances.length;
  const scale = 1 / Math.sqrt(ids.length || 1);
  chances.fill(0);
  for (const id of ids)
    for (let i = 0, k = id * width; i < width; i++, k++) chances[i]! += scale * weights[k]!;
  let highest = -Infinity;
  for (const value of chances) highest = Math.max(highest, value);
  let sum = 0;
  for (let i = 0; i < width; i++) sum += chances[i] = Math.exp(chances[i]! - highest);
  for (let i = 0; i < width; i++) chances[i]! /= sum;
}

function score(answers: readonly { right: string; said: string }[]): Scores {
  const counts = new Map<string, { hits: number; said: number; right: number }>();
  const of = (label: string): { hits: number; said: number; right: number } => {
    if (!counts.has(label)) counts.set(label, { hits: 0, said: 0, right: 0 });
    return counts.get(label)!;
  };
  for (const { right, said } of answers) {
    of(right).right += 1;
    of(said).said += 1;
    if (right === said) of(right).hits += 1;
  }
  const tested = [...counts.values()].filter(({ right }) => right > 0);
  const hits = tested.reduce((sum, one) => sum + one.hits, 0);
  const f1 = tested.reduce((sum, one) => sum + (2 * one.hits) / (one.said + one.right), 0);
  return { accuracy: (100 * hits) / answers.length, macroF1: (100 * f1) / tested.length };
}
