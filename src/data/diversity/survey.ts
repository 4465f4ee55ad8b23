/** First reduction of diversity: how common words and labels are, and the words of a sample to fit everything else to. */
import type { Features } from '../embeddings/features.ts';
import {
  addFrequencies,
  countFeatures,
  type DocumentFrequencies,
  emptyFrequencies,
} from '../embeddings/hashed.ts';
import { type Draw, isDrawn } from '../draw.ts';
import type { Piece, ReductionContext } from '../rule.ts';
import { labelOf } from './category-column.ts';
import { observedRecords } from './observed-records.ts';
import { addCounts, addTo } from './set-tally.ts';

export type SurveyParameters = { sample: Draw };

export type Survey = {
  frequencies: DocumentFrequencies;
  /** Records by label. */
  topic: Map<string, number>;
  outcome: Map<string, number>;
  /** The drawn records, in no order before they are put together. */
  sample: SampledRecord[];
};

export type SampledRecord = { index: number; features: Features; topic: string; outcome: string };

export function emptySurvey(): Survey {
  return { frequencies: emptyFrequencies(), topic: new Map(), outcome: new Map(), sample: [] };
}

/** Counts words and labels of the records of one partition, and picks those of the sample out of them. */
export async function survey(
  pieces: AsyncIterable<Piece>,
  { parameters, parts }: ReductionContext,
): Promise<[Survey]> {
  const { sample } = parameters as SurveyParameters;
  const found = emptySurvey();
  for await (const { first, count, labels, featuresAt } of observedRecords(pieces, parts))
    for (let at = 0; at < count; at++) {
      const features = featuresAt(at);
      const [topic, outcome] = [labelOf(labels.topic, at), labelOf(labels.outcome, at)];
      countFeatures(found.frequencies, features);
      addTo(found.topic, topic, 1);
      addTo(found.outcome, outcome, 1);
      if (isDrawn(sample, first + at)) found.sample.push({ index: first + at, features, topic, outcome });
    }
  return [found];
}

export function addSurvey(sum: Survey, other: Survey): void {
  addFrequencies(sum.frequencies, other.frequencies);
  addCounts(sum.topic, other.topic);
  addCounts(sum.outcome, other.outcome);
  sum.sample.push(...other.sample);
}
