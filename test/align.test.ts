/** The stage align on a tiny model: pairs, DPO after SFT, ORPO straight from the base, and what follows. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { AttuneError } from '../src/base/errors.ts';
import type { ProgressEvent } from '../src/base/progress.ts';
import type { Example } from '../src/data/example.ts';
import { loadProject, type Project } from '../src/pipeline/load-project.ts';
import { planPipeline } from '../src/pipeline/plan.ts';
import { runPipeline, type RunOptions, type RunResult } from '../src/pipeline/run.ts';
import { stages } from '../src/pipeline/stages/all-stages.ts';
import { openStore } from '../src/pipeline/store.ts';
import { openVersion } from '../src/registry/version.ts';
import { writeTinyLlama } from './support/tiny-llama.ts';

const base = await mkdtemp(join(tmpdir(), 'attune-base-'));
before(() => writeTinyLlama(base, { maxPositions: 512 }));

/** Preferences; the first has an empty rejected answer. */
const records = Array.from({ length: 40 }, (_, i) => ({
  prompt: `Customer ${i}: where is my parcel number ${i}? It was due on day ${i % 7}.`,
  chosen: `It is on its way and comes on day ${(i % 7) + 1}.`,
  rejected: i === 0 ? '   ' : `I do not know, ask someone else ${i}.`,
}));

async function newProject(align: string): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), 'attune-project-'));
  await writeFile(
    join(folder, 'data.jsonl'),
    records.map((record) => `${JSON.stringify(record)}\n`).join(''),
  );
  const text = `
name: shop
collect:
  sources: [{ jsonl: data.jsonl }]
train:
  base: ${base}
  sequence_length: 256
  max_steps: 3
  batch_size: 2
  threads: 1
${align}
evaluate:
  max_examples: 2
  max_reply_tokens: 4
`;
  await writeFile(join(folder, 'attune.yaml'), text);
  return loadProject(join(folder, 'attune.yaml'));
}

const run = (project: Project, options: Partial<RunOptions> = {}): Promise<RunResult> =>
  runPipeline(project, stages, { report: () => {}, signal: new AbortController().signal, ...options });

const folderOf = (result: RunResult, stage: string): string =>
  result.stages.find((one) => one.stage === stage)!.folder;

const dpo = `align:
  max_steps: 4
  batch_size: 2
  evaluate_every: 2
  checkpoint_every: 2
  pairs:
    max: 12
    sampled: { prompts: 3, samples: 2, max_tokens: 4 }`;

test(
  'pairs are made, DPO goes on from the SFT adapter, and its model is what is registered',
  { timeout: 600_000 },
  async () => {
    const project = await newProject(dpo);
    const result = await run(project);
    assert.deepEqual(
      result.stages.map(({ stage }) => stage),
      ['collect', 'curate', 'split', 'train', 'align', 'export', 'evaluate', 'register'],
    );
    const align = folderOf(result, 'align');
    const pairs = (await readFile(join(align, 'pairs.train.jsonl'), 'utf8')).trim().split('\n');
    assert.equal(pairs.length, 12);
    const { messages, meta } = JSON.parse(pairs[0]!) as Example;
    assert.equal(messages.at(-1)!.rejected!.length, 1);
    assert.equal(meta['origin'], 'given');
    const { summary } = result.stages.find(({ stage }) => stage === 'align')!;
    assert.deepEqual(summary['pairs'], {
      train: { pairs: 12, origins: { given: 12 } },
      validation: { pairs: 2, origins: { given: 2 } },
    });
    const dropped = summary['dropped'] as Record<string, Record<string, number>>;
    assert.equal(dropped['sampled']!['every answer was empty or too long'], 4);

    const { registry } = openStore(project.folder);
    const version = await openVersion(registry, 'shop@champion');
    const registered = await readFile(join(version.folder, 'adapter_model.safetensors'));
    assert.deepEqual(registered, await readFile(join(align, 'adapter_model.safetensors')));
    assert.notDeepEqual(
      registered,
      await readFile(join(folderOf(result, 'train'), 'adapter_model.safetensors')),
    );
    assert.ok(!(await readFile(join(align, 'training_args.json'), 'utf8')).includes(project.folder));
    const first = (await readFile(join(align, 'metrics.jsonl'), 'utf8'))
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as { type: string; step?: number; loss: number })
      .find(({ type, step }) => type === 'step' && step === 1)!;
    assert.ok(Math.abs(first.loss - Math.log(2)) < 1e-3, `the reference is the SFT model: ${first.loss}`);
  },
);

test('stopped within align, the next run ends in the same bytes', { timeout: 600_000 }, async () => {
  const options = { until: 'align' as const };
  const undisturbed = await run(await newProject(dpo), options);
  const project = await newProject(dpo);
  const controller = new AbortController();
  const stopAtThree = (event: ProgressEvent): void => {
    if (event.type === 'progress' && event.label === 'align' && event.done === 3) controller.abort();
  };
  await assert.rejects(
    run(project, { ...options, report: stopAtThree, signal: controller.signal }),
    (error) => error instanceof AttuneError && error.code === 'interrupted',
  );
  const resumed = await run(project, options);
  for (const file of ['adapter_model.safetensors', 'pairs.train.jsonl', 'ledger.jsonl'])
    assert.deepEqual(
      await readFile(join(folderOf(resumed, 'align'), file)),
      await readFile(join(folderOf(undisturbed, 'align'), file)),
      file,
    );
});

test(
  'ORPO from the base needs no stage train; without pairs there is nothing to align',
  { timeout: 600_000 },
  async () => {
    const project = await newProject('align: { objective: orpo, from: base, max_steps: 2, batch_size: 2 }');
    const plan = await planPipeline(project, openStore(project.folder), stages);
    assert.deepEqual(
      plan.map(({ stage }) => stage.name),
      ['collect', 'curate', 'split', 'align', 'export', 'evaluate', 'register'],
    );
    const result = await run(project);
    assert.equal(result.stages.at(-1)!.summary['version'], 'shop/1');
    await assert.rejects(
      run(await newProject('align: { pairs: { given: false } }'), { until: 'align' }),
      (error) =>
        error instanceof AttuneError && error.code === 'data' && /no preference pairs/.test(error.message),
    );
    await assert.rejects(run(project, { until: 'train' }), /this project does without the stage train/);
  },
);
