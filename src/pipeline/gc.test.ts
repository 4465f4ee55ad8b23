import assert from 'node:assert/strict';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { tiny, tinyProject, tinyStages } from '../../test/support/tiny-pipeline.ts';
import { versionNumbers } from '../registry/find-versions.ts';
import { registerVersion } from '../registry/version.ts';
import { collectGarbage } from './gc.ts';
import type { Project } from './load-project.ts';
import { runPipeline, type RunResult } from './run.ts';
import { listFolder, openStore } from './store.ts';

const run = (project: Project): Promise<RunResult> =>
  runPipeline(project, tinyStages, { report: () => {}, signal: new AbortController().signal });

const rate = (project: Project, value: number): Promise<Project> =>
  tinyProject({ train: { ...tiny(project.config).train, rate: value } }, project.folder);

test('gc keeps what the project and registered versions came from, and removes the rest', async () => {
  const first = await tinyProject();
  const registered = await run(first);
  const store = openStore(first.folder);
  const train = registered.stages[3]!;
  await registerVersion(store.registry, {
    name: 'tiny',
    files: { 'weights.txt': join(train.folder, 'weights.txt') },
    lineage: {
      artifacts: [{ id: train.artifact, digest: 'd' }],
      base: { name: 'b', sha256: '' },
      config: {},
      datasets: {},
    },
  });
  const dropped = await run(await rate(first, 0.2));
  // Another source in between, so that whole chains are unused.
  await writeFile(join(first.folder, 'data.txt'), 'other\n');
  const current = await run(await rate(first, 0.3));
  await mkdir(join(store.work, 'train-000000000000'), { recursive: true });
  await writeFile(join(store.work, 'train-000000000000', 'checkpoint'), 'old');
  await mkdir(join(store.tmp, 'train-1-1'), { recursive: true });

  const project = await rate(first, 0.3);
  const plan = await collectGarbage(project, tinyStages, { dryRun: true });
  const unused = [dropped.stages[3]!.artifact, 'train-000000000000'];
  assert.deepEqual(
    plan.removed.map((one) => one.id),
    unused,
  );
  assert.equal((await listFolder(store.artifacts)).length, 9);

  const done = await collectGarbage(project, tinyStages);
  assert.deepEqual(done.removed, plan.removed);
  assert.ok(done.bytes > 0);
  const kept = [...registered.stages, ...current.stages].map((one) => one.artifact).sort();
  assert.deepEqual(await listFolder(store.artifacts), kept);
  assert.deepEqual([await listFolder(store.tmp), await listFolder(store.work)], [[], []]);
  assert.deepEqual((await collectGarbage(project, tinyStages)).removed, []);
});

test('gc refuses when another project file of the folder cannot be read', async () => {
  const project = await tinyProject();
  await run(project);
  await writeFile(join(project.folder, 'attune.full.yaml'), 'nam: x\n');
  await assert.rejects(collectGarbage(project, tinyStages), /attune.full.yaml has 2 problems/);
  assert.equal((await listFolder(openStore(project.folder).artifacts)).length, 4);
});

const endsInACircle = { skip: process.platform === 'win32' ? 'links need rights on Windows' : false };

test('gc removes nothing when what is wanted cannot be read at the moment', endsInACircle, async () => {
  const project = await tinyProject();
  const { stages } = await run(project);
  const store = openStore(project.folder);
  const manifest = join(stages[3]!.folder, 'manifest.json');
  await rm(manifest);
  await symlink(manifest, manifest);
  await writeFile(join(project.folder, 'data.txt'), 'other\n');
  await assert.rejects(collectGarbage(project, tinyStages), { code: 'storage' });
  assert.equal((await listFolder(store.artifacts)).length, 4);

  await mkdir(store.registry, { recursive: true });
  const model = join(store.registry, 'tiny');
  await symlink(model, model);
  await assert.rejects(versionNumbers(model), { code: 'storage' });
});
