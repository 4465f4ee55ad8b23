/**
 * Base models from a Hugging Face hub, kept in a cache of our own:
 *
 *   <cache>/models--owner--name/refs/<revision>       the commit that this revision was fetched as
 *   <cache>/models--owner--name/<commit>/             the model in Hugging Face layout
 *   <cache>/models--owner--name/<commit>/attune-source.json   written last: where it came from; says that it is whole
 *
 * A revision once fetched stays at its commit and needs no network again, so that the same project gives the same
 * model; naming another revision, or deleting the folder, fetches anew.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import { readJson, writeFileAtomic, writeJson } from '../../base/files.ts';
import { storageError } from '../../base/storage-error.ts';
import { acquireLock } from '../../base/lock.ts';
import type { Reporter } from '../../base/progress.ts';
import { readModelConfig } from '../config.ts';
import { downloadFile, sizeOf } from './download.ts';
import type { RemoteFile } from './download.ts';
import { checkNames, configName, configurationNames, indexName, weightNames } from './files.ts';
import { hubIdText } from './hub-id.ts';
import type { HubId } from './hub-id.ts';
import { retrying, send } from './hub-request.ts';
import type { HubAccess } from './hub-request.ts';

/** attune-source.json. */
type Source = {
  endpoint: string;
  repository: string;
  commit: string;
  files: { name: string; size_bytes: number; checksum: RemoteFile['checksum'] }[];
};

const sourceName = 'attune-source.json';
const commitPattern = /^[0-9a-f]{40}$/;
/** Models keep these files at the top; a name of another form cannot leave the folder. */
const plainName = /^\w[\w.-]*$/;

/** The folder of a hub model, fetched if need be. Throws AttuneError 'model', 'environment', 'storage' or 'interrupted'. */
export async function fetchHubModel(access: HubAccess, report: Reporter): Promise<string> {
  const { id, settings, signal } = access;
  const root = repositoryFolder(id, settings);
  const cached = await findCached(root, id);
  if (cached !== undefined) return cached;
  if (settings.offline)
    throw new AttuneError(
      'environment',
      `${hubIdText(id)} is not in ${settings.cacheFolder}, and HF_HUB_OFFLINE is set`,
      {
        fix: 'Unset HF_HUB_OFFLINE and run the same command again, or name a folder on this machine.',
      },
    );
  const lock = await acquireLock(join(root, 'lock'), {
    wait: true,
    command: `download of ${hubIdText(id)}`,
    onWait: ({ pid }) =>
      report({ type: 'note', message: `waiting for process ${pid}, which fetches ${hubIdText(id)}` }),
    signal,
  });
  try {
    return (await findCached(root, id)) ?? (await fetchModel(access, root, report));
  } finally {
    await lock.release();
  }
}

/** The folder of a hub model that was fetched before. */
export async function findHubModel(id: HubId, settings: HubAccess['settings']): Promise<string | undefined> {
  return findCached(repositoryFolder(id, settings), id);
}

const repositoryFolder = ({ repository }: HubId, { cacheFolder }: HubAccess['settings']): string =>
  join(cacheFolder, `models--${repository.replace('/', '--')}`);

/** The whole model that was fetched for this revision, if any. */
async function findCached(root: string, { revision }: HubId): Promise<string | undefined> {
  const commit = commitPattern.test(revision)
    ? revision
    : (await readFile(refPath(root, revision), 'utf8').catch(() => '')).trim();
  if (!commitPattern.test(commit)) return undefined;
  const folder = join(root, commit);
  const path = join(folder, sourceName);
  if ((await sizeOf(path)) === undefined) return undefined;
  const { files } = await readJson<Source>(path);
  for (const { name, size_bytes } of files)
    if ((await sizeOf(join(folder, name))) !== size_bytes) return undefined;
  return folder;
}

const refPath = (root: string, revision: string): string => join(root, 'refs', encodeURIComponent(revision));

