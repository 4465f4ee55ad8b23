import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { globSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openProcesses } from '../../../test/support/job-processes.ts';
import { lightCuration } from '../../../test/support/light-curation.ts';
import { silent } from '../../base/progress.ts';
import { seededRandom } from '../../base/random.ts';
import { curate, type CurateContext } from '../curate.ts';
import type { Example } from '../example.ts';
import { runJob } from './job.ts';
import type { ReduceInputs, ReduceJob } from './reduce-job.ts';
import { type JobRunner, openRunner } from './job-runner.ts';

const files = ['examples.jsonl', 'ledger.jsonl', 'funnel.json'];

/** Conversations with something for every rule: markup, notes, short ones, personal data, duplicates. */
function conversations(count: number): Example[] {
  const random = seededRandom(7);
  return Array.from({ length: count }, (_, i): Example => {
    const topic = `topic ${random.integer(5)}`;
    const order = random.integer(Math.ceil(count / 2));
    const reply = random.integer(9) === 0 ? '[internal] he is rude' : `<p>Order ${order} is on its way.</p>`;
    const content = random.integer(9) === 0 ? 'Hi' : `Where is order ${order}? Write to jo${i}@shop.example.`;
    return {
      messages: [
        { role: 'user', content },
        { role: 'assistant', content: reply },
      ],
      meta: { id: `c${i}`, source: 's', place: `s:${i + 1}`, topic },
    };
  });
}

function newFolder(count = 600): string {
  const folder = mkdtempSync(join(tmpdir(), 'attune-engine-'));
  const lines = conversations(count).map((example) => JSON.stringify(example));
  writeFileSync(join(folder, 'in.jsonl'), `${lines.join('\n')}\n`);
  return folder;
}

async function run(folder: string, options: Partial<CurateContext> = {}): Promise<string[]> {
  await curate({
    config: lightCuration,
    projectFolder: folder,
    examplesPaths: [join(folder, 'in.jsonl')],
    outputFolder: join(folder, 'out'),
    workFolder: join(folder, 'work'),
    seed: 3,
    rangeBytes: 40_000,
    report: silent,
    signal: new AbortController().signal,
    ...options,
  });
  return contents(folder);
}

const contents = (folder: string): string[] =>
  files.map((file) => readFileSync(join(folder, 'out', file), 'utf8'));

const threads =
  (count: number) =>
  (jobs: number): JobRunner =>
    openRunner(jobs, count);

test('one thread, three threads and three processes give the same bytes, in jobs of any size and number', async () => {
  const expected = await run(newFolder(), { openRunner: threads(1) });
  assert.equal(expected[0]!.trimEnd().split('\n').length, 150);
  for (const [count, partitions, rangeBytes] of [
    [3, 1, 40_000],
    [1, 2, 3333],
    [3, 13, 40_000],
  ] as const)
    assert.deepEqual(
      await run(newFolder(), { openRunner: threads(count), partitions, rangeBytes }),
      expected,
      `${count} threads, ${partitions} partitions, ${rangeBytes} bytes`,
    );
  const processes = openProcesses(3);
  const inProcesses = await run(newFolder(), {
    openRunner: () => processes,
    partitions: 3,
    rangeBytes: 60_000,
  });
  assert.deepEqual(inProcesses, expected);
  for (const kind of ['map', 'reduce'] as const)
    assert.ok(
      processes.counts[kind].every((count) => count > 0),
      `${kind} jobs by process: ${processes.counts[kind].join(', ')}`,
    );
});

const script = new URL('../../../test/support/curate-run.ts', import.meta.url).pathname;

/** Runs the stage in a process that may die when so many jobs of a kind are finished; the exit code, null if it did. */
function runProcess(
  folder: string,
  { partitions = 2, threads = 2, dies = [] as (string | number)[] } = {},
): Promise<number | null> {
  const args = [script, folder, threads, partitions, ...dies].map(String);
  const child = spawn(process.execPath, args, { stdio: 'inherit' });
  return new Promise((resolve) => child.on('close', resolve));
}

test('killed again and again, it goes on from the finished jobs and ends in the same bytes', async () => {
  const whole = newFolder();
  assert.equal(await runProcess(whole), 0);
  const folder = newFolder();
  const kept = new Map<string, number>();
  // Within the first pass, in its reduction, within the second pass, in that one's first reduction, within the fourth.
  for (const dies of [
    ['map', 1],
    ['map', 4],
    ['reduce', 1],
    ['map', 3],
    ['reduce', 4],
    ['map', 10],
  ]) {
    assert.equal(await runProcess(folder, { dies }), null, `${dies.join(' ')} is behind the end`);
    for (const [file, time] of kept) assert.equal(statSync(file).mtimeMs, time, `${file} was made again`);
    const pass = join(folder, 'work', 'pass-0');
    for (const file of readdirSync(pass).filter((name) => /^\d+\.json$/.test(name))) {
      const path = join(pass, file.replace('.json', '.ledger.jsonl'));
      kept.set(path, statSync(path).mtimeMs);
    }
  }
  assert.equal(kept.size, 7, 'jobs of the first pass');
  assert.equal(await runProcess(folder), 0);
  assert.deepEqual(contents(folder), contents(whole));
});

