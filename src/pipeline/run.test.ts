import assert from 'node:assert/strict';
import { chmod, mkdir, readFile, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { AttuneError } from '../base/errors.ts';
import { acquireLock } from '../base/lock.ts';
import type { ProgressEvent } from '../base/progress.ts';
import { curateStage, tinyProject, tinyStages, trainStage } from '../../test/support/tiny-pipeline.ts';
import type { Project } from './load-project.ts';
import { planPipeline } from './plan.ts';
import { runPipeline, type RunOptions, type RunResult } from './run.ts';
import type { Stage } from './stage.ts';
import { listFolder, openStore, readManifest } from './store.ts';

type Change = Partial<RunOptions> & { stages?: readonly Stage[] };

const run = (project: Project, { stages = tinyStages, ...options }: Change = {}): Promise<RunResult> =>
  runPipeline(project, stages, { report: () => {}, signal: new AbortController().signal, ...options });

/** Names of the stages that were made, not reused. */
const made = (result: RunResult): string[] =>
  result.stages.filter((one) => !one.reused).map((one) => one.stage);

const why = async (project: Project): Promise<Record<string, string[]>> => {
  const plan = await planPipeline(project, openStore(project.folder), tinyStages);
  return Object.fromEntries(
    plan.filter((one) => one.action === 'run').map((one) => [one.stage.name, one.reasons]),
  );
};

const change = async (project: Project, part: Parameters<typeof tinyProject>[0]): Promise<Project> =>
  await tinyProject(part, project.folder);

test('a finished stage is reused, and a changed setting redoes what depends on it and nothing else', async () => {
  const project = await tinyProject();
  assert.deepEqual(await why(project), {
    collect: ['not made yet'],
    curate: ['not made yet'],
    split: ['not made yet'],
    train: ['not made yet'],
  });
  assert.deepEqual(made(await run(project)), ['collect', 'curate', 'split', 'train']);
  assert.deepEqual(made(await run(project)), []);

  const faster = await change(project, { train: { steps: 8, rate: 0.2 } });
  assert.deepEqual(await why(faster), { train: ['train.rate: 0.1 → 0.2'] });
  assert.deepEqual(made(await run(faster)), ['train']);

  const reseeded = await change(project, { seed: 8 });
  const reasons = await why(reseeded);
  assert.deepEqual(Object.keys(reasons), ['split', 'train']);
  assert.deepEqual(reasons['split'], ['seed: 7 → 8']);
  assert.match(reasons['train']!.join('\n'), /input split changed: split-\w{12} → split-\w{12}/);
});

test('a changed source redoes everything, and going back finds the old artifacts', async () => {
  const project = await tinyProject();
  const first = await run(project);
  await writeFile(join(project.folder, 'data.txt'), 'other\n');
  assert.deepEqual((await why(project))['collect'], ['source data.txt changed']);
  assert.equal(made(await run(project)).length, 4);
  await writeFile(join(project.folder, 'data.txt'), 'one\ntwo\nthree\nfour\n');
  const again = await run(project);
  assert.deepEqual(made(again), []);
  assert.deepEqual(
    again.stages.map((one) => one.artifact),
    first.stages.map((one) => one.artifact),
  );
});

test('the manifest holds inputs, settings, versions, lineage and every file, and no secret', async () => {
  process.env['ATTUNE_TEST_TOKEN'] = 'do-not-print-me';
  const project = await tinyProject();
  const { stages } = await run(project);
  const store = openStore(project.folder);
  const manifest = (await readManifest(store, stages[3]!.artifact))!;
  assert.deepEqual(
    manifest.lineage,
    stages.slice(0, 3).map((one) => one.artifact),
  );
  assert.deepEqual(manifest.config, { train: { steps: 8, rate: 0.1 }, seed: 7 });
  assert.deepEqual(
    manifest.files.map((file) => file.path),
    ['metrics.jsonl', 'weights.txt'],
  );
  assert.match(manifest.versions['onnxruntime-node']!, /^\d+\.\d+/);
  assert.equal(manifest.versions['node'], process.versions.node);
  const text = await readFile(join(stages[3]!.folder, 'manifest.json'), 'utf8');
  assert.doesNotMatch(text, /do-not-print-me/);
  assert.ok(!text.includes(project.folder), 'an absolute path tells of the machine');
});

test('--until stops there; --force makes a stage again, and what follows only when it came out different', async () => {
  const project = await tinyProject();
  assert.deepEqual(made(await run(project, { until: 'split' })), ['collect', 'curate', 'split']);
  assert.deepEqual(made(await run(project)), ['train']);
  assert.deepEqual(made(await run(project, { force: ['curate'] })), ['curate']);

  let calls = 0;
  const moody: Stage = {
    ...curateStage,
    run: async ({ outputFolder }) => {
      await writeFile(join(outputFolder, 'lines.txt'), `a\nb\nc\nd ${calls++}\n`);
      return {};
    },
  };
  const stages = tinyStages.map((stage) => (stage.name === 'curate' ? moody : stage));
  await run(project, { stages, force: ['curate'] });
  assert.deepEqual(made(await run(project, { stages, force: ['curate'] })), ['curate', 'split', 'train']);
  await assert.rejects(run(project, { until: 'trian' as 'train' }), /no stage "trian"; did you mean train\?/);
});

test('files that hold only times do not redo what follows', async () => {
  const project = await tinyProject();
  const after: Stage = {
    ...curateStage,
    name: 'export',
    needs: ['train'],
    configPart: () => ({}),
    run: async () => ({}),
  };
  const stages = [...tinyStages, after];
  await run(project, { stages });
  assert.deepEqual(made(await run(project, { stages, force: ['train'] })), ['train']);
});

test('a stage that a project does without is not planned, run or needed, and asking for it says so', async () => {
  const project = await tinyProject();
  let wanted = false;
  const optional: Stage = {
    ...curateStage,
    name: 'align',
    needs: ['train'],
    isPartOf: () => wanted,
    configPart: () => ({}),
    run: async () => ({}),
  };
  const last: Stage = { ...optional, name: 'export', needs: ['train', 'align'], isPartOf: () => true };
  const stages = [...tinyStages, optional, last];
  const without = await run(project, { stages });
  assert.deepEqual(made(without), ['collect', 'curate', 'split', 'train', 'export']);
  await assert.rejects(run(project, { stages, until: 'align' }), /this project does without the stage align/);
  wanted = true;
  const store = openStore(project.folder);
  const plan = await planPipeline(project, store, stages);
  assert.deepEqual(plan.at(-1)!.reasons, ['input align is new']);
  assert.deepEqual(made(await run(project, { stages })), ['align', 'export']);
  wanted = false;
  assert.deepEqual(made(await run(project, { stages })), [], 'what was made without it is still there');
});

test('a damaged artifact is made again: cut short and missing files at once, changed bytes with verify', async () => {
  const project = await tinyProject();
  const first = await run(project);
  const weights = join(first.stages[3]!.folder, 'weights.txt');
  const whole = await readFile(weights, 'utf8');

  await writeFile(weights, whole.slice(1));
  assert.match((await why(project))['train']![0]!, /is damaged: weights.txt has 63 bytes in place of 64/);
  assert.deepEqual(made(await run(project)), ['train']);
  assert.equal(await readFile(weights, 'utf8'), whole);

  await writeFile(weights, `${whole.slice(0, -1)}_`);
  assert.deepEqual(made(await run(project)), []);
  assert.deepEqual(made(await run(project, { verify: true })), ['train']);

  await writeFile(join(first.stages[3]!.folder, 'manifest.json'), '{"id":');
  assert.deepEqual(made(await run(project)), ['train']);
  await rm(first.stages[0]!.folder, { recursive: true });
  assert.deepEqual(made(await run(project)), ['collect']);
  assert.equal(await readFile(weights, 'utf8'), whole);
});

test('changed bytes are never the input of a stage', async () => {
  const project = await tinyProject();
  const { stages } = await run(project, { until: 'split' });
  const file = join(stages[2]!.folder, 'manifest.json');
  const { files } = JSON.parse(await readFile(file, 'utf8')) as { files: { path: string }[] };
  const path = join(stages[2]!.folder, files[0]!.path);
  const text = await readFile(path, 'utf8');
  await writeFile(path, `${text.slice(0, -2)}_\n`);
  await assert.rejects(run(project), (error) => {
    assert.ok(error instanceof AttuneError && error.code === 'storage');
    assert.match(error.message, /train cannot be made from split-\w{12}: .* does not match its hash/);
    assert.match(error.fix!, /--force split/);
    return true;
  });
  assert.deepEqual(made(await run(project, { force: ['split'] })), ['split', 'train']);
});

test('a stage that lost its effect outside its folder is run again', async () => {
  const project = await tinyProject();
  let there = true;
  const effect: Stage = { ...trainStage, findMissing: async () => (there ? undefined : 'version 1 is gone') };
  const stages = [...tinyStages.slice(0, 3), effect];
  await run(project, { stages });
  assert.deepEqual(made(await run(project, { stages })), []);
  there = false;
  assert.deepEqual(made(await run(project, { stages })), ['train']);
});

test('a stage that fails leaves no artifact and keeps its checkpoint; the next run goes on', async () => {
  const project = await tinyProject();
  const controller = new AbortController();
  const stopAtThree = (event: ProgressEvent): void => {
    if (event.type === 'progress' && event.done === 3) controller.abort();
  };
  await assert.rejects(
    run(project, { signal: controller.signal, report: stopAtThree }),
    (error) => error instanceof AttuneError && error.code === 'interrupted',
  );
  const store = openStore(project.folder);
  assert.deepEqual(await listFolder(store.tmp), []);
  const plan = await planPipeline(project, store, tinyStages);
  assert.equal(plan[3]!.resumes, true);

  let firstDone: number | undefined;
  const seeFirst = (event: ProgressEvent): void => {
    if (event.type === 'progress') firstDone ??= event.done;
  };
  const resumed = await run(project, { report: seeFirst });
  assert.equal(firstDone, 4);
  assert.deepEqual(await listFolder(store.work), []);
  const other = await run(await tinyProject());
  assert.equal(
    await readFile(join(resumed.stages[3]!.folder, 'weights.txt'), 'utf8'),
    await readFile(join(other.stages[3]!.folder, 'weights.txt'), 'utf8'),
  );
});

test('a full disk is told as such and leaves nothing that is taken for whole', async () => {
  const project = await tinyProject();
  const full: Stage = {
    ...curateStage,
    run: async ({ outputFolder }) => {
      await writeFile(join(outputFolder, 'lines.txt'), 'ha');
      const path = join(outputFolder, 'lines.txt');
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), {
        code: 'ENOSPC',
        syscall: 'write',
        path,
      });
    },
  };
  const stages = tinyStages.map((stage) => (stage.name === 'curate' ? full : stage));
  await assert.rejects(run(project, { stages }), (error) => {
    assert.ok(error instanceof AttuneError);
    assert.equal(error.code, 'storage');
    assert.match(error.message, /the disk is full/);
    assert.match(error.fix!, /run the same command again/);
    return true;
  });
  const store = openStore(project.folder);
  assert.deepEqual(
    (await listFolder(store.artifacts)).map((id) => id.split('-')[0]),
    ['collect'],
  );
  assert.deepEqual(await listFolder(store.tmp), []);
  assert.equal(made(await run(project)).length, 3);
});

