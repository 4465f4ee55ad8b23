import type { Command } from 'commander';
import { runPipeline, type RunResult } from '../../pipeline/run.ts';
import { createContext } from '../context.ts';
import { writeEditorSchema } from '../editor-schema.ts';
import { formatSeconds, formatSummary, formatTable } from '../format.ts';
import type { Io } from '../io.ts';
import { parseStage, parseStages, type PipelineOptions } from '../stage-options.ts';

export function addRunCommand(program: Command, io: Io): void {
  program
    .command('run')
    .description('run the pipeline; finished stages are reused, an interrupted one goes on')
    .option('--until <stage>', 'stop after this stage', parseStage)
    .option('--force <stages>', 'make these stages again, separated by commas', parseStages)
    .option('--verify', 'hash the files of finished artifacts before they are reused')
    .option('--wait', 'wait while another run holds the project')
    .action(async (options: PipelineOptions & { wait?: boolean }, command: Command) => {
      const context = createContext(io, command);
      const project = await context.project();
      await writeEditorSchema(project.folder);
      const result = await runPipeline(project, await io.loadStages(), {
        ...options,
        command: 'attune run',
        report: context.report,
        signal: io.signal,
      });
      context.result(result, formatResult(result));
    });
}

function formatResult(result: RunResult): string {
  const rows = result.stages.map(({ stage, artifact, reused, seconds, summary }) => [
    stage,
    reused ? 'reused' : formatSeconds(seconds),
    artifact,
    formatSummary(summary),
  ]);
  return `${formatTable([['STAGE', 'TOOK', 'ARTIFACT', 'RESULT'], ...rows])}\nDone in ${formatSeconds(result.seconds)}.\n`;
}
