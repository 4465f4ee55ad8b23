import { AttuneError } from '../base/errors.ts';
import { nearest } from '../pipeline/nearest.ts';
import { stageNames, type StageName } from '../pipeline/stage.ts';

export type PipelineOptions = { until?: StageName; force?: StageName[]; verify?: boolean };

/** Throws AttuneError 'config' with the nearest right spelling. */
export function parseStage(text: string): StageName {
  const found = stageNames.find((name) => name === text);
  if (found !== undefined) return found;
  const guess = nearest(text, stageNames);
  throw new AttuneError(
    'config',
    `there is no stage "${text}"${guess === undefined ? '' : `; did you mean ${guess}?`}`,
    {
      fix: `The stages are ${stageNames.join(', ')}.`,
    },
  );
}

/** `train,evaluate`; the option may be repeated. */
export const parseStages = (text: string, previous: StageName[] = []): StageName[] => [
  ...previous,
  ...text.split(',').map((name) => parseStage(name.trim())),
];
