/** The stage synthesise in a whole project: what follows it, and that nothing is paid for twice whatever happens. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { ProgressEvent } from '../src/base/progress.ts';
import { modelServerConfig } from '../src/data/config/model-server.ts';
import type { Example } from '../src/data/example.ts';
import type { LedgerEntry } from '../src/data/ledger.ts';
import { loadProject, type Project } from '../src/pipeline/load-project.ts';
import { planPipeline } from '../src/pipeline/plan.ts';
import { runPipeline, type RunOptions, type RunResult } from '../src/pipeline/run.ts';
import { stages } from '../src/pipeline/stages/all-stages.ts';
import { openStore } from '../src/pipeline/store.ts';
import { goodAnswer } from './support/model-answers.ts';
import { type ModelServer, startModelServer } from './support/model-server.ts';

const servers: ModelServer[] = [];
after(() => Promise.all(servers.map((server) => server.close())));
async function startServer(onRequest: (index: number) => void = () => {}): Promise<ModelServer> {
  const server = await startModelServer((request) => {
    onRequest(request.index);
    return goodAnswer(request);
  });
  servers.push(server);
  return server;
}

const words =
  'apple basket candle door engine flower garden hammer island jacket kettle ladder mirror needle'.split(' ');
const records = Array.from({ length: 60 }, (_, i) => {
  const [a, b, c] = [words[i % 14], words[(i * 5 + 3) % 14], words[(i * 11 + 7) % 14]];
  return {
    id: `chat-${i}`,
    messages: [
      {
        role: 'user',
        content: `Hello, my ${a} number ${1000 + 37 * i} with the ${b} came broken, and the ${c} is missing.`,
      },
      {
        role: 'assistant',
        content: `I am sorry about the ${a}. We send a new ${b} for ${1000 + 37 * i} and the ${c} today.`,
      },
    ],
  };
});

async function newProject(server: ModelServer, section: string): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), 'attune-synthetic-'));
  await writeFile(
    join(folder, 'data.jsonl'),
    records.map((record) => `${JSON.stringify(record)}\n`).join(''),
  );
  await writeFile(
    join(folder, 'attune.yaml'),
    `name: shop
collect:
  sources: [{ jsonl: data.jsonl }]
synthesise:
  server: { url: ${server.openaiUrl}, model: writer, concurrency: 3 }
${section}
`,
  );
  return loadProject(join(folder, 'attune.yaml'));
}

const run = (project: Project, options: Partial<RunOptions> = {}): Promise<RunResult> =>
  runPipeline(project, stages, { report: () => {}, signal: new AbortController().signal, ...options });
const stageOf = (result: RunResult, name: string): RunResult['stages'][number] =>
  result.stages.find(({ stage }) => stage === name)!;
async function examplesOf(folder: string, file = 'examples.jsonl'): Promise<Example[]> {
  const text = await readFile(join(folder, file), 'utf8');
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Example);
}

test('curate takes the examples up to their share; none is tested on, and none leaks from test to train', async () => {
  const server = await startServer();
  const project = await newProject(
    server,
    '  paraphrases: { examples: 40 }\n  escalations: { count: 30 }\n  max_share: 0.25',
  );
  const result = await run(project, { until: 'split' });
  assert.deepEqual(
    result.stages.map(({ stage }) => stage),
    ['collect', 'synthesise', 'curate', 'split'],
  );
  assert.equal(stageOf(result, 'synthesise').summary['examples'], 40 * 3 + 30);
  const curated = await examplesOf(stageOf(result, 'curate').folder);
  const isSynthetic = ({ meta }: Example): boolean => meta['synthetic'] === true;
  const share = curated.filter(isSynthetic).length / curated.length;
  assert.ok(share > 0.2 && share <= 0.25, `share ${share}`);
  const { folder } = stageOf(result, 'split');
  const train = await examplesOf(folder, 'train.jsonl');
  assert.ok(train.some(isSynthetic));
  for (const name of ['validation', 'test']) {
    const others = await examplesOf(folder, `${name}.jsonl`);
    assert.ok(others.length > 0 && !others.some(isSynthetic), name);
    const held = new Set(others.map(({ meta }) => meta.id));
    assert.ok(!train.some(({ meta }) => held.has(String(meta['seed_id']))), `made from what is in ${name}`);
  }
});

test('a judge adds to the quality score, as far as its money goes, and is not asked twice', async () => {
  const server = await startServer();
  const project = await newProject(server, '  paraphrases: { examples: 1 }');
  const judged = (tokens: number): Project => {
    const { curate } = project.config;
    const judge = modelServerConfig.parse({ url: server.openaiUrl, model: 'judge', limit: { tokens } });
    return {
      ...project,
      config: { ...project.config, curate: { ...curate, quality: { ...curate.quality, judge } } },
    };
  };
  const scoresOf = async (result: RunResult): Promise<number[]> => {
    const text = await readFile(join(stageOf(result, 'curate').folder, 'ledger.jsonl'), 'utf8');
    const entries = text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as LedgerEntry);
    return entries.flatMap(({ scores }) => scores?.['judge'] ?? []);
  };
  const messages: string[] = [];
  const report = (event: ProgressEvent): void => void ('message' in event && messages.push(event.message));
  const some = await scoresOf(await run(judged(10_000), { until: 'curate', report }));
  assert.ok(
    some.length > 0 && some.length < 60 && some.every((score) => Math.abs(score - 0.75) < 0.01),
    `${some.length} scores ${some[0]}`,
  );
  assert.ok(
    messages.some((message) => /the judge stopped at the limit of 10000 tokens/.test(message)),
    messages.join(),
  );
  const sent = server.requests.length;
  const all = await scoresOf(await run(judged(2_000_000), { until: 'curate', report }));
  assert.ok(all.length > some.length);
  assert.equal(server.requests.length, 1 + all.length, `${sent} before`);
  assert.ok(
    messages.some((message) => /the judge gave \d+ verdicts \(\d+ of them known before\)/.test(message)),
  );
});

test('a project without the section has no such stage; patience is no reason to ask again', async () => {
  const server = await startServer();
  const project = await newProject(server, '  paraphrases: { examples: 2 }');
  const { synthesise, ...rest } = project.config;
  const planned = await planPipeline({ ...project, config: rest }, openStore(project.folder), stages);
  assert.ok(!planned.some(({ stage }) => stage.name === 'synthesise'));
  await run(project, { until: 'synthesise' });
  const patient = {
    ...synthesise!,
    max_share: 0.1,
    server: { ...synthesise!.server, retries: 9, timeout_seconds: 9 },
  };
  const again = await run({ ...project, config: { ...rest, synthesise: patient } }, { until: 'synthesise' });
  assert.equal(again.stages.at(-1)!.reused, true);
  await run(project, { until: 'synthesise', force: ['synthesise'] });
  assert.equal(server.requests.length, 2, 'made again without a request');
});

test(
  'killed at many moments, it goes on each time, pays for nothing twice and ends in the same bytes',
  { timeout: 600_000 },
  async () => {
    const section = '  paraphrases: { examples: 24 }';
    const calm = await startServer();
    const undisturbed = stageOf(
      await run(await newProject(calm, section), { until: 'synthesise' }),
      'synthesise',
    );
    let child: ChildProcess | undefined;
    let goal = 0;
    const server = await startServer((index) => {
      if (index + 1 === goal) child!.kill('SIGKILL');
    });
    const { folder } = await newProject(server, section);
    const runProject = async (): Promise<number | string | null> => {
      const script = join(import.meta.dirname, 'support', 'pipeline-run.ts');
      child = spawn(process.execPath, [script, folder, 'synthesise'], {
        stdio: ['ignore', 'inherit', 'inherit'],
      });
      return new Promise((resolve) => child!.on('close', (code, signal) => resolve(signal ?? code)));
    };
    const goals = [4, 9, 15];
    for (goal of goals) assert.equal(await runProject(), 'SIGKILL');
    goal = Infinity;
    assert.equal(await runProject(), 0);
    const repeated = server.requests.length - 24;
    assert.ok(
      repeated <= goals.length * 3,
      `${repeated} requests again, at most those under way at ${goals.length} kills`,
    );
    const result = await run(await loadProject(join(folder, 'attune.yaml')), { until: 'synthesise' });
    for (const file of ['examples.jsonl', 'ledger.jsonl'])
      assert.deepEqual(
        await readFile(join(stageOf(result, 'synthesise').folder, file), 'utf8'),
        await readFile(join(undisturbed.folder, file), 'utf8'),
      );
  },
);
