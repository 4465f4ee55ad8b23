/** What a token costs as model, sequence and threads grow, and what memory a data set takes as it grows. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { exists } from '../../../src/base/files.ts';
import type { Example } from '../../../src/data/example.ts';
import { writeJsonLines } from '../../../src/formats/jsonl.ts';
import { batchFile } from '../batches.ts';
import type { DataSetJob } from '../children/data-set.ts';
import { openNode, openOurs, openPython, stepper } from '../contenders.ts';
import type { Stepper } from '../contenders.ts';
import type { Curve, Finding, Plot, Point, SectionResult } from '../../finding.ts';
import { adapterFolder, attuneBase, modelFolder, parametersOf, sizes } from '../models.ts';
import { cacheFolder } from '../../paths.ts';
import type { ModelSize } from '../models.ts';
import type { BenchContext } from '../section.ts';
import { spreadOf } from '../../statistics.ts';

type Shape = { size: ModelSize; rows: number; length: number; threads: number };
type Program = 'ours' | 'PEFT fp32';

export async function growthSection(context: BenchContext): Promise<SectionResult> {
  const { quick, threads } = context;
  const model = quick ? sizes.tiny : sizes['135M'];
  const bySize = (
    quick
      ? [sizes.tiny, sizes['1M']]
      : [sizes['1M'], sizes['10M'], sizes['50M'], sizes['135M'], sizes['360M']]
  ).map((size) => ({ x: parametersOf(size), shape: { size, rows: 4, length: 256, threads } }));
  // As many tokens a step at every length, so that only the length differs.
  const tokens = quick ? 256 : 4096;
  const byLength = (quick ? [64, 128] : [128, 256, 512, 1024, 2048, 4096]).map((length) => ({
    x: length,
    shape: { size: quick ? sizes.tiny : sizes['10M'], rows: tokens / length, length, threads },
  }));
  const byThreads = threadCounts().map((count) => ({
    x: count,
    shape: { size: model, rows: 4, length: 256, threads: count },
  }));
  const cost = (points: { x: number; shape: Shape }[]): Promise<Curve[]> => costCurves(points, context);
  const milliseconds = 'milliseconds per token';
  const plots: Plot[] = [
    {
      file: 'model-size',
      title: 'Cost of a token against model size (rows of 256)',
      xLabel: 'parameters',
      yLabel: milliseconds,
      curves: await cost(bySize),
    },
    {
      file: 'sequence-length',
      title: 'Cost of a token against sequence length (10M)',
      xLabel: 'tokens in a row',
      yLabel: milliseconds,
      curves: await cost(byLength),
    },
    {
      file: 'threads',
      title: 'Cost of a token against threads (135M)',
      xLabel: 'threads',
      yLabel: milliseconds,
      curves: await cost(byThreads),
    },
  ];
  const { plot, finding } = await dataSetMemory(context);
  plots.push(plot);
  return {
    findings: [finding],
    plots,
    measured: Object.fromEntries(plots.map(({ file, curves }) => [file, curves])),
  };
}

/** Powers of two up to what the machine has. */
function threadCounts(): number[] {
  return [1, 2, 4, 8, 16, 32, 64].filter((count) => count === 1 || count <= availableParallelism());
}

async function costCurves(
  points: readonly { x: number; shape: Shape }[],
  context: BenchContext,
): Promise<Curve[]> {
  const curves: Curve[] = [];
  for (const name of ['ours', 'PEFT fp32'] as const) {
    const curve: Point[] = [];
    for (const { x, shape } of points) curve.push({ x, y: await millisecondsPerToken(name, shape, context) });
    curves.push({ name, points: curve });
  }
  return curves;
}

async function millisecondsPerToken(name: Program, shape: Shape, context: BenchContext): Promise<number> {
  const { quick, say } = context;
  const { size, rows, length, threads } = shape;
  const model = await modelFolder(size);
  const adapter = await adapterFolder(model);
  const batches = await batchFile({ rows, length, vocabulary: size.vocabulary }, 2);
  const common = { model, adapter, threads, learningRate: 1e-3 };
  const open: Record<Program, () => Promise<Stepper>> = {
    ours: () => openOurs({ ...common, data: { batches } }),
    'PEFT fp32': async () => {
      const job = { ...common, batches, dtype: 'float32', checkpointing: false, chooseAttention: false };
      return stepper(await openPython(context, name, 'step.py', job));
    },
  };
  const child = await open[name]();
  try {
    await child.steps(1);
    const { times } = await child.steps(quick ? 1 : 5);
    const cost = (1000 * spreadOf(times.map(({ seconds }) => seconds)).median) / (rows * length);
    say(
      `growth, ${name}, ${size.name}, ${rows} x ${length}, ${threads} threads: ${cost.toFixed(3)} ms per token`,
    );
    return cost;
  } finally {
    await child.close();
  }
}

/** Peak memory of the embedded engine, in a process of its own for each size of data set. */
async function dataSetMemory({
  quick,
  threads,
  say,
}: BenchContext): Promise<{ plot: Plot; finding: Finding }> {
  const points: Point[] = [];
  for (const count of quick ? [1000, 10_000] : [1000, 10_000, 100_000, 1_000_000]) {
    const job: DataSetJob = { model: attuneBase, examples: await examplesFile(count), threads, steps: 2 };
    const child = await openNode('data set', 'data-set.ts', job, threads);
    const { peakBytes, planSeconds } = (await child.ask({ command: 'train' })) as {
      peakBytes: number;
      planSeconds: number;
    };
    await child.close();
    say(
      `growth, ${count} examples: ${(peakBytes / 1e6).toFixed(0)} MB, planned after ${planSeconds.toFixed(1)} s`,
    );
    points.push({ x: count, y: peakBytes / 1e6 });
  }
  const [first, last] = [points[0]!, points.at(-1)!];
  const growth = last.y / first.y;
  return {
    plot: {
      file: 'data-set',
      title: 'Peak memory of a run against the size of its data set (attune-base)',
      xLabel: 'examples',
      yLabel: 'megabytes',
      curves: [{ name: 'ours', points }],
    },
    finding: {
      section: 'growth',
      what: `peak memory, ${last.x} examples against ${first.x}`,
      ours: `${last.y.toFixed(0)} MB`,
      peer: `${first.y.toFixed(0)} MB`,
      ratio: { median: growth, minimum: growth, maximum: growth, count: 1 },
      target: { atMost: 1.2 },
    },
  };
}

/** Short questions and answers, in JSON Lines. */
async function examplesFile(count: number): Promise<string> {
  const path = join(cacheFolder, `examples-${count}.jsonl`);
  if (await exists(path)) return path;
  function* examples(): Generator<Example> {
    for (let i = 0; i < count; i++)
      yield {
        messages: [
          { role: 'user', content: `Where is order ${i}?` },
          { role: 'assistant', content: `It left on day ${i % 28}.` },
        ],
        meta: { id: `order-${i}`, source: 'bench' },
      };
  }
  await writeJsonLines(path, examples());
  return path;
}
