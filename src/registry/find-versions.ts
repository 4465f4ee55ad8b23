/** What is registered: models, their versions, and the version that a reference means. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AttuneError } from '../base/errors.ts';
import { storageError } from '../base/storage-error.ts';
import { readAliases } from './aliases.ts';
import { namePattern, type Reference } from './version-reference.ts';

/** The number a reference means now. A bare name means the champion, or the newest version where there is none. */
export async function resolveNumber(registry: string, reference: Reference): Promise<number> {
  const { name, version, alias } = reference;
  const numbers = await versionNumbers(join(registry, name));
  if (numbers.length === 0) {
    const names = await modelNames(registry);
    throw new AttuneError('registry', `no model named ${name} is registered`, {
      fix: names.length === 0 ? 'Run `attune run` to register one.' : `Registered: ${names.join(', ')}.`,
    });
  }
  if (version !== undefined) {
    if (numbers.includes(version)) return version;
    throw new AttuneError('registry', `${name} has no version ${version}`, {
      fix: `Its versions: ${numbers.join(', ')}.`,
    });
  }
  const aliases = await readAliases(join(registry, name));
  const number = aliases[alias ?? 'champion'] ?? (alias === undefined ? numbers.at(-1) : undefined);
  if (number !== undefined) return number;
  throw new AttuneError('registry', `${name} has no alias ${alias}`, {
    fix: `Its aliases: ${Object.keys(aliases).join(', ') || 'none'}.`,
  });
}

/** Names of the registered models, sorted. */
export async function modelNames(registry: string): Promise<string[]> {
  const names = (await entries(registry)).filter((name) => namePattern.test(name));
  const used = await Promise.all(
    names.map(async (name) => (await versionNumbers(join(registry, name))).length > 0),
  );
  return names.filter((_, i) => used[i]).sort();
}

/** Version numbers in a model's folder, ascending. */
export async function versionNumbers(modelFolder: string): Promise<number[]> {
  return (await entries(modelFolder))
    .filter((name) => /^[1-9]\d{0,8}$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);
}

/** Names of all that is in a folder; none where there is no folder. */
export async function entries(folder: string): Promise<string[]> {
  return await readdir(folder).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR') return [];
    throw storageError(folder, cause);
  });
}
