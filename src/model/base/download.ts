/** One file from a hub to disk: resumable, checked against the hub's checksum, whole or absent under its own name. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import { syncFolder } from '../../base/files.ts';
import { storageError } from '../../base/storage-error.ts';
import { PassingTroubleError, retrying, send } from './hub-request.ts';
import type { HubAccess } from './hub-request.ts';

export type RemoteFile = {
  name: string;
  url: string;
  sizeBytes: number;
  /** `sha256`: of the content, as Git LFS has it. `git-sha1`: of a Git blob, for files kept in Git itself. */
  checksum: { algorithm: 'sha256' | 'git-sha1'; hex: string };
};

/**
 * Fetches `file` to `path`. What arrives is kept in `<path>.<checksum>.partial`, so that an interrupted download goes on
 * where it stopped, in this process or a later one. There is no If-Range: the name says which content the part is of, the
 * URL names a commit, and the checksum over the whole file decides; a part that turns out wrong is fetched anew once.
 * `onBytes` gets the bytes of this file on disk. Throws AttuneError 'model' when the checksum stays wrong.
 */
export async function downloadFile(
  access: HubAccess,
  file: RemoteFile,
  path: string,
  onBytes: (bytes: number) => void,
): Promise<void> {
  if (await isWhole(path, file)) return onBytes(file.sizeBytes);
  const partial = `${path}.${file.checksum.hex.slice(0, 16)}.partial`;
  for (let fresh = false; ; fresh = true) {
    await fill(access, file, partial, onBytes);
    if (await isWhole(partial, file)) break;
    await rm(partial, { force: true });
    if (fresh) throw wrongChecksum(file);
  }
  try {
    await rename(partial, path);
    await syncFolder(dirname(path));
  } catch (cause) {
    throw storageError(path, cause);
  }
}

/** Brings `partial` to at least the file's size. */
async function fill(
  access: HubAccess,
  file: RemoteFile,
  partial: string,
  onBytes: (bytes: number) => void,
): Promise<void> {
  let bytes = await sizeOf(partial);
  if (bytes !== undefined && bytes >= file.sizeBytes) return;
  await retrying(
    access,
    async () => {
      bytes = (await sizeOf(partial)) ?? 0;
      const response = await requestFrom(access, file, bytes);
      await append(response, partial, bytes, file, (now) => onBytes((bytes = now)));
    },
    () => bytes ?? 0,
  );
}

function requestFrom(access: HubAccess, file: RemoteFile, offset: number): Promise<Response> {
  // Compressed bytes could not be counted or resumed.
  const headers: Record<string, string> = { 'Accept-Encoding': 'identity' };
  if (access.settings.token !== undefined) headers['Authorization'] = `Bearer ${access.settings.token}`;
  if (offset > 0) headers['Range'] = `bytes=${offset}-`;
  return send(access, file.url, { headers });
}

/** Writes the answer after the first `offset` bytes, or from the start when the server ignored the range. */
async function append(
  response: Response,
  partial: string,
  offset: number,
  file: RemoteFile,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const goesOn = offset > 0 && response.headers.get('content-range')?.startsWith(`bytes ${offset}-`) === true;
  let bytes = goesOn ? offset : 0;
  const aside = await open(partial, goesOn ? 'a' : 'w').catch((cause: unknown) => {
    throw storageError(partial, cause);
  });
  try {
    if (response.status === 206 && !goesOn) {
      await response.body?.cancel();
      throw new PassingTroubleError('the hub sent another part than asked');
    }
    for await (const chunk of response.body ?? []) {
      await aside.appendFile(chunk).catch((cause: unknown) => {
        throw storageError(partial, cause);
      });
      bytes += chunk.length;
      onBytes(bytes);
      if (bytes > file.sizeBytes) return;
    }
    if (bytes < file.sizeBytes)
      throw new PassingTroubleError(`the connection closed at byte ${bytes} of ${file.name}`);
    await aside.sync();
  } finally {
    await aside.close();
  }
}

async function isWhole(path: string, { sizeBytes, checksum }: RemoteFile): Promise<boolean> {
  if ((await sizeOf(path)) !== sizeBytes) return false;
  const hash = createHash(checksum.algorithm === 'sha256' ? 'sha256' : 'sha1');
  // Git hashes a header before the content: gitformat-pack and `git hash-object`.
  if (checksum.algorithm === 'git-sha1') hash.update(`blob ${sizeBytes}\0`);
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex') === checksum.hex;
}

/** Undefined when there is no such file. */
export const sizeOf = (path: string): Promise<number | undefined> =>
  stat(path).then(
    ({ size }) => size,
    () => undefined,
  );

const wrongChecksum = ({ name, checksum }: RemoteFile): AttuneError =>
  new AttuneError(
    'model',
    `${name}: what the hub sent does not have the checksum it states (${checksum.hex})`,
    {
      fix: 'Run the same command again; if it stays so, something between here and the hub (a proxy, a mirror) changes files.',
    },
  );
