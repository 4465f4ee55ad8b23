import { readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import { storageError } from '../../base/storage-error.ts';
import type { SourceKind } from '../config/sources.ts';

const tickets = ['.json', '.jsonl', '.ndjson'];

/** How the files in the folder of a source end; undefined for the kinds that are one file. */
export const fileEndings: Readonly<Record<SourceKind, readonly string[] | undefined>> = {
  jsonl: undefined,
  csv: undefined,
  module: undefined,
  zendesk: [...tickets, '.xml'],
  intercom: [...tickets, '.csv'],
  freshdesk: [...tickets, '.xml'],
  helpscout: tickets,
  // Apple Mail exports a mailbox as a folder with a file of this name.
  mail: ['.eml', '.mbox', 'mbox'],
  chatlog: ['.txt', '.log'],
  slack: ['.json'],
  telegram: ['.json'],
  discord: ['.json'],
};

/** A file of a source: where it lies, and how places name it. */
export type SourceFile = { path: string; name: string };

/** The path of a source that is one file. Throws AttuneError 'data' when a folder is there, naming the files in it. */
export async function sourceFile(path: string, projectFolder: string, kind: SourceKind): Promise<string> {
  const full = resolve(projectFolder, path);
  const isFolder = await stat(full).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder) return full;
  const names = (await readdir(full).catch(() => []))
    .filter((name) => name.toLowerCase().endsWith(`.${kind}`))
    .sort();
  const listed = names.slice(0, 5).map((name) => `${kind}: ${path.replace(/[\\/]$/, '')}/${name}`);
  throw new AttuneError(
    'data',
    `${path} is a folder (.${kind} files in it: ${names.length}), and a ${kind} source is one file`,
    {
      fix:
        names.length === 0
          ? 'Name a file. Folders are read by the sources zendesk, intercom, freshdesk, helpscout, mail, chatlog, slack, telegram and discord.'
          : `Name each as a source of its own: ${listed.join(', ')}${names.length > 5 ? ' ...' : ''}`,
    },
  );
}

/**
 * The file at `path` (relative to the project folder), or the files with one of these endings in the folder there and
 * in its subfolders, in the order of their names. Throws AttuneError 'data' when there is none.
 */
export async function listSourceFiles(
  path: string,
  projectFolder: string,
  endings: readonly string[],
): Promise<SourceFile[]> {
  const full = resolve(projectFolder, path);
  const found = await stat(full).catch((cause: unknown) => {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw storageError(full, cause);
    throw new AttuneError('data', `${path} does not exist`, { fix: `Looked for ${full}.` });
  });
  if (!found.isDirectory()) return [{ path: full, name: path }];
  const entries = await readdir(full, { recursive: true, withFileTypes: true }).catch((cause: unknown) => {
    throw storageError(full, cause);
  });
  const files = entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .filter(({ name }) => endings.some((ending) => name.toLowerCase().endsWith(ending)))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => ({
      path: file,
      name: `${path.replace(/[\\/]$/, '')}/${file.slice(full.length + 1).replaceAll('\\', '/')}`,
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  if (files.length === 0)
    throw new AttuneError(
      'data',
      `the folder ${basename(full)} holds no file that ends in ${endings.join(', ')}`,
      {
        fix: `Looked in ${full} and its subfolders.`,
      },
    );
  return files;
}

/** Why a file among others gives nothing; where it is all of the source, or the fault is not in the data, its error is thrown again. */
export function refusalOf(cause: unknown, files: readonly SourceFile[]): string {
  if (files.length > 1 && cause instanceof AttuneError && cause.code === 'data') return cause.message;
  throw cause;
}
