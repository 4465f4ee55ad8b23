import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import {
  existsSync,
  globSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { openProcesses } from '../../../test/support/job-processes.ts';
import { lightCuration } from '../../../test/support/light-curation.ts';
import { silent } from '../../base/progress.ts';
import { seededRandom } from '../../base/random.ts';
import { curate, type CurateContext } from '../curate.ts';
import type { Example } from '../example.ts';
import { runJob } from './job.ts';
import type { ReduceInputs, ReduceJob } from './reduce-job.ts';
import { type JobRunner, openRunner } from './runner.ts';

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

/** Runs the stage in a process and kills it after so many reports; the exit code is null when it was killed. */
function runAndKill(folder: string, afterReports: number, partitions = 2): Promise<number | null> {
  const args = [script, folder, '2', String(partitions)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let reports = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    reports += chunk.toString().split('\n').length - 1;
    if (reports >= afterReports) child.kill('SIGKILL');
  });
  return new Promise((resolve) => child.on('close', resolve));
}

test('killed again and again, it goes on from the finished jobs and ends in the same bytes', async () => {
  const whole = newFolder();
  assert.equal(await runAndKill(whole, Infinity), 0);
  const folder = newFolder();
  const kept = new Map<string, number>();
  for (const reports of [2, 3, 5, 8]) {
    if ((await runAndKill(folder, reports)) === 0) break;
    for (const [file, time] of kept) assert.equal(statSync(file).mtimeMs, time, `${file} was made again`);
    const pass = join(folder, 'work', 'pass-0');
    const results = existsSync(pass) ? readdirSync(pass).filter((file) => /^\d+\.json$/.test(file)) : [];
    for (const file of results) {
      const path = join(pass, file.replace('.json', '.ledger.jsonl'));
      kept.set(path, statSync(path).mtimeMs);
    }
  }
  assert.ok(kept.size > 0, 'no job was finished before a kill');
  assert.equal(await runAndKill(folder, Infinity), 0);
  assert.deepEqual(contents(folder), contents(whole));
});

/** Files of finished reductions. */
function reduced(folder: string): string[] {
  return globSync('work/pass-*/reductions/*/*.json', { cwd: folder }).filter((file) =>
    /\d\.json$/.test(file),
  );
}

test('killed amid a reduction, it goes on and ends in the same bytes', async () => {
  const folder = newFolder();
  const child = spawn(process.execPath, [script, folder, '1', '400'], { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.on('close', (code) => resolve(code)));
  while (child.exitCode === null && reduced(folder).length < 5) await setTimeout(2);
  child.kill('SIGKILL');
  assert.equal(await ended, null);
  const finished = reduced(folder).length;
  assert.ok(finished >= 5 && finished < 400, `${finished} reductions were finished`);
  const expected = await run(newFolder());
  assert.equal(await runAndKill(folder, Infinity, 400), 0);
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

test('a raised signal ends the threads at once', async () => {
  const folder = newFolder(20_000);
  const stop = new AbortController();
  const started = performance.now();
  const running = run(folder, {
    openRunner: threads(2),
    signal: stop.signal,
    report: () => void setTimeout(10).then(() => stop.abort()),
  });
  await assert.rejects(running, { code: 'interrupted' });
  assert.ok(performance.now() - started < 20_000);
});