test('killed amid a reduction, it goes on and ends in the same bytes', async () => {
  const folder = newFolder();
  assert.equal(await runProcess(folder, { threads: 1, partitions: 400, dies: ['reduce', 5] }), null);
  const finished = globSync('work/pass-*/reductions/*/*.json', { cwd: folder }).filter((file) =>
    /\d\.json$/.test(file),
  );
  assert.equal(finished.length, 5);
  const expected = await run(newFolder());
  assert.equal(await runProcess(folder, { partitions: 400 }), 0);
  assert.deepEqual(contents(folder), expected);
});

/** One thread that does something before each reduction. */
const beforeReductions = (act: (job: ReduceJob) => void) => (): JobRunner => {
  const runner = openRunner(1);
  return {
    ...runner,
    run: (job, lane, context) => {
      if (job.kind === 'reduce') act(job);
      return runner.run(job, lane, context);
    },
  };
};

const cutOff = (path: string): void => writeFileSync(path, readFileSync(path).subarray(0, 5));
const changeEnd = (path: string): void => {
  const bytes = readFileSync(path);
  bytes[bytes.length - 1]! ^= 1;
  writeFileSync(path, bytes);
};

test('what a reduction reads is checked: a missing or damaged file is named, and made anew by the next run', async () => {
  const expected = await run(newFolder());
  const damages: ['pieces' | 'table', RegExp, (path: string) => void][] = [
    ['pieces', /no such file/, rmSync],
    ['pieces', /is damaged/, cutOff],
    ['pieces', /is damaged/, changeEnd],
    ['table', /no such file/, rmSync],
    ['table', /is damaged/, cutOff],
  ];
  for (const [kind, message, damage] of damages) {
    const folder = newFolder();
    let path = '';
    const openRunner = beforeReductions(({ inputs }) => {
      const { pieces, observed } = JSON.parse(readFileSync(inputs.path, 'utf8')) as ReduceInputs;
      const part = kind === 'pieces' ? pieces[1] : observed[1]!.table;
      if (path !== '' || !part) return;
      path = part.path;
      damage(path);
    });
    await assert.rejects(run(folder, { openRunner }), (error: Error & { code: string }) => {
      assert.equal(error.code, 'storage');
      assert.ok(error.message.includes(path), error.message);
      assert.match(error.message, message);
      return true;
    });
    assert.deepEqual(await run(folder), expected);
  }
});

test('a finished reduction is not done again, a damaged result is', async () => {
  const { signal } = new AbortController();
  const opened = (): JobRunner => {
    const runner = openRunner(1);
    return {
      ...runner,
      run: async (job, lane, context) => {
        const result = await runner.run(job, lane, context);
        if (job.kind === 'reduce') await repeat(job);
        return result;
      },
    };
  };
  const repeat = async (job: ReduceJob): Promise<void> => {
    const path = `${job.output}.pieces`;
    const made = readFileSync(path);
    const { mtimeMs } = statSync(path);
    await runJob(job, { signal, onRecords: () => {} });
    assert.equal(statSync(path).mtimeMs, mtimeMs);
    writeFileSync(path, 'x');
    await runJob(job, { signal, onRecords: () => {} });
    assert.deepEqual(readFileSync(path), made);
    repeated += 1;
  };
  let repeated = 0;
  await run(newFolder(), { openRunner: opened, partitions: 2 });
  assert.ok(repeated >= 2);
});

test('a part that was damaged between two runs is made again', async () => {
  const folder = newFolder();
  const expected = await run(folder);
  const passes = readdirSync(join(folder, 'work')).filter((name) => name.startsWith('pass-'));
  const last = `pass-${passes.length - 1}`;
  for (const file of ['pass-0/00001.ledger.jsonl', `${last}/00000.examples.jsonl`]) {
    const path = join(folder, 'work', file);
    writeFileSync(path, readFileSync(path, 'utf8').replace('c', 'd'));
    assert.deepEqual(await run(folder), expected, file);
  }
});

test('a damaged file of examples is an error that names it, from a thread too', async () => {
  const folder = newFolder();
  const path = join(folder, 'in.jsonl');
  writeFileSync(path, readFileSync(path, 'utf8').replace(/^(.{30000}[^\n]*\n)[^\n]*/s, '$1{"messages": 1}'));
  for (const count of [1, 3])
    await assert.rejects(run(folder, { openRunner: threads(count) }), {
      code: 'data',
      message: /in\.jsonl has a line that is not an example/,
      fix: /--force/,
    });
});

test('a raised signal ends the threads in the midst of their first jobs', async () => {
  const folder = newFolder(20_000);
  const stop = new AbortController();
  const report = (): void => stop.abort();
  await assert.rejects(run(folder, { openRunner: threads(2), signal: stop.signal, report }), {
    code: 'interrupted',
  });
  const finished = readdirSync(join(folder, 'work', 'pass-0')).filter((file) => /^\d+\.json$/.test(file));
  assert.ok(finished.length <= 2, `${finished.length} jobs of over a hundred`);
});
