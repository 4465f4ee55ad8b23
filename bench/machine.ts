import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { root } from './paths.ts';

export type Machine = {
  commit: string;
  cpu: string;
  cores: number;
  memoryGb: number;
  /** AVX-512 and the like: what the figures stand and fall with. */
  instructions: string[];
  versions: Readonly<Record<string, string>>;
};

/** What the figures were measured with. `peer` are the versions that Python said. */
export async function describeMachine(peer: Readonly<Record<string, string>>): Promise<Machine> {
  const onnxRuntime = JSON.parse(
    await readFile(join(root, 'node_modules', 'onnxruntime-node', 'package.json'), 'utf8'),
  ) as { version: string };
  return {
    commit: commit(),
    cpu: await cpuName(),
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 2 ** 30),
    instructions: await instructions(),
    versions: { node: process.versions.node, 'onnxruntime-node': onnxRuntime.version, ...peer },
  };
}

function commit(): string {
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    const changed = git('status', '--porcelain', '--untracked-files=no', 'src') !== '';
    return git('rev-parse', '--short', 'HEAD') + (changed ? ' with changes' : '');
  } catch {
    return 'unknown';
  }
}

async function cpuName(): Promise<string> {
  const model = cpus()[0]?.model ?? 'unknown';
  const info = await cpuInfo();
  const family = /cpu family\s*:\s*(\d+)/.exec(info)?.[1];
  const number = /\nmodel\s*:\s*(\d+)/.exec(info)?.[1];
  return family === undefined ? model : `${model} (family ${family}, model ${number})`;
}

async function instructions(): Promise<string[]> {
  const flags = /\nflags\s*:(.*)/.exec(await cpuInfo())?.[1]?.split(' ') ?? [];
  return ['avx2', 'avx512f', 'avx512_vnni', 'avx512_bf16', 'amx_tile', 'amx_bf16'].filter((flag) =>
    flags.includes(flag),
  );
}

/** Empty where there is no such file. */
function cpuInfo(): Promise<string> {
  return readFile('/proc/cpuinfo', 'utf8').catch(() => '');
}
