import type { Artifact, StageContext } from '../stage.ts';

/** Where the model that is exported, measured and registered lies: what align made, or train in a project without it. */
export function trainedModel(inputs: StageContext['inputs']): Artifact {
  return (inputs.align ?? inputs.train)!;
}
