/** Quality and diversity, whoever does the work: the same bytes, reports among them. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openProcesses } from '../../../test/support/job-processes.ts';
import { silent } from '../../base/progress.ts';
import { seededRandom } from '../../base/random.ts';
import { writeJsonLines } from '../../formats/jsonl.ts';
import { curateConfig } from '../config.ts';
import { curate, type CurateContext } from '../curate.ts';
import type { Example } from '../example.ts';
import type { CurateServices } from '../curation-services.ts';
import { type JobRunner, openRunner } from './job-runner.ts';

const words = 'parcel courier refund invoice password browser address delivery charge reset late twice'.split(
  ' ',
);

/** Most about two matters, a third without a topic, some with an outcome. */
function conversations(count: number): Example[] {
  const random = seededRandom(8, 'selection');
  return Array.from({ length: count }, (_, i) => {
    const matter = random.integer(3);
    const draw = (): string => words[(matter * 4 + random.integer(5)) % words.length]!;
    const say = (many: number): string => Array.from({ length: many }, draw).join(' ');
    return {
      messages: [
        { role: 'user', content: `My ${say(9)} in case ${i}.` },
        { role: 'assistant', content: random.integer(4) === 0 ? 'Ok' : `We settled the ${say(12)}.` },
      ],
      meta: {
        id: `c${i}`,
        source: 's',
        ...(matter < 2 && { topic: `matter ${matter}` }),
        ...(i % 3 === 0 && { outcome: i % 2 === 0 ? 'yes' : 'no' }),
      },
    };
  });
}

const config = curateConfig.parse({
  funnel: { quality: 0.6, diversity: 0.3, at_least: 0 },
  quality: { min_score: 0.1 },
});

async function newFolder(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'attune-selection-'));
  await writeJsonLines(join(folder, 'in.jsonl'), conversations(400));
  return folder;
}

/** Every file that the stage leaves. */
async function run(folder: string, options: Partial<CurateContext> = {}): Promise<Record<string, string>> {
  const outputFolder = join(folder, 'out');
  await writeJsonLines(join(outputFolder, 'made'), []);
  await curate({
    config,
    projectFolder: folder,
    examplesPaths: [join(folder, 'in.jsonl')],
    outputFolder,
    workFolder: join(folder, 'work'),
    seed: 5,
    choosingOnly: true,
    rangeBytes: 50_000,
    openRunner: (jobs) => openRunner(jobs, 1),
    report: silent,
    signal: new AbortController().signal,
    ...options,
  });
  const files = readdirSync(outputFolder).sort();
  return Object.fromEntries(files.map((file) => [file, readFileSync(join(outputFolder, file), 'utf8')]));
}

test('one thread, two threads and two processes choose the same, in jobs of any size and number', async () => {
  const expected = await run(await newFolder());
  for (const name of ['quality.json', 'diversity.json', 'examples.jsonl'])
    assert.ok(expected[name]!.length > 1000, name);
  assert.equal(expected['examples.jsonl']!.trimEnd().split('\n').length, 120);
  for (const [threads, partitions, rangeBytes] of [
    [2, 1, 50_000],
    [1, 7, 9000],
  ] as const)
    assert.deepEqual(
      await run(await newFolder(), {
        openRunner: (jobs) => openRunner(jobs, threads),
        partitions,
        rangeBytes,
      }),
      expected,
      `${threads} threads, ${partitions} partitions, ${rangeBytes} bytes`,
    );
  // Maps in processes are tested in engine.test.ts.
  const processes = openProcesses(2);
  const thread = openRunner(1);
  const runner: JobRunner = {
    ...processes,
    run: (job, lane, context) => (job.kind === 'reduce' ? processes : thread).run(job, lane, context),
  };
  assert.deepEqual(await run(await newFolder(), { openRunner: () => runner, partitions: 2 }), expected);
  assert.ok(processes.counts.reduce.every((count) => count > 0));
});

test('what services say of records reaches the right ones, whatever the number of jobs', async () => {
  const services: CurateServices = {
    lossOf: async (examples) =>
      examples.map(({ meta: { id } }) =>
        id.endsWith('7') ? undefined : { given: 1, alone: 1 + Number(id.slice(1)) / 100 },
      ),
    judge: async ({ meta: { id } }) => ({ score: Number(id.slice(1)) / 400, reason: '' }),
    embedder: {
      name: 'words',
      dimensions: words.length,
      embed: async (texts) =>
        Float32Array.from(
          texts.flatMap((text) => {
            const counts = words.map((word) => text.split(word).length - 1);
            const length = Math.hypot(...counts) || 1;
            return counts.map((count) => count / length);
          }),
        ),
      close: async () => {},
    },
  };
  const expected = await run(await newFolder(), { services });
  const [first] = expected['examples.jsonl']!.trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Example);
  const { id, following_difficulty: ratio } = first!.meta;
  assert.equal(ratio, Number((1 / (1 + Number(id.slice(1)) / 100)).toFixed(4)));
  assert.deepEqual(await run(await newFolder(), { services, partitions: 5, rangeBytes: 9000 }), expected);
});

test('stopped before any of its reductions, it goes on with the ones that are left and ends in the same bytes', async () => {
  const expected = await run(await newFolder(), { partitions: 2 });
  const folder = await newFolder();
  const finished = new Map<string, number>();
  let repeated = 0;
  const stopsAfter = (reductions: number) => (): JobRunner => {
    const runner = openRunner(1);
    return {
      ...runner,
      run: async (job, lane, context) => {
        if (job.kind === 'reduce' && reductions-- === 0) throw new Error('stopped');
        const result = await runner.run(job, lane, context);
        const path = `${job.output}.json`;
        if (job.kind === 'reduce') {
          const { ino } = statSync(path);
          if (finished.get(path) === ino) repeated += 1;
          finished.set(path, ino);
        }
        return result;
      },
    };
  };
  for (const reductions of [1, 3, 5, 3])
    await assert.rejects(run(folder, { partitions: 2, openRunner: stopsAfter(reductions) }), /stopped/);
  assert.deepEqual(await run(folder, { partitions: 2, openRunner: stopsAfter(Infinity) }), expected);
  assert.ok(repeated >= 6, `${repeated} reductions were found finished`);
});
