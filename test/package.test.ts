/**
 * What the package promises without packing it: the compiled program works, the tarball holds what it needs and no
 * tests, and an old Node is told what to do. test/full/package.test.ts packs and installs the real tarball.
 */
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '..');
const run = promisify(execFile);

/** The package as it is installed: bin, dist and package.json, without the sources. */
let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'attune-dist-'));
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  await run(process.execPath, [compiler, '-p', 'tsconfig.build.json', '--outDir', join(folder, 'dist')], {
    cwd: root,
  });
  await cp(join(root, 'bin'), join(folder, 'bin'), { recursive: true });
  await cp(join(root, 'package.json'), join(folder, 'package.json'));
  for (const name of ['node_modules', 'models'])
    await symlink(join(root, name), join(folder, name), 'junction');
  await mkdir(join(folder, 'work'));
});
after(() => rm(folder, { recursive: true, force: true }));

test('the compiled program makes a project and plans its run', async () => {
  const attune = join(folder, 'bin', 'attune.js');
  await run(process.execPath, [attune, 'init', 'my-project'], { cwd: join(folder, 'work') });
  const project = join(folder, 'work', 'my-project');
  const { stdout } = await run(process.execPath, [attune, 'plan'], { cwd: project });
  for (const stage of ['collect', 'train', 'register']) assert.match(stdout, new RegExp(`\\b${stage}\\b`));
});

test('the tarball holds the program, its licence and documents, no tests and nothing that a run left', async () => {
  const left = join(root, 'recipes', 'customer-support', '.attune', 'tmp-package-test');
  await mkdir(left, { recursive: true });
  await writeFile(join(left, 'made-here.txt'), '');
  try {
    await checkTarball();
  } finally {
    await rm(left, { recursive: true });
  }
});

async function checkTarball(): Promise<void> {
  const { stdout } = await run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: root });
  const report = JSON.parse(stdout) as { files: { path: string }[] }[];
  const paths = report[0]!.files.map(({ path }) => path);
  for (const path of ['bin/attune.js', 'LICENSE', 'README.md', 'CHANGELOG.md', 'docs/reference/cli.md']) {
    assert.ok(paths.includes(path), `${path} is in the tarball`);
  }
  assert.ok(
    paths.some((path) => path.startsWith('recipes/customer-support/')),
    'the recipes are in the tarball',
  );
  assert.deepEqual(
    paths.filter(
      (path) =>
        /^(?:src|test)\//.test(path) || /\/(?:\.attune|fixtures)\//.test(path) || path.endsWith('.test.ts'),
    ),
    [],
  );
}

/** bin/attune.js believing itself on Node 20, in a folder of its own. */
async function onNode20(nearby?: string): Promise<{ status: number | null; stdout: string; stderr: string }> {
  const home = await mkdtemp(join(tmpdir(), 'attune-old-node-'));
  await cp(join(root, 'bin'), join(home, 'bin'), { recursive: true });
  await writeFile(join(home, 'package.json'), '{"type":"module"}');
  const pretend = "Object.defineProperty(process.versions, 'node', { value: '20.20.2' });";
  await writeFile(join(home, 'pretend.mjs'), pretend);
  if (nearby !== undefined) {
    const bin = join(home, 'node_modules', 'node', 'bin');
    await mkdir(bin, { recursive: true });
    await writeFile(join(bin, 'node'), nearby, { mode: 0o755 });
  }
  const args = ['--import', join(home, 'pretend.mjs'), join(home, 'bin', 'attune.js'), 'plan', '--json'];
  try {
    return spawnSync(process.execPath, args, { cwd: home, encoding: 'utf8' });
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

test('an old Node gets one sentence saying what to do', async () => {
  const { status, stdout, stderr } = await onNode20();
  assert.equal(status, 10);
  assert.equal(stdout, '');
  assert.match(
    stderr,
    /^Attune needs Node 24\.12 or newer and this is 20\.20\.2: run `npm install node@24`.*\n$/,
  );
});

test(
  'an old Node hands over to a newer one that npm installed nearby',
  { skip: process.platform === 'win32' },
  async () => {
    const nearby =
      '#!/bin/sh\nif [ "$1" = --version ]; then echo v24.12.0; else shift; echo "ran $*"; exit 7; fi\n';
    const { status, stdout } = await onNode20(nearby);
    assert.equal(stdout, 'ran plan --json\n');
    assert.equal(status, 7, 'its exit code is passed on');
  },
);

test(
  'a newer Node nearby that is still too old is not taken',
  { skip: process.platform === 'win32' },
  async () => {
    const { status } = await onNode20('#!/bin/sh\necho v22.18.0\n');
    assert.equal(status, 10);
  },
);

test('every GPU build of llama.cpp is left out', async () => {
  const { overrides } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    overrides: Record<string, Record<string, string>>;
  };
  const { optionalDependencies } = JSON.parse(
    await readFile(join(root, 'node_modules', 'node-llama-cpp', 'package.json'), 'utf8'),
  ) as { optionalDependencies: Record<string, string> };
  const builds = Object.keys(optionalDependencies).filter((name) => /cuda|vulkan/.test(name));
  assert.deepEqual(
    builds.filter((name) => !(name in overrides['node-llama-cpp']!)),
    [],
    'a new GPU build of llama.cpp would be installed by default',
  );
});
