/** What each method trains, through the real stages up to the parity gate of the export. */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Json } from '../src/base/json.ts';
import type { ProgressEvent } from '../src/base/progress.ts';
import { sampleConversations } from '../src/cli/sample-conversations.ts';
import { loadProject, type Project } from '../src/pipeline/load-project.ts';
import { runPipeline } from '../src/pipeline/run.ts';
import type { StageName } from '../src/pipeline/stage.ts';
import { stages } from '../src/pipeline/stages/all-stages.ts';
import { familyFields } from './support/serving.ts';
import { writeTinyLlama } from './support/tiny-llama.ts';

async function newProject(fields: Readonly<Record<string, unknown>>, train: string): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), 'attune-export-'));
  await writeTinyLlama(join(folder, 'base'), { config: fields });
  await writeFile(join(folder, 'data.jsonl'), sampleConversations());
  const text = `
name: shop
collect:
  sources: [{ jsonl: data.jsonl }]
train:
  base: ./base
  sequence_length: 384
  max_steps: 3
  learning_rate: 0.01
  batch_size: 2
  threads: 1
  ${train}
`;
  await writeFile(join(folder, 'attune.yaml'), text);
  return loadProject(join(folder, 'attune.yaml'));
}

type Outcome = { summary: Record<string, Json>; files: string[]; events: ProgressEvent[] };

async function run(project: Project, until: StageName = 'export'): Promise<Outcome> {
  const events: ProgressEvent[] = [];
  const report = (event: ProgressEvent): void => void events.push(event);
  const { signal } = new AbortController();
  const { summary, folder } = (await runPipeline(project, stages, { until, report, signal })).stages.at(-1)!;
  return { summary, files: await readdir(folder), events };
}

test('an adapter with scales of its own is served beside the base', { timeout: 600_000 }, async () => {
  const lora =
    'lora: { use_rslora: true, rank: 4, rank_pattern: { q_proj: 2 }, alpha_pattern: { v_proj: 3 } }';
  const { summary, files } = await run(await newProject(familyFields.gemma2, lora));
  assert.equal(summary['served'], 'adapter');
  assert.ok(Number(summary['max_logprob_difference']) < 0.05, String(summary['max_logprob_difference']));
  assert.ok(files.includes('base.gguf') && files.includes('adapter.gguf') && !files.includes('tuned.gguf'));
});

test('what llama.cpp cannot add is served merged, and the run says so', { timeout: 600_000 }, async () => {
  const lora = 'lora: { use_dora: true, rank: 4, bias: all, modules_to_save: [norm] }';
  const { summary, files, events } = await run(await newProject(familyFields.qwen2, lora));
  assert.equal(summary['served'], 'merged');
  assert.ok(Number(summary['max_logprob_difference']) < 0.05, String(summary['max_logprob_difference']));
  assert.ok(files.includes('base.gguf') && files.includes('tuned.gguf') && !files.includes('adapter.gguf'));
  assert.ok(events.some((event) => event.type === 'note' && /merged into a copy/.test(event.message)));
});

test('a prefix is refused before anything is done, and trained when asked to stop there', async () => {
  const project = await newProject(familyFields.llama, 'method: prefix');
  await assert.rejects(run(project), { code: 'config', message: /llama.cpp cannot serve a tuned prefix/ });
  assert.deepEqual(await readdir(join(project.folder, '.attune', 'artifacts')).catch(() => []), []);
  const sampling = await newProject(familyFields.llama, 'method: prefix\nalign: { pairs: { sampled: {} } }');
  await assert.rejects(run(sampling, 'align'), { code: 'config', message: /cannot serve a tuned prefix/ });
  const { files, events } = await run(project, 'train');
  assert.ok(files.includes('adapter_model.safetensors'));
  assert.ok(events.some((event) => event.type === 'warning' && /cannot be exported/.test(event.message)));
});
