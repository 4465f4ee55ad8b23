import { readFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { AttuneError } from '../base/errors.ts';
import { storageError } from '../base/storage-error.ts';
import { projectConfig, type ProjectConfig } from './config.ts';
import { describeIssues } from './config-problems.ts';
import { projectJsonSchema } from './schema.ts';
import { parsePlacedYaml } from './yaml.ts';

export type Project = {
  /** Absolute path of the project file. */
  file: string;
  /** Absolute path of its folder; paths in the file are relative to it. */
  folder: string;
  config: ProjectConfig;
};

/** Reads and checks a project file. Throws one AttuneError 'config' that lists every problem with line and column. */
export async function loadProject(file: string): Promise<Project> {
  const path = resolve(file);
  return { file: path, folder: dirname(path), config: parseProject(await readText(path), basename(path)) };
}

/** Checks the text of a project file; `name` is what error messages call it. */
export function parseProject(text: string, name: string): ProjectConfig {
  const yaml = parsePlacedYaml(text, name);
  const result = projectConfig.safeParse(yaml.value ?? {});
  if (result.success) return result.data;
  const problems = describeIssues(result.error.issues, yaml.value ?? {}, projectJsonSchema())
    .map(({ path, at, message }) => ({
      place: at === 'key' ? yaml.placeOfKey(path) : yaml.placeOf(path),
      text: path.length === 0 ? message : `${formatPath(path)}: ${message}`,
    }))
    .sort((a, b) => a.place.line - b.place.line || a.place.column - b.place.column)
    .map(({ place, text: line }) => `${name}:${place.line}:${place.column}  ${line}`);
  const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
  throw new AttuneError('config', `${name} has ${count}\n  ${problems.join('\n  ')}`, {
    fix: 'Every setting is described in docs/reference/configuration.md.',
  });
}

/** `collect.sources[0].format` */
export function formatPath(path: readonly (string | number)[]): string {
  return path
    .map((step, i) => (typeof step === 'number' ? `[${step}]` : i === 0 ? step : `.${step}`))
    .join('');
}

async function readText(path: string): Promise<string> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw storageError(path, cause);
    throw new AttuneError('config', `there is no project file at ${path}`, {
      fix: 'Make a project with `attune init NAME`, or name its file with -f FILE.',
    });
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new AttuneError('config', `${path} is not UTF-8 text`, { fix: 'Save it as UTF-8.', cause });
  }
}
