import type { Command } from 'commander';
import { checkStages, planPipeline, type PlannedStage } from '../../pipeline/plan.ts';
import { openStore } from '../../pipeline/store.ts';
import { createContext } from '../context.ts';
import { formatTable } from '../format.ts';
import type { Io } from '../io.ts';
import { stageNames } from '../../pipeline/stage.ts';
import { parseStage, parseStages, type PipelineOptions } from '../stage-options.ts';

export function addPlanCommand(program: Command, io: Io): void {
  program
    .command('plan')
    .description('show what `attune run` would do, and why')
    .option('--until <stage>', `stop after this stage: ${stageNames.join(', ')}`, parseStage)
    .option('--force <stages>', 'make these stages again, separated by commas', parseStages)
    .option('--verify', 'hash the files of finished artifacts')
    .action(async (options: PipelineOptions, command: Command) => {
      const context = createContext(io, command);
      const project = await context.project();
      const known = await io.loadStages();
      const plan = await planPipeline(project, openStore(project.folder), known, options);
      await checkStages(project, known, options);
      const stages = plan.map(({ stage, id, action, reasons, resumes }) => ({
        stage: stage.name,
        artifact: id,
        action,
        reasons,
        resumes: action === 'run' && resumes,
      }));
      context.result({ stages }, formatPlan(plan));
    });
}

/** A line for each stage, with its further reasons below. */
function formatPlan(plan: readonly PlannedStage[]): string {
  const rows = [['STAGE', 'WILL', 'ARTIFACT', 'WHY']];
  for (const { stage, id, action, reasons, resumes } of plan) {
    const why =
      action === 'run' && resumes ? [...reasons, 'an interrupted run left work to go on from'] : reasons;
    rows.push([stage.name, action, id, why[0] ?? 'finished']);
    for (const reason of why.slice(1)) rows.push(['', '', '', reason]);
  }
  return formatTable(rows);
}
