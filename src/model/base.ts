/** What `train.base` names, as a folder in Hugging Face layout. */
import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AttuneError } from '../base/errors.ts';
import type { Reporter } from '../base/progress.ts';
import { baseFiles, configName } from './base/files.ts';
import { parseHubId } from './base/hub-id.ts';
import type { HubId } from './base/hub-id.ts';
import { readHubSettings } from './base/hub-settings.ts';
import type { Environment } from './base/hub-settings.ts';
import { fetchHubModel, findHubModel } from './base/hub.ts';
import { readModelConfig } from './config.ts';
import { checkModelFolder } from './weights.ts';

export { baseFiles };

export type BaseOptions = {
  /** What a relative path starts from. */
  projectFolder: string;
  report: Reporter;
  signal: AbortSignal;
  fetch?: typeof fetch;
  /** Where HF_TOKEN, HF_ENDPOINT, HF_HOME and HF_HUB_OFFLINE are read (process.env). */
  environment?: Environment;
  /** Wait before a failed request is made again (500); doubled each time. */
  retryDelayMs?: number;
};

const packagedName = 'attune-base';
/** Beside src/ in a clone and beside dist/ in an installed package. */
const packagedFolder = fileURLToPath(new URL(`../../models/${packagedName}`, import.meta.url));

type Place = { kind: 'packaged' } | { kind: 'folder'; folder: string } | { kind: 'hub'; id: HubId };

/**
 * The absolute path of the base model that `spec` names:
 * - `attune-base`: the one that comes with Attune;
 * - a path: absolute, from the home folder (`~/`), or from the project folder;
 * - `owner/name` or `owner/name@revision`: a model on the hub, fetched once and then used from the cache. Where the
 *   project has a folder of that name, the folder wins.
 * Throws AttuneError 'model' when it is missing, not whole, or of an architecture that is not supported yet; for a hub
 * model also 'environment' (no connection, a bad variable), 'storage' and 'interrupted'.
 */
export async function resolveBase(spec: string, options: BaseOptions): Promise<string> {
  const place = await locate(spec, options.projectFolder);
  switch (place.kind) {
    case 'packaged':
      return checkedPackaged();
    case 'folder':
      return checkedFolder(place.folder, spec);
    case 'hub': {
      const { report, signal, environment = process.env, retryDelayMs = 500 } = options;
      const settings = readHubSettings(environment);
      return fetchHubModel(
        { id: place.id, settings, signal, fetch: options.fetch ?? fetch, retryDelayMs },
        report,
      );
    }
  }
}

/**
 * Checks the base as far as it can be without a network, before a run: a hub model that is not in the cache yet is
 * checked when it is fetched. Returns the files of a folder; a hub model is known by its id until a run hashes it.
 * Throws as resolveBase does.
 */
export async function checkBase(
  spec: string,
  { projectFolder, environment = process.env }: Pick<BaseOptions, 'projectFolder' | 'environment'>,
): Promise<string[]> {
  const folder = await findBase(spec, { projectFolder, environment });
  const { kind } = await locate(spec, projectFolder);
  return kind === 'hub' || folder === undefined ? [] : baseFiles(folder);
}

/** The base's folder, checked, where it is on this machine: undefined for a hub model that was not fetched yet. */
export async function findBase(
  spec: string,
  { projectFolder, environment = process.env }: Pick<BaseOptions, 'projectFolder' | 'environment'>,
): Promise<string | undefined> {
  const place = await locate(spec, projectFolder);
  if (place.kind !== 'hub')
    return place.kind === 'packaged' ? checkedPackaged() : checkedFolder(place.folder, spec);
  const cached = await findHubModel(place.id, readHubSettings(environment));
  if (cached !== undefined) await checkModelFolder(cached);
  return cached;
}

async function locate(spec: string, projectFolder: string): Promise<Place> {
  if (spec === packagedName) return { kind: 'packaged' };
  const folder = resolve(
    projectFolder,
    spec.replace(/^~(?=$|[\\/])/, () => homedir()),
  );
  if (isAbsolute(spec) || /^(~|\.{1,2})($|[\\/])/.test(spec) || (await isFolder(folder)))
    return { kind: 'folder', folder };
  const id = parseHubId(spec);
  if (id !== undefined) return { kind: 'hub', id };
  throw new AttuneError(
    'model',
    `base ${JSON.stringify(spec)} is neither a folder (${folder}) nor a hub id`,
    {
      fix: `Name a folder in Hugging Face layout, a hub id (owner/name or owner/name@revision), or ${packagedName}.`,
    },
  );
}

async function checkedPackaged(): Promise<string> {
  if (await isFolder(packagedFolder)) return checkedFolder(packagedFolder, packagedName);
  throw new AttuneError('model', `${packagedName} is not in this installation (${packagedFolder})`, {
    fix: 'Install Attune again, or name another base: a folder or a hub id.',
  });
}

async function checkedFolder(folder: string, spec: string): Promise<string> {
  if (!(await isFolder(folder)))
    throw new AttuneError('model', `base ${JSON.stringify(spec)}: there is no folder ${folder}`, {
      fix: 'Check the path; a relative one starts from the project folder. A hub id is written owner/name.',
    });
  if ((await stat(join(folder, configName)).catch(() => undefined)) !== undefined)
    await readModelConfig(folder);
  await baseFiles(folder);
  await checkModelFolder(folder);
  return folder;
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
