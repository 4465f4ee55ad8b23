import { join } from 'node:path';
import type { Command } from 'commander';
import { lockHolder } from '../../base/lock.ts';
import { planPipeline, type PlannedStage } from '../../pipeline/plan.ts';
import { openStore, type Manifest, type Store } from '../../pipeline/store.ts';
import { readAliases } from '../../registry/aliases.ts';
import { modelNames, versionNumbers } from '../../registry/find-versions.ts';
import { createContext } from '../context.ts';
import { formatSeconds } from '../../base/format-seconds.ts';
import { formatSummary, formatTable, formatTime } from '../format.ts';
import type { Io } from '../io.ts';

type StageStatus = {
  stage: string;
  state: 'finished' | 'begun' | 'interrupted' | 'to do';
  artifact: string;
  finishedAt?: string;
  seconds?: number;
  summary?: Manifest['summary'];
};

type ModelStatus = { name: string; versions: number[]; aliases: Record<string, number> };

export function addStatusCommand(program: Command, io: Io): void {
  program
    .command('status')
    .description('show which stages are finished, what runs now and what is registered')
    .action(async (_options: object, command: Command) => {
      const context = createContext(io, command);
      const project = await context.project();
      const store = openStore(project.folder);
      const plan = await planPipeline(project, store, await io.loadStages());
      const models = await modelStatus(store);
      const holder = await lockHolder(store.lock);
      const stages = plan.map((one) => stageStatus(one, holder !== undefined));
      const running =
        holder === undefined
          ? undefined
          : { pid: holder.pid, host: holder.host, since: holder.since, command: holder.command };
      context.result({ stages, running, models }, formatStatus(stages, running, models));
    });
}

function stageStatus(planned: PlannedStage, running: boolean): StageStatus {
  const { stage, id, action, manifest, resumes } = planned;
  if (action === 'run' || manifest === undefined) {
    const state = !resumes ? 'to do' : running ? 'begun' : 'interrupted';
    return { stage: stage.name, state, artifact: id };
  }
  const { finishedAt, seconds, summary } = manifest;
  return { stage: stage.name, state: 'finished', artifact: id, finishedAt, seconds, summary };
}

async function modelStatus(store: Store): Promise<ModelStatus[]> {
  const names = await modelNames(store.registry);
  return await Promise.all(
    names.map(async (name) => {
      const folder = join(store.registry, name);
      return { name, versions: await versionNumbers(folder), aliases: await readAliases(folder) };
    }),
  );
}

function formatStatus(
  stages: readonly StageStatus[],
  running: { pid: number; host: string; since: string; command: string } | undefined,
  models: readonly ModelStatus[],
): string {
  const rows = stages.map(({ stage, state, artifact, finishedAt, seconds, summary }) => [
    stage,
    state,
    artifact,
    finishedAt === undefined ? '' : formatTime(finishedAt),
    seconds === undefined ? '' : formatSeconds(seconds),
    summary === undefined ? '' : formatSummary(summary),
  ]);
  const lines = [formatTable([['STAGE', 'STATE', 'ARTIFACT', 'WHEN', 'TOOK', 'RESULT'], ...rows])];
  if (running !== undefined) {
    lines.push(
      `\nrunning: ${running.command}, process ${running.pid} on ${running.host} since ${formatTime(running.since)}\n`,
    );
  }
  for (const { name, versions, aliases } of models) {
    const named = Object.entries(aliases).map(([alias, number]) => `${alias} → ${number}`);
    lines.push(
      `\n${name}: version${versions.length === 1 ? '' : 's'} ${versions.join(', ')}${named.length > 0 ? `; ${named.join(', ')}` : ''}\n`,
    );
  }
  return lines.join('');
}
