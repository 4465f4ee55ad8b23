/** The Python that the peers run in: the one that ATTUNE_PYTHON names, or one of our own with requirements.txt installed. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exists, writeFileAtomic } from '../../src/base/files.ts';
import { root } from '../paths.ts';

const requirements = join(import.meta.dirname, 'requirements.txt');

/** The CPU build of torch is a tenth of the size, but stands on an index of its own, which not every network reaches. */
const cpuWheels = 'https://download.pytorch.org/whl/cpu';

/** Path of the interpreter; installs the peers into bench/.venv when they are not there yet. */
export async function pythonWithPeers(say: (line: string) => void): Promise<string> {
  const given = process.env['ATTUNE_PYTHON'];
  if (given !== undefined) return given;
  const folder = join(root, 'bench', '.venv');
  const python = join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  const done = join(folder, `installed-${hashOf(requirements)}`);
  if (await exists(done)) return python;
  say(`installing the peers of ${requirements} into ${folder}`);
  if (!(await exists(python))) run('python3', ['-m', 'venv', folder]);
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
  const torch = readFileSync(requirements, 'utf8')
    .split('\n')
    .find((line) => line.startsWith('torch=='))!;
  if (spawnSync(python, [...pip, '--retries', '0', '--index-url', cpuWheels, torch]).status !== 0)
    say('the CPU build of torch is out of reach; taking the one of PyPI');
  run(python, [...pip, '-r', requirements]);
  await writeFileAtomic(done, '');
  return python;
}

function run(command: string, args: readonly string[]): void {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (error) throw error;
  if (status !== 0)
    throw new Error(
      `${command} ${args.join(' ')} failed; or set ATTUNE_PYTHON to a Python that has the peers installed`,
    );
}

function hashOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex').slice(0, 12);
}
