import { join } from 'node:path';
import type { Command } from 'commander';
import { moveAlias, readAliases, rollbackAlias } from '../../registry/aliases.ts';
import { readAudit, type AuditEntry } from '../../registry/audit.ts';
import { modelNames, versionNumbers } from '../../registry/find-versions.ts';
import { openVersion, readMetadata, type Version } from '../../registry/version.ts';
import { createContext } from '../context.ts';
import { formatBytes } from '../../base/format-bytes.ts';
import { formatTable, formatTime } from '../format.ts';
import type { Io } from '../io.ts';
import { registryFolder } from '../registry-folder.ts';

export function addRegistryCommand(program: Command, io: Io): void {
  const registry = program
    .command('registry')
    .description('list, inspect and promote registered models')
    .helpCommand(false);
  addList(registry, io);
  addShow(registry, io);
  addPromote(registry, io);
  addRollback(registry, io);
}

function addList(registry: Command, io: Io): void {
  registry
    .command('list')
    .description('list registered versions and their aliases')
    .action(async (_options: object, command: Command) => {
      const context = createContext(io, command);
      const folder = registryFolder(context);
      const versions: {
        name: string;
        version: number;
        aliases: string[];
        createdAt: string;
        description?: string;
      }[] = [];
      for (const name of await modelNames(folder)) {
        const aliases = Object.entries(await readAliases(join(folder, name)));
        for (const number of await versionNumbers(join(folder, name))) {
          const { createdAt, description } = await readMetadata(folder, name, number);
          const own = aliases.filter(([, target]) => target === number).map(([alias]) => alias);
          versions.push({
            name,
            version: number,
            aliases: own,
            createdAt,
            ...(description === undefined ? {} : { description }),
          });
        }
      }
      const rows = versions.map(({ name, version, aliases, createdAt, description }) => [
        `${name}/${version}`,
        aliases.join(', '),
        formatTime(createdAt),
        description ?? '',
      ]);
      const text =
        rows.length === 0
          ? 'Nothing is registered yet.\n'
          : formatTable([['VERSION', 'ALIASES', 'REGISTERED', 'DESCRIPTION'], ...rows]);
      context.result({ versions }, text);
    });
}

function addShow(registry: Command, io: Io): void {
  registry
    .command('show')
    .description('show a version after checking its files, and the history of its model')
    .argument('<version>', 'name/3, name@champion, or name')
    .action(async (reference: string, _options: object, command: Command) => {
      const context = createContext(io, command);
      const folder = registryFolder(context);
      const version = await openVersion(folder, reference);
      const modelFolder = join(folder, version.name);
      const [aliases, audit] = [await readAliases(modelFolder), await readAudit(modelFolder)];
      context.result({ ...version, aliases, audit }, formatVersion(version, aliases, audit));
    });
}

function addPromote(registry: Command, io: Io): void {
  registry
    .command('promote')
    .description('point an alias at a version')
    .argument('<version>', 'name/3, or name@alias for what an alias means now')
    .option('--alias <alias>', 'the alias to move', 'champion')
    .option('--reason <text>', 'kept in the audit', '')
    .action(async (reference: string, options: { alias: string; reason: string }, command: Command) => {
      const context = createContext(io, command);
      const folder = registryFolder(context);
      const version = await openVersion(folder, reference);
      const move = await moveAlias(folder, version, options.alias, options.reason);
      const from = move.from === null ? '' : ` (was ${version.name}/${move.from})`;
      context.result(
        { name: version.name, ...move },
        `${version.name}@${move.alias} is now ${version.name}/${move.to}${from}\n`,
      );
    });
}

function addRollback(registry: Command, io: Io): void {
  registry
    .command('rollback')
    .description('point an alias back at the version before')
    .argument('<name>', 'name of the model')
    .option('--alias <alias>', 'the alias to move', 'champion')
    .option('--reason <text>', 'kept in the audit', '')
    .action(async (name: string, options: { alias: string; reason: string }, command: Command) => {
      const context = createContext(io, command);
      const folder = registryFolder(context);
      const move = await rollbackAlias(folder, name, options.alias, {
        reason: options.reason,
        check: async (number) => void (await openVersion(folder, `${name}/${number}`)),
      });
      context.result(
        { name, ...move },
        `${name}@${move.alias} is back at ${name}/${move.to} (was ${name}/${move.from})\n`,
      );
    });
}

function formatVersion(
  version: Version,
  aliases: Record<string, number>,
  audit: readonly AuditEntry[],
): string {
  const { metadata } = version;
  const own = Object.entries(aliases).filter(([, number]) => number === version.number);
  const facts = [
    ['version', `${version.name}/${version.number}`],
    ['aliases', own.map(([alias]) => alias).join(', ') || 'none'],
    ['registered', formatTime(metadata.createdAt)],
    ['description', metadata.description ?? ''],
    ['base', `${metadata.lineage.base.name} (${metadata.lineage.base.sha256.slice(0, 12)})`],
    ['from', metadata.lineage.artifacts.map((artifact) => artifact.id).join(', ')],
    [
      'commit',
      metadata.git === undefined
        ? 'none'
        : `${metadata.git.commit}${metadata.git.changed ? ', with changes' : ''}`,
    ],
    ['folder', version.folder],
  ];
  const files = Object.entries(version.files).map(([path, { bytes, sha256 }]) => [
    '',
    sha256.slice(0, 12),
    formatBytes(bytes),
    path,
  ]);
  return `${formatTable(facts)}\nfiles (all match their hashes)\n${formatTable(files)}\nhistory\n${formatTable(audit.map(auditRow))}`;
}

function auditRow(entry: AuditEntry): string[] {
  const what =
    entry.event === 'registered'
      ? `version ${entry.version} registered`
      : `${entry.alias}: ${entry.from ?? 'none'} → ${entry.to}${entry.event === 'alias-rolled-back' ? ' (rolled back)' : ''}`;
  return [
    '',
    formatTime(entry.time),
    entry.user,
    entry.event !== 'registered' && entry.reason !== '' ? `${what}: ${entry.reason}` : what,
  ];
}
