/**
 * audit.jsonl: one line for each registration and each move of an alias, appended and flushed before anything else
 * changes. It is the truth about aliases; aliases.json is its last state, for readers.
 */
import { open, readFile, truncate } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { storageError } from '../base/storage-error.ts';

export type AuditEntry =
  | { time: string; user: string; event: 'registered'; version: number; hashes: string }
  | {
      time: string;
      user: string;
      event: 'alias-moved' | 'alias-rolled-back';
      alias: string;
      from: number | null;
      to: number;
      reason: string;
    };

/** The lines of a model's audit. A last line cut short by a crash never took effect and is left out. */
export async function readAudit(modelFolder: string): Promise<AuditEntry[]> {
  const text = await readText(join(modelFolder, 'audit.jsonl'));
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as AuditEntry);
}

/** Appends a line and flushes it. Call with the model's lock held. */
export async function appendAudit(modelFolder: string, entry: AuditEntry): Promise<void> {
  const path = join(modelFolder, 'audit.jsonl');
  try {
    const text = await readText(path);
    const whole = text.lastIndexOf('\n') + 1;
    if (whole !== text.length) await truncate(path, Buffer.byteLength(text.slice(0, whole)));
    const file = await open(path, 'a');
    try {
      await file.writeFile(JSON.stringify(entry) + '\n');
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw storageError(path, cause);
  }
}

/** Each alias's history as a stack of versions, the current one last: a move pushes, a rollback pops. */
export function aliasHistory(entries: readonly AuditEntry[]): Map<string, number[]> {
  const stacks = new Map<string, number[]>();
  for (const entry of entries) {
    if (entry.event === 'registered') continue;
    const stack = stacks.get(entry.alias) ?? [];
    stacks.set(entry.alias, stack);
    if (entry.event === 'alias-moved') stack.push(entry.to);
    else stack.pop();
  }
  return stacks;
}

/** The user that this process runs as; `unknown` where the system has no name for it. */
export function currentUser(): string {
  try {
    return userInfo().username;
  } catch {
    return 'unknown'; // a container's user id without a passwd entry
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw storageError(path, cause);
  }
}