test('what a killed run had begun to write is removed, and its checkpoints stay', async () => {
  const project = await tinyProject();
  const { work, tmp } = openStore(project.folder);
  await mkdir(join(work, 'train-0', 'engine'), { recursive: true });
  await mkdir(join(tmp, 'train-0-7'), { recursive: true });
  for (const name of ['checkpoint-2.json', 'checkpoint-3.safetensors.7.tmp'])
    await writeFile(join(work, 'train-0', 'engine', name), '');
  await run(project);
  assert.deepEqual(await listFolder(tmp), []);
  assert.deepEqual(await listFolder(work, { recursive: true }), [
    'train-0',
    join('train-0', 'engine'),
    join('train-0', 'engine', 'checkpoint-2.json'),
  ]);
});

test('what was killed while it wrote a small file is removed once it is surely dead', async () => {
  const project = await tinyProject();
  const { folder, registry } = openStore(project.folder);
  await mkdir(join(registry, '.locks'), { recursive: true });
  const old = [
    join(folder, 'attune.yaml.schema.json.7.tmp'),
    join(folder, 'lock.0123456789abcdef.new'),
    join(registry, '.locks', 'shop.0123456789abcdef.new'),
  ];
  const others = [join(folder, 'attune.yaml.schema.json.8.tmp'), join(folder, 'notes.tmp')];
  for (const path of [...old, ...others]) await writeFile(path, '');
  for (const path of [...old, others[1]!]) await utimes(path, 1e9, 1e9);
  await run(project);
  const left = await listFolder(folder, { recursive: true });
  for (const path of old) assert.ok(!left.includes(path.slice(folder.length + 1)), path);
  for (const path of others) assert.ok(left.includes(path.slice(folder.length + 1)), path);
});

