/** `attune data export`: a set as other tools read it. */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { AttuneError } from '../../base/errors.ts';
import { type RecordFormat, recordFormats } from '../../data/config/record-formats.ts';
import type { WrittenExamples } from '../../data/write-examples.ts';
import { createContext } from '../context.ts';
import { exampleFiles } from '../example-files.ts';
import { formatNumber, formatTable } from '../format.ts';
import type { Io } from '../io.ts';

const shownRefusals = 5;

export function addExport(data: Command, io: Io): void {
  data
    .command('export')
    .description('write a set as JSON Lines that other tools read, one file for each of its own')
    .argument('<set>', 'a stage (collect, curate, split), an artifact id, or a file of examples')
    .argument('<folder>', 'where to write; a file that is there already is left alone and refused')
    .addOption(new Option('--format <format>', 'the records').choices(recordFormats).default('openai'))
    .action(async (set: string, folder: string, { format }: { format: RecordFormat }, command: Command) => {
      const context = createContext(io, command);
      const { readExamples } = await import('../../data/read-examples.ts');
      const { writeExamples } = await import('../../data/write-examples.ts');
      const targets = (await exampleFiles(context, set)).map((source) => ({
        source,
        path: join(resolve(io.cwd, folder), basename(source)),
      }));
      for (const { path } of targets) refuseExisting(path);
      const files: ({ path: string } & WrittenExamples)[] = [];
      try {
        for (const { source, path } of targets)
          files.push({ path, ...(await writeExamples(path, format, readExamples(source))) });
      } catch (cause) {
        // All or none: the same command, run again, refuses files that are there.
        for (const { path } of files) await rm(path, { force: true });
        throw cause;
      }
      context.result({ format, files }, formatExport(format, files));
    });
}

function refuseExisting(path: string): void {
  if (existsSync(path))
    throw new AttuneError('config', `${path} exists already`, { fix: 'Remove it, or name another folder.' });
}

function formatExport(format: string, files: readonly ({ path: string } & WrittenExamples)[]): string {
  const rows = files.map(({ path, written }) => [path, formatNumber(written)]);
  const refused = files.flatMap((file) => file.refused);
  const shown = refused.slice(0, shownRefusals).map(({ id, reason }) => `  ${id}: ${reason}\n`);
  const rest =
    refused.length > shownRefusals ? `  and ${formatNumber(refused.length - shownRefusals)} more\n` : '';
  const left =
    refused.length > 0
      ? `\n${formatNumber(refused.length)} have no place in ${format} and are left out\n`
      : '';
  return `${formatTable([['file', 'records'], ...rows])}${left}${shown.join('')}${rest}`;
}
