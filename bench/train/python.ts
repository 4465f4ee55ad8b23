import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../paths.ts';
import { pipInstall, pythonWith } from '../python.ts';

const requirements = join(import.meta.dirname, 'requirements.txt');

/** The CPU build of torch is a tenth of the size, but stands on an index of its own, which not every network reaches. */
const cpuWheels = 'https://download.pytorch.org/whl/cpu';

/** Path of a Python with PEFT and TRL; installs them into bench/.venv when they are not there yet. */
export async function pythonWithPeers(say: (line: string) => void): Promise<string> {
  const torch = readFileSync(requirements, 'utf8')
    .split('\n')
    .find((line) => line.startsWith('torch=='))!;
  return pythonWith({
    requirements,
    folder: join(root, 'bench', '.venv'),
    say,
    before: (python) => {
      const { status } = spawnSync(python, [
        ...pipInstall,
        '--retries',
        '0',
        '--index-url',
        cpuWheels,
        torch,
      ]);
      if (status !== 0) say('the CPU build of torch is out of reach; taking the one of PyPI');
    },
  });
}
