import { join, relative } from 'node:path';
import type { Command } from 'commander';
import { runPipeline, type RunResult } from '../../pipeline/run.ts';
import { createContext } from '../context.ts';
import { projectCommandName } from '../command-name.ts';
import { writeEditorSchema } from '../editor-schema.ts';
import { formatSeconds } from '../../base/format-seconds.ts';
import { formatSummary, formatTable } from '../format.ts';
import type { Io } from '../io.ts';
import { stageNames } from '../../pipeline/stage.ts';
import { parseStage, parseStages, type PipelineOptions } from '../stage-options.ts';

export function addRunCommand(program: Command, io: Io): void {
  program
    .command('run')
    .description('run the pipeline; finished stages are reused, an interrupted one goes on')
    .option('--until <stage>', `stop after this stage: ${stageNames.join(', ')}`, parseStage)
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
      context.result(result, formatResult(result, projectCommandName(io, context.file), io.cwd));
    });
}

function formatResult(result: RunResult, name: string, cwd: string): string {
  const rows = result.stages.map(({ stage, artifact, reused, seconds, summary }) => [
    stage,
    reused ? 'reused' : formatSeconds(seconds),
    artifact,
    formatSummary(summary),
  ]);
  return `${formatTable([['STAGE', 'TOOK', 'ARTIFACT', 'RESULT'], ...rows])}\nDone in ${formatSeconds(result.seconds)}.\n${formatNext(result, name, cwd)}`;
}

/** Where to look, and what to do, now that these stages are finished. */
function formatNext({ stages }: RunResult, name: string, cwd: string): string {
  const folders = new Map(stages.map(({ stage, folder }) => [stage, folder]));
  const page = (stage: 'curate' | 'evaluate'): string | undefined => {
    const folder = folders.get(stage);
    return folder && relative(cwd, join(folder, 'report.html'));
  };
  const next = [
    ['what curation did, and why', page('curate')],
    ['base and tuned side by side', page('evaluate')],
    folders.has('register')
      ? ['talk to the model', `${name} chat (or serve it: ${name} serve)`]
      : ['go on', `${name} run`],
  ];
  return `\n${formatTable(next.flatMap(([what, where]) => (where === undefined ? [] : [[`${what}:`, where]])))}`;
}
