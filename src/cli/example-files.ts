/** What a person means by a data set on the command line. */
import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AttuneError } from '../base/errors.ts';
import { splitNames } from '../data/split/assign.ts';
import { artifactFolder } from '../pipeline/store.ts';
import { findArtifact } from './find-artifact.ts';
import type { Context } from './context.ts';

/** The files of examples that a person means by a stage, an artifact or a path. */
export async function exampleFiles(context: Context, name: string): Promise<string[]> {
  const path = resolve(context.io.cwd, name);
  const isPath = existsSync(path);
  if (!isPath && /[./\\]/.test(name))
    throw new AttuneError('config', `there is no file or folder ${path}`, {
      fix: 'Check the path, or name collect, curate, split or an artifact.',
    });
  const folder = isPath ? path : await folderOf(context, name);
  if (statSync(folder).isFile()) return [folder];
  const files = ['examples', ...splitNames]
    .map((one) => join(folder, `${one}.jsonl`))
    .filter((file) => existsSync(file));
  if (files.length > 0) return files;
  throw new AttuneError('config', `${folder} holds no examples`, {
    fix: 'Name collect, curate or split, one of their artifacts, or a file of examples.',
  });
}

/** The folder of an artifact, by stage or id. Throws AttuneError 'config' when there is none. */
export async function folderOf(context: Context, name: string): Promise<string> {
  const { store, manifest } = await findArtifact(context, name);
  return artifactFolder(store, manifest.id);
}

/** The same of a stage that may not be finished for this project file; undefined then. */
export async function folderIfFinished(context: Context, stage: string): Promise<string | undefined> {
  try {
    return await folderOf(context, stage);
  } catch (cause) {
    if (cause instanceof AttuneError) return undefined;
    throw cause;
  }
}
