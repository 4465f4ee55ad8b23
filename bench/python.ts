/** The Python that peers run in: the one that ATTUNE_PYTHON names, or one of our own with their requirements installed. */
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exists, writeFileAtomic } from '../src/base/files.ts';
import { sha256 } from '../src/base/hash.ts';

export type PythonOptions = {
  /** Path of a requirements.txt. */
  requirements: string;
  /** Where the environment is made. */
  folder: string;
  say: (line: string) => void;
  /** Done before the requirements are installed. What goes wrong in there is no error. */
  before?: (python: string) => void;
};

/** Path of the interpreter; installs the requirements, once, when no other Python is named. */
export async function pythonWith({ requirements, folder, say, before }: PythonOptions): Promise<string> {
  const given = process.env['ATTUNE_PYTHON'];
  if (given !== undefined) return given;
  const python = join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  const hash = sha256(await readFile(requirements, 'utf8')).slice(0, 12);
  const done = join(folder, `installed-${hash}`);
  if (await exists(done)) return python;
  say(`installing the peers of ${requirements} into ${folder}`);
  if (!(await exists(python))) run('python3', ['-m', 'venv', folder]);
  before?.(python);
  run(python, [...pipInstall, '-r', requirements]);
  await writeFileAtomic(done, '');
  return python;
}

export const pipInstall: readonly string[] = [
  '-m',
  'pip',
  'install',
  '--quiet',
  '--disable-pip-version-check',
];

function run(command: string, args: readonly string[]): void {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (error) throw error;
  if (status !== 0)
    throw new Error(
      `${command} ${args.join(' ')} failed; or set ATTUNE_PYTHON to a Python that has the peers installed`,
    );
}
