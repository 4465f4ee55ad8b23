/** From the command to the end of the first optimiser step: `attune run` against a Python script with SFTTrainer. */
import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { openPython } from '../contenders.ts';
import type { Finding, SectionResult } from '../../finding.ts';
import { interleave } from '../../interleave.ts';
import { attuneBase, modelFolder, sizes } from '../models.ts';
import { cacheFolder, root } from '../../paths.ts';
import { messagesFile, recipeExamples, recipeProject } from '../recipe.ts';
import type { BenchContext } from '../section.ts';
import { ratioSpread, spreadOf } from '../../statistics.ts';

/** One short row a step: what is timed is the way there. */
const training = { sequence_length: 768, batch_size: 1 };

export async function startSection(context: BenchContext): Promise<SectionResult> {
  const { threads, quick, say } = context;
  const messages = await messagesFile(await recipeExamples(await recipeProject('customer-support')));
  const findings: Finding[] = [];
  const measured: Record<string, unknown> = {};
  const models = quick
    ? [{ name: 'tiny', model: await modelFolder(sizes.tiny) }]
    : [
        { name: 'attune-base', model: attuneBase },
        { name: '135M', model: await modelFolder(sizes['135M']) },
      ];
  for (const { name, model } of models) {
    const project = await startProject(name, model, threads);
    const job = {
      model,
      data: messages,
      threads,
      options: {},
      sequenceLength: training.sequence_length,
      batchSize: training.batch_size,
      output: join(cacheFolder, 'trl'),
    };
    const peer = async (): Promise<number> => {
      const startMs = performance.now();
      const child = await openPython(context, 'SFTTrainer', 'sft.py', job);
      await child.ask({ command: 'steps', count: 1 });
      const seconds = (performance.now() - startMs) / 1000;
      await child.close();
      return seconds;
    };
    const results = await interleave(
      [
        { name: 'ours', measure: () => secondsToFirstStep(project) },
        { name: 'SFTTrainer', measure: peer },
      ],
      quick ? 1 : 5,
      (round) => say(`start, ${name}: round ${round}`),
    );
    const [ours, trl] = [results.get('ours')!, results.get('SFTTrainer')!];
    const shown = (seconds: readonly number[]): string => `${spreadOf(seconds).median.toFixed(1)} s`;
    findings.push({
      section: 'start',
      what: `${name}: command to first step`,
      ours: shown(ours),
      peer: shown(trl),
      ratio: ratioSpread(ours, trl),
      target: { atMost: 1 / 3 },
    });
    measured[name] = Object.fromEntries(results);
  }
  return { findings, measured };
}

/** The recipe as a project whose data is ready and whose training is due. */
async function startProject(name: string, model: string, threads: number): Promise<string> {
  const settings = { base: model, method: 'lora', max_steps: 2, threads, ...training };
  // JSON is YAML: the recipe's own block, up to the next top-level key, gives way to one line.
  const project = await recipeProject(`start-${name}`, (yaml) =>
    yaml.replace(/^train:.*\n(?:[ \t]+.*\n|\n)*/m, `train: ${JSON.stringify(settings)}\n\n`),
  );
  await recipeExamples(project);
  return project;
}

async function secondsToFirstStep(project: string): Promise<number> {
  await rm(join(project, '.attune', 'work'), { recursive: true, force: true });
  const startMs = performance.now();
  const attune = join(root, 'bin', 'attune.js');
  const child = spawn(process.execPath, [attune, '--json', 'run', '--until', 'train'], {
    cwd: project,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let problems = '';
  child.stderr.on('data', (data: Buffer) => (problems += data.toString()));
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  for await (const line of createInterface({ input: child.stdout })) {
    const event = JSON.parse(line) as { type: string; values?: { step?: number } };
    if (event.type !== 'metrics' || event.values?.step === undefined) continue;
    const seconds = (performance.now() - startMs) / 1000;
    child.kill('SIGKILL');
    await ended;
    return seconds;
  }
  throw new Error(`attune run took no step:\n${problems}`);
}
