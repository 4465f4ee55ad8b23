import { Readable } from 'node:stream';
import type { Io } from '../../src/cli/io.ts';
import { runCli } from '../../src/cli/main.ts';
import type { Stage } from '../../src/pipeline/stage.ts';

export type Outcome = { exit: number; out: string; err: string; json: Record<string, unknown>[] };

/** Runs one command line in `cwd` with captured streams. */
export async function runLine(
  cwd: string,
  line: string,
  stages: readonly Stage[],
  change: Partial<Io> = {},
): Promise<Outcome> {
  let out = '';
  let err = '';
  let clock = 0;
  const exit = await runCli(
    line.split(' ').filter((word) => word !== ''),
    {
      stdout: (text) => void (out += text),
      stderr: (text) => void (err += text),
      stdin: Readable.from([]),
      env: {},
      cwd,
      terminal: { interactive: false, columns: 80 },
      signal: new AbortController().signal,
      now: () => (clock += 200),
      loadStages: async () => stages,
      ...change,
    },
  );
  const json = line.includes('--json')
    ? out
        .trim()
        .split('\n')
        .map((text) => JSON.parse(text) as Record<string, unknown>)
    : [];
  return { exit, out, err, json };
}
