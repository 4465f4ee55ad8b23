/** Stops a run at the first number that is NaN or infinite: everything learnt after it would be too. */
import { AttuneError } from '../base/errors.ts';
import type { Row } from '../model/packing.ts';

/** Where a number came up, and what is left when the run stops there. */
export type NumberOrigin = {
  /** Counts from 1. */
  step: number;
  /** The rows of the step's passes: the batch to blame. */
  passes: readonly Row[][];
  /** The step of the newest checkpoint; 0 where there is none. */
  savedStep: number;
  workFolder: string;
};

/** Throws AttuneError 'training' with the examples of the batch unless the number is finite. */
export function mustBeFinite(what: string, value: number, origin: NumberOrigin): void {
  if (Number.isFinite(value)) return;
  const { step, passes, savedStep, workFolder } = origin;
  const ids = passes.flat(2).map(({ id }) => id);
  const more = ids.length > 5 ? ` and ${ids.length - 5} more` : '';
  const kept =
    savedStep > 0
      ? `the checkpoint of step ${savedStep} is kept in ${workFolder}`
      : 'no checkpoint had been written yet';
  throw new AttuneError(
    'training',
    `the ${what} became ${value} at step ${step}; its batch held ${ids.slice(0, 5).join(', ')}${more}; ${kept}`,
    {
      fix: 'Look at those examples, or lower train.learning_rate, and run again: training starts anew, as with any other setting.',
    },
  );
}
