/** `npm run check`: everything that must hold before a commit and can be told without running the product. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { styleText } from 'node:util';

type Outcome = { name: string; passed: boolean; seconds: number; output: string };

const root = join(import.meta.dirname, '..');
const node = process.execPath;
const tool = (name: string, ...path: string[]): string => join(root, 'node_modules', name, ...path);

const checks: Record<string, readonly string[]> = {
  types: [tool('typescript', 'bin', 'tsc'), '-p', 'tsconfig.json'],
  lint: [tool('oxlint', 'bin', 'oxlint'), '--quiet'],
  format: [tool('oxfmt', 'bin', 'oxfmt'), '--check'],
  'unused code': [tool('knip', 'bin', 'knip.js')],
  layers: ['--test', 'test/architecture.test.ts'],
  'generated files': ['scripts/generate.ts', '--check'],
  'lock file': ['scripts/lockfile.ts', '--check'],
};

function run(name: string, args: readonly string[]): Promise<Outcome> {
  const startedMs = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(node, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data: Buffer) => (output += data.toString()));
    child.on('error', reject);
    child.on('close', (status) => {
      resolve({ name, passed: status === 0, seconds: (performance.now() - startedMs) / 1000, output });
    });
  });
}

function report({ name, passed, seconds, output }: Outcome): void {
  const mark = passed ? styleText('green', 'ok  ') : styleText('red', 'FAIL');
  console.log(`${mark} ${name.padEnd(16)} ${seconds.toFixed(1)} s`);
  if (!passed) console.log(output.trim().replaceAll(/^/gm, '     ') + '\n');
}

const outcomes = await Promise.all(
  Object.entries(checks).map(async ([name, args]) => {
    const outcome = await run(name, args);
    report(outcome);
    return outcome;
  }),
);
const failed = outcomes.filter(({ passed }) => !passed).map(({ name }) => name);
if (failed.length > 0) console.log(`\n${failed.join(', ')}: see above (\`npm run format\` mends the format)`);
process.exitCode = failed.length === 0 ? 0 : 1;
