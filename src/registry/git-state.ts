import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Far more than a large repository takes on a busy machine: what a version says of its commit must not depend on that. */
const hangsAfterMs = 300_000;

/** The commit a folder stands at, and whether tracked files differ from it; undefined outside a git repository. */
export async function gitState(folder: string): Promise<{ commit: string; changed: boolean } | undefined> {
  const git = async (...args: string[]): Promise<string> =>
    (await promisify(execFile)('git', args, { cwd: folder, timeout: hangsAfterMs })).stdout.trim();
  try {
    const commit = await git('rev-parse', 'HEAD');
    return { commit, changed: (await git('status', '--porcelain', '--untracked-files=no')) !== '' };
  } catch {
    return undefined;
  }
}
