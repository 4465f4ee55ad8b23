/**
 * The packed tarball, installed in an empty folder as a user would, is whole: it installs with nothing but the npm
 * registry, stays small, and its command makes, plans and runs a project. Takes a few minutes; run with `npm run test:full`.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '..', '..');
const run = promisify(execFile);
/**
 * Under `npm run`, npm hands this project's settings down in the environment, and a user's shell has none of them: not
 * the one that skips the CUDA download. How to reach the registry is the machine's, and stays.
 */
const machine =
  /^npm_config_(?:registry|cafile|ca|proxy|https_proxy|noproxy|userconfig|globalconfig|cache)$/i;
const env = {
  ...Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name) || machine.test(name)),
  ),
  // A registry that fails once is no fault of the package.
  npm_config_fetch_retries: '6',
};

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'attune-package-'));
  const manifest = await readFile(join(root, 'package.json'), 'utf8');
  await run('npm', ['pack', '--pack-destination', folder], { cwd: root, env });
  assert.equal(
    await readFile(join(root, 'package.json'), 'utf8'),
    manifest,
    'packing leaves package.json as it was',
  );
  const tarball = (await readdir(folder)).find((name) => name.endsWith('.tgz'));
  assert.ok(tarball !== undefined);
  await mkdir(join(folder, 'work'));
  await run('npm', ['install', join('..', tarball)], { cwd: join(folder, 'work'), env });
});
after(() => rm(folder, { recursive: true, force: true }));

const attune = (...args: string[]): Promise<{ stdout: string; stderr: string }> =>
  run('npx', ['attune', ...args], { cwd: join(folder, 'work'), env });

test('no GPU build is installed, and all of it takes less than 900 MB', async () => {
  const names = (await readdir(join(folder, 'work', 'node_modules'), { recursive: true })).filter((name) =>
    /@node-llama-cpp\/[^/]*(?:cuda|vulkan)/.test(name),
  );
  assert.deepEqual(names, []);
  const { stdout } = await run('du', ['-sm', join(folder, 'work', 'node_modules')]);
  assert.ok(Number.parseInt(stdout, 10) < 900, stdout);
});

test('the native libraries load', async () => {
  const program = `
    const load = (name) => import(import.meta.resolve(name));
    const { getLlama } = await load('node-llama-cpp');
    const llama = await getLlama({ build: 'never', gpu: false, maxThreads: 1 });
    await llama.dispose();
    const { listSupportedBackends } = await load('onnxruntime-node');
    console.log(llama.gpu, listSupportedBackends()[0].name);`;
  const file = join(folder, 'work', 'node_modules', 'attune', 'load.mjs');
  await writeFile(file, program);
  const { stdout } = await run(process.execPath, [file]);
  assert.equal(stdout.trim(), 'false cpu');
});

test('`npx attune` makes a project and plans its run', async () => {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  assert.equal((await attune('--version')).stdout.trim(), version);
  await attune('init', 'my-project');
  const { stdout } = await run('npx', ['attune', 'plan'], { cwd: join(folder, 'work', 'my-project'), env });
  for (const stage of ['collect', 'train', 'register']) assert.match(stdout, new RegExp(`\\b${stage}\\b`));
});

test("`npx attune run` goes from the user's own JSON Lines to a registered version", async () => {
  const shops = ['tea', 'bicycle', 'book', 'garden', 'lamp', 'shoe', 'toy', 'watch', 'hat', 'piano'];
  const chats = shops.flatMap((shop) =>
    ['Berlin', 'Lima', 'Oslo', 'Quito'].map((city) => ({
      messages: [
        { role: 'user', content: `When is your ${shop} shop in ${city} open on a Saturday?` },
        { role: 'assistant', content: `Our ${shop} shop in ${city} is open from nine to five on Saturdays.` },
      ],
    })),
  );
  const work = join(folder, 'work');
  await writeFile(join(work, 'chats.jsonl'), chats.map((chat) => `${JSON.stringify(chat)}\n`).join(''));
  await attune('init', 'own-project', '--data', 'chats.jsonl');
  const project = join(work, 'own-project');
  const { stdout } = await run('npx', ['attune', '--json', 'run'], { cwd: project, env, maxBuffer: 1 << 26 });
  const result = JSON.parse(stdout.trimEnd().split('\n').at(-1)!) as {
    stages: { stage: string; summary: object }[];
  };
  assert.deepEqual(result.stages.at(-1)!.summary, { version: 'own-project/1', alias: 'champion', files: 13 });
  const { stdout: listed } = await run('npx', ['attune', 'registry', 'list'], { cwd: project, env });
  assert.match(listed, /own-project/);
});
