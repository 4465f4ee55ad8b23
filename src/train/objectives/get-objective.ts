import type { Objective, ObjectiveConfig } from '../objective.ts';
import { dpoObjective } from './dpo.ts';
import { orpoObjective } from './orpo.ts';
import { sftObjective } from './sft.ts';

/** The objective of that type, with its settings. */
export function getObjective(config: ObjectiveConfig): Objective {
  switch (config.type) {
    case 'sft':
      return sftObjective;
    case 'dpo':
      return dpoObjective(config);
    case 'orpo':
      return orpoObjective(config);
  }
}
