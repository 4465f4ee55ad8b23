import type { Stage } from '../stage.ts';
import { alignStage } from './align.ts';
import { collectStage } from './collect.ts';
import { curateStage } from './curate.ts';
import { evaluateStage } from './evaluate.ts';
import { exportStage } from './export.ts';
import { registerStage } from './register.ts';
import { splitStage } from './split.ts';
import { synthesiseStage } from './synthesise.ts';
import { trainStage } from './train.ts';

/** Every stage, in the order they run. Export comes before evaluate: what is measured is what is served. */
export const stages: readonly Stage[] = [
  collectStage,
  synthesiseStage,
  curateStage,
  splitStage,
  trainStage,
  alignStage,
  exportStage,
  evaluateStage,
  registerStage,
];
