import type { Command } from 'commander';
import type { GarbageResult } from '../../pipeline/gc.ts';
import { createContext } from '../context.ts';
import { formatBytes } from '../../base/format-bytes.ts';
import { makingRoom } from '../editor-schema.ts';
import { formatTable } from '../format.ts';
import type { Io } from '../io.ts';

export function addGcCommand(program: Command, io: Io): void {
  program
    .command('gc')
    .description('remove artifacts that no project file and no registered version refers to')
    .option('--dry-run', 'only show what would be removed')
    .action(async (options: { dryRun?: boolean }, command: Command) => {
      const context = createContext(io, command);
      const { collectGarbage } = await import('../../pipeline/gc.ts');
      const dryRun = options.dryRun ?? false;
      const [project, stages] = [await context.project(), await io.loadStages()];
      const result = await makingRoom(project.folder, () => collectGarbage(project, stages, { dryRun }));
      context.result({ ...result, dryRun }, formatGarbage(result, dryRun));
    });
}

function formatGarbage({ removed, kept, bytes }: GarbageResult, dryRun: boolean): string {
  const rows = removed.map(({ kind, id, bytes: size }) => [
    dryRun ? 'would remove' : 'removed',
    kind,
    id,
    formatBytes(size),
  ]);
  return `${formatTable(rows)}${formatBytes(bytes)} ${dryRun ? 'would be freed' : 'freed'}, ${kept.length} artifacts kept\n`;
}
