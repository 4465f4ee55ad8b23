/**
 * Proves that a killed run loses nothing but time: runs the demo's pipeline undisturbed in one folder, kills it with
 * SIGKILL at random moments in another, resumes it to the end, and compares every artifact.
 *
 *   node scripts/kill-demo.ts [--kills 10] [--seed 1] [--project recipes/customer-support] [--reference <folder>]
 *
 * Takes a little more than twice the time of the demo. Exits with 1 when anything differs.
 */
import { spawn } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { seededRandom } from '../src/base/random.ts';
import type { Manifest } from '../src/pipeline/store.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    project: { type: 'string', default: join(root, 'recipes/customer-support') },
    /** A project folder in which the same run ended undisturbed, to save making it again. */
    reference: { type: 'string' },
  },
});
const random = seededRandom(Number(values.seed), 'kill-demo');
const scratch = await mkdtemp(join(tmpdir(), 'attune-kill-'));

const calm = values.reference ?? (await freshCopy('calm'));
if (values.reference === undefined && (await run(calm)) !== 0) throw new Error('the undisturbed run failed');
const seconds = (await manifests(calm)).reduce((total, manifest) => total + manifest.seconds, 0);
console.log(`undisturbed: ${seconds.toFixed(0)} s`);

const killed = await freshCopy('killed');
for (let kill = 1; kill <= Number(values.kills); kill++) {
  // Together about as long as one whole run, so that the kills fall into every stage.
  const afterMs = 1000 * seconds * random.uniform() * (2 / Number(values.kills));
  const exit = await run(killed, afterMs);
  const stages = (await manifests(killed)).map(({ stage }) => stage);
  console.log(
    `kill ${kill} after ${(afterMs / 1000).toFixed(1)} s (exit ${exit ?? 'SIGKILL'}); finished so far: ${stages.join(', ') || 'nothing'}`,
  );
}
if ((await run(killed)) !== 0) throw new Error('the last resume failed');

const [expected, actual] = [await digests(calm), await digests(killed)];
let same = true;
for (const [stage, digest] of Object.entries(expected)) {
  const equal = actual[stage] === digest;
  same &&= equal;
  console.log(`${stage.padEnd(28)} ${digest.slice(0, 16)}  ${equal ? 'same' : `DIFFERS: ${actual[stage]}`}`);
}
await rm(scratch, { recursive: true });
process.exitCode = same ? 0 : 1;

async function freshCopy(name: string): Promise<string> {
  const folder = join(scratch, name);
  await cp(values.project, folder, { recursive: true, filter: (path) => basename(path) !== '.attune' });
  return folder;
}

/** Runs the pipeline in `folder`; with `killAfterMs` it is killed then, unless it was faster. */
async function run(folder: string, killAfterMs?: number): Promise<number | null> {
  const child = spawn(process.execPath, [join(root, 'bin/attune.js'), '--quiet', 'run'], {
    cwd: folder,
    stdio: 'inherit',
  });
  const timer = killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  const exit = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  clearTimeout(timer);
  return exit;
}

async function manifests(folder: string): Promise<Manifest[]> {
  const artifacts = join(folder, '.attune/artifacts');
  const names = await readdir(artifacts).catch(() => []);
  return Promise.all(
    names.map(
      async (name) => JSON.parse(await readFile(join(artifacts, name, 'manifest.json'), 'utf8')) as Manifest,
    ),
  );
}

/** What each stage made, and the adapter's own hash. */
async function digests(folder: string): Promise<Record<string, string>> {
  const result: Record<string, string> = {};
  for (const { stage, digest, files } of await manifests(folder)) {
    result[stage] = digest;
    for (const { path, sha256 } of files)
      if (path.endsWith('adapter_model.safetensors')) result[`${stage}/${path}`] = sha256;
  }
  return result;
}
