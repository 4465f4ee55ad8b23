import { counted } from '../../base/number-text.ts';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { readJson } from '../../base/files.ts';
import type { Job } from '../../data/engine/job.ts';
import { createContext } from '../context.ts';
import type { Io } from '../io.ts';

/** Plumbing for whoever spreads curation over processes or machines: one job of src/data/engine/job.ts. */
export function addShardCommand(program: Command, io: Io): void {
  program
    .command('shard', { hidden: true })
    .description('run one job of curate, in a process of its own')
    .argument('<job>', 'JSON file with the job')
    .action(async (path: string, _options: object, command: Command) => {
      const { runJob } = await import('../../data/engine/job.ts');
      const job = await readJson<Job>(resolve(io.cwd, path));
      const result = await runJob(job, { signal: io.signal, onRecords: () => {} });
      const told =
        'in' in result
          ? `${counted(result.in, 'record')} read, ${result.out} go on`
          : `wrote ${result.pieces.path}`;
      createContext(io, command).result(result, `${told}\n`);
    });
}
