/** Aliases: movable names for versions of one model. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AttuneError } from '../base/errors.ts';
import { writeJson } from '../base/files.ts';
import { storageError } from '../base/storage-error.ts';
import { acquireLock } from '../base/lock.ts';
import { aliasHistory, appendAudit, currentUser, readAudit } from './audit.ts';
import { aliasPattern } from './version-reference.ts';

export type AliasMove = { alias: string; from: number | null; to: number };

/** Alias to version number. */
export async function readAliases(modelFolder: string): Promise<Record<string, number>> {
  const path = join(modelFolder, 'aliases.json');
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Record<string, number>;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw storageError(path, cause);
  }
}

/**
 * Points `alias` at a version, which the caller has opened (and so verified). Moving it to where it is changes
 * nothing and adds no audit line.
 */
export async function moveAlias(
  registry: string,
  version: { name: string; number: number },
  alias: string,
  reason: string,
): Promise<AliasMove> {
  if (!aliasPattern.test(alias)) {
    throw new AttuneError('registry', `"${alias}" cannot be an alias`, {
      fix: 'Use lower-case letters, digits, "-" and "_", starting with a letter.',
    });
  }
  return await changeAliases(registry, version.name, async (modelFolder, history) => {
    const from = history.get(alias)?.at(-1) ?? null;
    const move = { alias, from, to: version.number };
    if (from !== version.number) await record(modelFolder, 'alias-moved', move, reason);
    return move;
  });
}

/**
 * Takes back the latest move of `alias` that has not been taken back: repeated rollbacks go further back.
 * `check` is given the version to return to, and throws to refuse it.
 */
export async function rollbackAlias(
  registry: string,
  name: string,
  alias: string,
  options: { reason: string; check: (number: number) => Promise<void> },
): Promise<AliasMove> {
  return await changeAliases(registry, name, async (modelFolder, history) => {
    const stack = history.get(alias) ?? [];
    const [from, to] = [stack.at(-1), stack.at(-2)];
    if (from === undefined || to === undefined) {
      throw new AttuneError('registry', `${name}@${alias} has no earlier version to go back to`, {
        fix: `\`attune registry show ${name}\` lists its versions; \`attune registry promote ${name}/N\` chooses one.`,
      });
    }
    await options.check(to);
    const move = { alias, from, to };
    await record(modelFolder, 'alias-rolled-back', move, options.reason);
    return move;
  });
}

async function changeAliases(
  registry: string,
  name: string,
  change: (modelFolder: string, history: Map<string, number[]>) => Promise<AliasMove>,
): Promise<AliasMove> {
  const modelFolder = join(registry, name);
  const lock = await acquireLock(join(registry, '.locks', name), { command: 'move an alias', wait: true });
  try {
    const move = await change(modelFolder, aliasHistory(await readAudit(modelFolder)));
    await writeAliases(modelFolder);
    return move;
  } finally {
    await lock.release();
  }
}

async function record(
  modelFolder: string,
  event: 'alias-moved' | 'alias-rolled-back',
  move: AliasMove,
  reason: string,
): Promise<void> {
  await appendAudit(modelFolder, {
    time: new Date().toISOString(),
    user: currentUser(),
    event,
    ...move,
    reason,
  });
}

async function writeAliases(modelFolder: string): Promise<void> {
  const current: Record<string, number> = {};
  for (const [alias, stack] of [...aliasHistory(await readAudit(modelFolder))].sort()) {
    const number = stack.at(-1);
    if (number !== undefined) current[alias] = number;
  }
  await writeJson(join(modelFolder, 'aliases.json'), current);
}