/** config.json comes first, so that a model which cannot be trained is refused before gigabytes of it are fetched. */
async function fetchModel(access: HubAccess, root: string, report: Reporter): Promise<string> {
  const { id, settings } = access;
  const name = hubIdText(id);
  const { commit, files } = await listModel(access);
  const names = [...files.keys()];
  const folder = join(root, commit);
  await mkdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw storageError(folder, cause);
  });
  const fetched = (one: string, onBytes: (bytes: number) => void = () => {}): Promise<void> =>
    downloadFile(access, files.get(one)!, join(folder, one), onBytes);

  if (names.includes(configName)) {
    await fetched(configName);
    await readModelConfig(folder);
  }
  checkNames(names, name);
  const weights = await weightNames(names, name, async () => {
    await fetched(indexName);
    return readJson(join(folder, indexName));
  });

  const chosen = [...new Set([...configurationNames(names), ...weights])].map((one) => files.get(one)!);
  const total = chosen.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  let before = 0;
  for (const file of chosen) {
    const progress = throttled(total / 200, (done) =>
      report({
        type: 'progress',
        label: `fetch ${name}`,
        done: before + done,
        total,
        unit: 'bytes',
        detail: file.name,
      }),
    );
    await fetched(file.name, progress);
    before += file.sizeBytes;
  }
  report({ type: 'progress', label: `fetch ${name}`, done: total, total, unit: 'bytes' });

  const source: Source = {
    endpoint: settings.endpoint,
    repository: id.repository,
    commit,
    files: chosen.map((file) => ({ name: file.name, size_bytes: file.sizeBytes, checksum: file.checksum })),
  };
  await writeJson(join(folder, sourceName), source);
  if (!commitPattern.test(id.revision)) await writeFileAtomic(refPath(root, id.revision), `${commit}\n`);
  return folder;
}

/** Passes on a count when it has grown by `step` since the last one. */
function throttled(step: number, onBytes: (bytes: number) => void): (bytes: number) => void {
  let last = 0;
  return (bytes) => {
    if (Math.abs(bytes - last) < step) return;
    last = bytes;
    onBytes(bytes);
  };
}

type Listing = { commit: string; files: Map<string, RemoteFile> };

/** The commit that the revision stands for now, and the files at its top, by name. */
async function listModel(access: HubAccess): Promise<Listing> {
  try {
    return await askHub(access);
  } catch (cause) {
    if (cause instanceof AttuneError) throw cause;
    const { endpoint } = access.settings;
    throw new AttuneError('environment', `${endpoint} does not answer as a Hugging Face hub does`, {
      fix: 'Check HF_ENDPOINT, and that no proxy or login page answers in its place.',
      cause,
    });
  }
}

async function askHub(access: HubAccess): Promise<Listing> {
  const { listFiles, modelInfo } = await import('@huggingface/hub');
  const { id, settings } = access;
  const common = {
    hubUrl: settings.endpoint,
    fetch: wholeAnswers(access),
    ...(settings.token === undefined ? {} : { accessToken: settings.token }),
  };
  const { repository: name, revision } = id;
  const { sha: commit } = await modelInfo({ ...common, name, revision, additionalFields: ['sha'] });
  if (!commitPattern.test(commit)) throw new Error('no commit in the answer');
  const files = new Map<string, RemoteFile>();
  for await (const { type, path, size, oid, lfs } of listFiles({
    ...common,
    repo: { type: 'model', name },
    revision: commit,
  })) {
    const hex = lfs?.oid ?? oid;
    if (type !== 'file' || !plainName.test(path) || hex === undefined) continue;
    files.set(path, {
      name: path,
      // Not fileDownloadInfo and downloadFile: they ask once more per file, and take a cut or unranged answer for whole.
      url: `${settings.endpoint}/${name}/resolve/${commit}/${path}`,
      sizeBytes: lfs?.size ?? size,
      checksum: { algorithm: lfs === undefined ? 'git-sha1' : 'sha256', hex },
    });
  }
  return { commit, files };
}

/** A fetch for the hub package: retried as a whole, the body included, and never an answer that is not ok. */
const wholeAnswers =
  (access: HubAccess): typeof fetch =>
  (url, init) =>
    retrying(access, async () => {
      const response = await send(access, url, init);
      const { status, headers } = response;
      return new Response(await response.arrayBuffer(), { status, headers });
    });