test('a bug in a stage is passed on as it is', async () => {
  const project = await tinyProject();
  const broken: Stage = {
    ...curateStage,
    run: () => Promise.reject(new TypeError('undefined is not a function')),
  };
  await assert.rejects(run(project, { stages: [tinyStages[0]!, broken] }), TypeError);
});

test('a source that is edited while a stage reads it is refused', async () => {
  const project = await tinyProject();
  const slow: Stage = {
    ...tinyStages[0]!,
    run: async ({ outputFolder, projectFolder }) => {
      await writeFile(join(outputFolder, 'lines.txt'), 'x');
      await writeFile(join(projectFolder, 'data.txt'), 'edited meanwhile\n');
      return {};
    },
  };
  await assert.rejects(run(project, { stages: [slow] }), /data.txt was changed while collect read it/);
  assert.deepEqual(await listFolder(openStore(project.folder).artifacts), []);
});

test('leftovers of a dead run are swept, and a locked project names the holder or waits', async () => {
  const project = await tinyProject();
  const store = openStore(project.folder);
  const lock = await acquireLock(store.lock, { command: 'attune run --until train' });
  await assert.rejects(run(project), (error) => {
    assert.ok(error instanceof AttuneError && error.code === 'locked');
    assert.match(error.message, new RegExp(`"attune run --until train" holds .* process ${process.pid} on `));
    return true;
  });
  const notes: string[] = [];
  const waiting = run(project, {
    wait: true,
    report: (event) => {
      if (event.type !== 'note') return;
      if (notes.push(event.message) === 1) void lock.release();
    },
  });
  assert.equal(made(await waiting).length, 4);
  assert.match(notes[0]!, /waiting for process/);
  assert.deepEqual(
    await readdir(store.folder),
    ['artifacts', 'tmp', 'work'].filter((name) => name !== ''),
  );
});

test(
  'a folder that cannot be written gives a storage error',
  { skip: process.getuid?.() === 0 },
  async () => {
    const project = await tinyProject();
    await chmod(project.folder, 0o500);
    await assert.rejects(run(project), (error) => error instanceof AttuneError && error.code === 'storage');
  },
);

test('a source that does not exist is named, with the stage that needs it', async () => {
  const project = await tinyProject();
  await rm(join(project.folder, 'data.txt'));
  await assert.rejects(run(project), (error) => {
    assert.ok(error instanceof AttuneError && error.code === 'data');
    assert.match(error.message, /data.txt does not exist, and collect needs it/);
    return true;
  });
});
