import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, relative, sep } from 'node:path';
import { AttuneError } from '../base/errors.ts';
import { storageError } from '../base/storage-error.ts';
import { sha256, sha256File } from '../base/hash.ts';
import { canonicalJson, type Json } from '../base/json.ts';
import { nearest } from './nearest.ts';
import type { Project } from './load-project.ts';
import type { Stage, StageName } from './stage.ts';

export type SourceDigest = { path: string; sha256: string };

/** All that an artifact is made from. Times, machine and library versions are in its manifest, not here. */
export type Ingredients = {
  stage: StageName;
  version: number;
  /** Keys of the input artifacts. */
  inputs: Partial<Record<StageName, string>>;
  /** The stage's part of the project file, the seed included where it draws random numbers. */
  config: Json;
  sources: SourceDigest[];
};

/** SHA-256 of the ingredients' canonical JSON. */
export const artifactKey = (ingredients: Ingredients): string => sha256(canonicalJson(ingredients));

/** The folder name of the artifact with this key. 48 bits: the manifest's full key guards against a collision. */
export const artifactId = (stage: StageName, key: string): string => `${stage}-${key.slice(0, 12)}`;

/** Gathers what `stage` would be made from now; reads and hashes its source files. */
export async function gatherIngredients(
  project: Project,
  stage: Stage,
  inputs: Partial<Record<StageName, string>>,
): Promise<Ingredients> {
  const files = (await stage.sourceFiles?.(project.config, project.folder)) ?? [];
  const sources: SourceDigest[] = [];
  for (const file of [...new Set(files)].sort()) {
    sources.push({ path: projectPath(project.folder, file), sha256: await hashFile(file, stage.name) });
  }
  // Through JSON, so that undefined settings are absent as they are in the manifest.
  const config = JSON.parse(JSON.stringify(stage.configPart(project.config))) as Json;
  return { stage: stage.name, version: stage.version, inputs, config, sources };
}

/** A path that stays the same when the project is moved: relative inside it, the bare name outside. */
function projectPath(folder: string, file: string): string {
  const path = relative(folder, file);
  const outside = isAbsolute(path) || path.split(sep)[0] === '..';
  return (outside ? path.split(sep).at(-1)! : path).replaceAll(sep, '/');
}

const hashed = new Map<string, string>();

/** Hashes a file once in this process, as long as its size and times stay the same: a base model is large. */
async function hashFile(file: string, stage: StageName): Promise<string> {
  try {
    const { size, mtimeNs, ctimeNs, ino } = await stat(file, { bigint: true });
    const state = [file, size, mtimeNs, ctimeNs, ino].join('|');
    const hash = hashed.get(state) ?? (await sha256File(file));
    hashed.set(state, hash);
    return hash;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw storageError(file, cause);
    throw new AttuneError('data', `${file} does not exist, and ${stage} needs it`, {
      fix: `${await otherSpelling(file)}Check the path in the project file.`,
    });
  }
}

/** What lies in the same folder under nearly the same name. */
async function otherSpelling(file: string): Promise<string> {
  const names = await readdir(dirname(file)).catch(() => []);
  const found = nearest(basename(file), names.sort());
  return found === undefined ? '' : `Did you mean ${found}? `;
}
