import { statfsSync } from 'node:fs';
import { dirname, isAbsolute } from 'node:path';
import { AttuneError } from './errors.ts';
import { formatBytes } from './format-bytes.ts';

/** What the codes of a file system mean, and the way out. */
const failures: Readonly<Record<string, { what: string; fix: string }>> = {
  ENOSPC: {
    what: 'the disk is full',
    fix: 'Free some disk space and run the same command again: finished work is kept.',
  },
  EDQUOT: {
    what: 'your quota of this disk is used up',
    fix: 'Free some disk space and run the same command again: finished work is kept.',
  },
  EFBIG: {
    what: 'the file may not become this large',
    fix: 'Raise the limit of file sizes (ulimit -f), or choose another file system.',
  },
  EACCES: { what: 'permission denied', fix: 'Give this user the right to read and write there.' },
  EPERM: { what: 'not permitted', fix: 'Give this user the right to read and write there.' },
  EROFS: { what: 'the file system is read-only', fix: 'Choose another folder.' },
  ENOENT: { what: 'there is no such file or folder', fix: 'Check the path.' },
  ENOTDIR: {
    what: 'a part of this path is a file, not a folder',
    fix: 'Remove that file, or name another folder.',
  },
  EISDIR: { what: 'a folder, where a file is needed', fix: 'Name a file.' },
  ENAMETOOLONG: { what: 'the path is too long for this file system', fix: 'Choose a shorter one.' },
  ELOOP: { what: 'symbolic links lead in a circle', fix: 'Check the path.' },
  EMFILE: {
    what: 'this process may not open more files',
    fix: 'Raise the limit of open files (ulimit -n 4096) and run the same command again: finished work is kept.',
  },
  ENFILE: {
    what: 'this machine has too many files open',
    fix: 'Close other programs and run the same command again: finished work is kept.',
  },
  EIO: {
    what: 'the disk failed',
    fix: 'See what the system says about the disk, and keep a copy of what it holds.',
  },
};

const failuresToMakeFolders: typeof failures = {
  // What Node says, too, where the file system is read-only.
  ENOENT: {
    what: 'no folder can be made here',
    fix: 'Check the path, and that the file system can be written.',
  },
  EEXIST: failures['ENOTDIR']!,
};

/** Turns a file system failure into an error that names the path and the way out. */
export function storageError(path: string, cause: unknown): AttuneError {
  if (cause instanceof AttuneError) return cause;
  const { code = '', message, syscall } = cause as NodeJS.ErrnoException;
  const failure = (syscall === 'mkdir' && failuresToMakeFolders[code]) || failures[code];
  const room = code === 'ENOSPC' ? roomFor(path) : '';
  return new AttuneError('storage', `${path}: ${failure?.what ?? message}${room}`, {
    fix: failure?.fix,
    cause,
  });
}

/** A failure of the file system as an error for the user, who is told of `path` where it names none; else as it is. */
export function asStorageError(path: string, cause: unknown): unknown {
  const { code = '', syscall = '', path: own, dest } = (cause ?? {}) as CopyFailure;
  const isOfFiles =
    (code in failures || code in failuresToMakeFolders) && !/^(spawn|listen|connect|$)/.test(syscall);
  if (!isOfFiles) return cause;
  // Of a copy Node names both ends; what there is no room for is where it goes.
  return storageError((code === 'ENOENT' ? own : (dest ?? own)) ?? path, cause);
}

/** Whether an error that storageError made says that there is no room. */
export function isDiskFull(error: unknown): boolean {
  const { code = '' } = ((error as Error | undefined)?.cause ?? {}) as NodeJS.ErrnoException;
  return code === 'ENOSPC' || code === 'EDQUOT';
}

type CopyFailure = NodeJS.ErrnoException & { dest?: string };

/** What is left where a write found no room: by then what it had written of its file may be gone again. */
function roomFor(path: string): string {
  if (!isAbsolute(path)) return '';
  try {
    const { bavail, bsize, files, ffree } = statfsSync(path);
    if (files > 0 && ffree === 0) return ': it holds as many files as it can (df -i)';
    return ` (${formatBytes(bavail * bsize)} left)`;
  } catch {
    const folder = dirname(path);
    return folder === path ? '' : roomFor(folder);
  }
}
