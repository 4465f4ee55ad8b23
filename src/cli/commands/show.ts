import type { Command } from 'commander';
import { artifactFolder, findDamage, type Manifest } from '../../pipeline/store.ts';
import { findArtifact } from '../find-artifact.ts';
import { createContext } from '../context.ts';
import { formatBytes } from '../../base/format-bytes.ts';
import { formatSeconds } from '../../base/format-seconds.ts';
import { formatTable, formatTime } from '../format.ts';
import type { Io } from '../io.ts';

export function addShowCommand(program: Command, io: Io): void {
  program
    .command('show')
    .description('show an artifact: what it is, what it was made from, its files')
    .argument('<artifact>', 'an id, the start of one, or a stage (its artifact for this project file)')
    .action(async (name: string, _options: object, command: Command) => {
      const context = createContext(io, command);
      const { store, manifest } = await findArtifact(context, name);
      const damage = await findDamage(store, manifest, true);
      const folder = artifactFolder(store, manifest.id);
      context.result({ ...manifest, folder, damage }, formatManifest(manifest, folder, damage));
    });
}

function formatManifest(manifest: Manifest, folder: string, damage: string | undefined): string {
  const { host } = manifest;
  const facts = [
    ['artifact', manifest.id],
    ['state', damage === undefined ? 'whole: every file matches its hash' : `damaged: ${damage}`],
    ['folder', folder],
    [
      'made',
      `${formatTime(manifest.finishedAt)} in ${formatSeconds(manifest.seconds)}, for ${manifest.projectFile}`,
    ],
    ['from', manifest.inputs.map((input) => input.id).join(', ') || 'sources alone'],
    ['lineage', manifest.lineage.join(' → ') || 'none'],
    [
      'versions',
      Object.entries(manifest.versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(', '),
    ],
    [
      'machine',
      `${host.platform} ${host.architecture}, ${host.processors} × ${host.processor}, ${formatBytes(host.memoryBytes)}`,
    ],
  ];
  const sources = manifest.sources.map(({ path, sha256 }) => ['', sha256.slice(0, 12), path]);
  const files = manifest.files.map(({ path, bytes, sha256 }) => [
    '',
    sha256.slice(0, 12),
    formatBytes(bytes),
    path,
  ]);
  const indented = (value: unknown): string => JSON.stringify(value, null, 2).replace(/^/gm, '  ');
  return [
    formatTable(facts),
    `\nsettings\n${indented(manifest.config)}\n`,
    `\nresult\n${indented(manifest.summary)}\n`,
    sources.length === 0 ? '' : `\nsources\n${formatTable(sources)}`,
    `\nfiles\n${formatTable(files)}`,
  ].join('');
}
