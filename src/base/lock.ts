/**
 * Locks between processes, as files. A lock file appears whole or not at all (written aside, then linked into
 * place), names its holder, and is taken over when the holder is dead.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AttuneError } from './errors.ts';
import { storageError } from './storage-error.ts';

export type LockHolder = {
  pid: number;
  host: string;
  /** When the process started, in the operating system's own terms: tells a reused pid from the same process. */
  processStart: string;
  /** ISO 8601. */
  since: string;
  command: string;
  token: string;
};

export type Lock = { readonly holder: LockHolder; release: () => Promise<void> };

export type LockOptions = {
  /** Said to whoever finds the lock held. */
  command?: string;
  /** Wait for the holder to finish in place of refusing. */
  wait?: boolean;
  /** Told once, when there is something to wait for. */
  onWait?: (holder: LockHolder) => void;
  signal?: AbortSignal;
};

const pollMs = 100;

/** Takes the lock at `path`. Throws AttuneError 'locked' naming the holder, or 'interrupted' when `signal` aborts a wait. */
export async function acquireLock(path: string, options: LockOptions = {}): Promise<Lock> {
  const mine: LockHolder = {
    pid: process.pid,
    host: hostname(),
    processStart: processStart(process.pid) ?? '',
    since: new Date().toISOString(),
    command: options.command ?? '',
    token: randomBytes(8).toString('hex'),
  };
  let told = false;
  for (;;) {
    if (await createWhole(path, mine)) break;
    const other = await readHolder(path);
    if (other === undefined) continue;
    if (!isAlive(other)) {
      if (await takeOver(path, other, mine)) break;
      continue;
    }
    if (options.wait !== true) throw heldBy(path, other);
    if (!told) options.onWait?.(other);
    told = true;
    if (options.signal?.aborted === true)
      throw new AttuneError('interrupted', 'stopped while waiting for the lock');
    await sleep(pollMs);
  }
  return { holder: mine, release: () => release(path, mine) };
}

/** Who holds the lock now; undefined when nobody living does. */
export async function lockHolder(path: string): Promise<LockHolder | undefined> {
  const holder = await readHolder(path);
  return holder !== undefined && isAlive(holder) ? holder : undefined;
}

/** True unless the holder is known to be dead. Of another machine's processes nothing is known. */
function isAlive(holder: LockHolder): boolean {
  if (holder.host !== hostname()) return true;
  try {
    process.kill(holder.pid, 0);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const start = processStart(holder.pid);
  return start === undefined || holder.processStart === '' || start === holder.processStart;
}

/** Boot id and start tick on Linux; undefined elsewhere, where the pid alone has to do. */
function processStart(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    // Field 22, counted after the command name, which is in parentheses and may hold blanks.
    return `${boot}:${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`;
  } catch {
    return undefined;
  }
}

/** Link fails when the name exists, and a linked file is never seen half-written, as one opened with O_EXCL would be. */
async function createWhole(path: string, holder: LockHolder): Promise<boolean> {
  const aside = `${path}.${holder.token}.new`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(aside, JSON.stringify(holder, null, 2) + '\n');
    await link(aside, path);
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw storageError(path, cause);
  } finally {
    await rm(aside, { force: true });
  }
}

async function readHolder(path: string): Promise<LockHolder | undefined> {
  try {
    const holder = JSON.parse(await readFile(path, 'utf8')) as LockHolder;
    if (typeof holder.token !== 'string') throw new SyntaxError('names no holder');
    return holder;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    if (!(cause instanceof SyntaxError)) throw storageError(path, cause);
    throw new AttuneError('locked', `${path} is not a lock that Attune wrote`, {
      fix: `If nothing runs here, delete ${path} and run the same command again.`,
    });
  }
}

/**
 * Replaces a dead holder's lock. Whoever may replace the lock with token T must first hold the lock `<path>.T`, so
 * between the second look at the token and the rename nobody else can touch it. That second lock is taken in the
 * same way, so a process that dies while taking over leaves nothing that stays locked.
 */
async function takeOver(path: string, dead: LockHolder, mine: LockHolder): Promise<boolean> {
  const guard = await acquireLock(`${path}.${dead.token}`, { wait: true });
  const aside = `${path}.${mine.token}.new`;
  try {
    if ((await readHolder(path))?.token !== dead.token) return false;
    await writeFile(aside, JSON.stringify(mine, null, 2) + '\n');
    await rename(aside, path);
    return true;
  } catch (cause) {
    await rm(aside, { force: true });
    throw storageError(path, cause);
  } finally {
    await guard.release();
  }
}

async function release(path: string, mine: LockHolder): Promise<void> {
  if ((await readHolder(path))?.token === mine.token) await rm(path, { force: true });
}

function heldBy(path: string, holder: LockHolder): AttuneError {
  const elsewhere = holder.host !== hostname();
  const what = holder.command === '' ? 'another process' : `"${holder.command}"`;
  const fix = elsewhere
    ? `Wait for it, or, if it no longer runs on ${holder.host}, delete ${path}.`
    : 'Wait for it (attune run --wait does), or stop it.';
  return new AttuneError(
    'locked',
    `${what} holds ${path}: process ${holder.pid} on ${holder.host}, since ${holder.since}`,
    { fix },
  );
}
