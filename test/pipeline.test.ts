/** The real stages on a tiny model: from a new project to a registered version, interrupted and not. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { AttuneError } from '../src/base/errors.ts';
import type { ProgressEvent } from '../src/base/progress.ts';
import { sampleConversations } from '../src/cli/sample-conversations.ts';
import { loadProject, type Project } from '../src/pipeline/load-project.ts';
import { runPipeline, type RunOptions, type RunResult } from '../src/pipeline/run.ts';
import { stages } from '../src/pipeline/stages/all-stages.ts';
import { openStore } from '../src/pipeline/store.ts';
import { readAudit } from '../src/registry/audit.ts';
import { openVersion } from '../src/registry/version.ts';
import { writeTinyLlama } from './support/tiny-llama.ts';

const base = await mkdtemp(join(tmpdir(), 'attune-base-'));
before(() => writeTinyLlama(base, { maxPositions: 512 }));

async function newProject(steps = 'max_steps: 6'): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), 'attune-project-'));
  await writeFile(join(folder, 'data.jsonl'), sampleConversations());
  const text = `
name: shop
collect:
  sources: [{ jsonl: data.jsonl }]
train:
  base: ${base}
  sequence_length: 384
  ${steps}
  checkpoint_every: 2
  evaluate_every: 3
  batch_size: 2
evaluate:
  max_examples: 2
  max_reply_tokens: 4
`;
  await writeFile(join(folder, 'attune.yaml'), text);
  return loadProject(join(folder, 'attune.yaml'));
}

const run = (project: Project, options: Partial<RunOptions> = {}): Promise<RunResult> =>
  runPipeline(project, stages, { report: () => {}, signal: new AbortController().signal, ...options });

const adapterOf = (result: RunResult): Promise<Buffer> =>
  readFile(join(result.stages.find((one) => one.stage === 'train')!.folder, 'adapter_model.safetensors'));

test(
  'a new project ends in a version that opens, and a second run reuses every stage',
  { timeout: 600_000 },
  async () => {
    const project = await newProject();
    const first = await run(project);
    const summaries = Object.fromEntries(first.stages.map(({ stage, summary }) => [stage, summary]));
    assert.equal(summaries['register']!['version'], 'shop/1');
    assert.ok(Number(summaries['export']!['max_logprob_difference']) < 0.1);

    const { registry } = openStore(project.folder);
    const version = await openVersion(registry, 'shop@champion');
    const names = [
      'adapter_config.json',
      'adapter_model.safetensors',
      'training_args.json',
      'evaluation_results.json',
      'metadata.json',
    ];
    for (const name of [...names, 'base.gguf', 'adapter.gguf', 'tokenizer/tokenizer.json']) {
      assert.ok(name in version.files, `${name} is missing`);
    }
    assert.equal(version.metadata.lineage.base.name, base);
    assert.match(version.metadata.lineage.base.sha256, /^[0-9a-f]{64}$/);
    assert.deepEqual(Object.keys(version.metadata.lineage.datasets), ['train', 'validation', 'test']);

    const audit = await readAudit(join(registry, 'shop'));
    const again = await run(project);
    assert.ok(again.stages.every((stage) => stage.reused));
    assert.deepEqual(await readAudit(join(registry, 'shop')), audit, 'reusing a registration moves no alias');
  },
);
test(
  'stopped in the middle of training, it goes on and ends in the same adapter',
  { timeout: 600_000 },
  async () => {
    const until = 'train' as const;
    const undisturbed = await adapterOf(await run(await newProject(), { until }));
    const project = await newProject();
    const controller = new AbortController();
    const stopAtThree = (event: ProgressEvent): void => {
      if (event.type === 'progress' && event.label === 'train' && event.done === 3) controller.abort();
    };
    await assert.rejects(
      run(project, { until, report: stopAtThree, signal: controller.signal }),
      (error) => error instanceof AttuneError && error.code === 'interrupted',
    );
    const resumed = await run(project, { until });
    assert.deepEqual(await adapterOf(resumed), undisturbed);
    const train = resumed.stages.find((one) => one.stage === 'train')!;
    const metrics = (await readFile(join(train.folder, 'metrics.jsonl'), 'utf8')).trim().split('\n');
    const events = metrics.map((line) => JSON.parse(line) as { type: string; step?: number });
    const steps = events.filter(({ type }) => type === 'step').map(({ step }) => step);
    assert.deepEqual(steps, [1, 2, 3, 4, 5, 6], 'each step once, also those that were made again');
  },
);

test(
  'too few steps to learn from are warned of, unless so many were asked for',
  { timeout: 600_000 },
  async () => {
    const warnings = async (steps: string): Promise<string[]> => {
      const said: string[] = [];
      const report = (event: ProgressEvent): void =>
        void (event.type === 'warning' && said.push(event.message));
      await run(await newProject(steps), { until: 'train', report });
      return said;
    };
    assert.match((await warnings('epochs: 0.5')).join(), /only \d+ steps: .*lower train\.batch_size/);
    assert.deepEqual(await warnings('max_steps: 2'), []);
  },
);

test(
  'a second Ctrl-C ends the process at once, in the middle of whatever it does',
  { timeout: 600_000 },
  async () => {
    const { folder } = await newProject('max_steps: 100000');
    const attune = join(import.meta.dirname, '..', 'bin', 'attune.js');
    const child = spawn(process.execPath, [attune, 'run', '--json'], { cwd: folder });
    let errors = '';
    child.stderr.on('data', (text) => (errors += String(text)));
    child.stdout.on('data', (text) => {
      if (!String(text).includes('"metrics"')) return;
      child.stdout.removeAllListeners('data').resume();
      // Held while both arrive: after the first alone it would end by itself, sooner than a busy machine sends another.
      // Two of a kind would count once.
      for (const signal of ['SIGSTOP', 'SIGINT', 'SIGTERM', 'SIGCONT'] as const) child.kill(signal);
    });
    await once(child, 'close');
    assert.equal(child.exitCode, null, errors);
    assert.match(String(child.signalCode), /^SIG(?:INT|TERM)$/, errors);
    assert.match(errors, /a second time stops at once/);
  },
);
