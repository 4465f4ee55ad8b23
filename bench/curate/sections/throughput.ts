/** The default curation on more and more conversations: records a second, peak memory, and whether a record stays as cheap. */
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openChild } from '../../child.ts';
import type { Finding, Plot, SectionResult } from '../../finding.ts';
import { cacheFolder } from '../../paths.ts';
import type { CommonContext } from '../../program.ts';
import type { StagesJob } from '../children/stages.ts';
import { conversationsFile } from '../make-conversations.ts';

type Measured = {
  seconds: number;
  processorSeconds: number;
  peakBytes: number;
  summary: Record<string, unknown>;
};
type Size = { count: number; stages: Record<string, Measured> };

/** What is promised of a million conversations on two cores. */
const secondsAllowed = 300;
const bytesAllowed = 2e9;
/** How much dearer a record may be among a million than among ten thousand. */
const growthAllowed = 1.2;

export async function throughputSection({ quick, threads, say }: CommonContext): Promise<SectionResult> {
  const sizes: Size[] = [];
  for (const count of quick ? [1000, 10_000] : [10_000, 30_000, 100_000, 300_000, 1_000_000]) {
    const source = await conversationsFile(count);
    const stages = await runStages({ source, threads });
    for (const [stage, { seconds, processorSeconds, peakBytes }] of Object.entries(stages))
      say(
        `${count} conversations, ${stage}: ${seconds.toFixed(1)} s, ${processorSeconds.toFixed(1)} s of processor time, ${(peakBytes / 1e6).toFixed(0)} MB`,
      );
    sizes.push({ count, stages });
  }
  return {
    findings: findingsOf(sizes),
    plots: [costPlot(sizes), memoryPlot(sizes)],
    measured: Object.fromEntries(sizes.map(({ count, stages }) => [count, stages])),
  };
}

/** Each stage in a process of its own, as its memory would otherwise be that of the one before. */
async function runStages({ source, threads }: Omit<StagesJob, 'folder'>): Promise<Record<string, Measured>> {
  const folder = await mkdtemp(join(cacheFolder, 'curate-'));
  const measured: Record<string, Measured> = {};
  try {
    for (const stage of ['collect', 'curate', 'split']) {
      const script = join(import.meta.dirname, '..', 'children', 'stages.ts');
      const job: StagesJob = { folder, source, threads };
      const child = await openChild({
        name: stage,
        command: process.execPath,
        args: [script, JSON.stringify(job)],
        environment: {},
      });
      measured[stage] = (await child.ask({ command: 'run', stage })) as Measured;
      await child.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return measured;
}

const perRecord = ({ count, stages }: Size): number => (1e6 * stages['curate']!.seconds) / count;

function findingsOf(sizes: readonly Size[]): Finding[] {
  const [first, last] = [sizes[0]!, sizes.at(-1)!];
  const { seconds, peakBytes } = last.stages['curate']!;
  const one = (ratio: number): Finding['ratio'] => ({
    median: ratio,
    minimum: ratio,
    maximum: ratio,
    count: 1,
  });
  const thousands = (count: number): string => count.toLocaleString('en');
  const allowed = (secondsAllowed * last.count) / 1e6;
  return [
    {
      section: 'throughput',
      what: `default curation of ${thousands(last.count)} conversations`,
      ours: `${seconds.toFixed(0)} s (${thousands(Math.round(last.count / seconds))} a second)`,
      peer: `${allowed.toFixed(0)} s allowed`,
      ratio: one(seconds / allowed),
      target: { atMost: 1 },
    },
    {
      section: 'throughput',
      what: 'its peak memory',
      ours: `${(peakBytes / 1e6).toFixed(0)} MB`,
      peer: `${bytesAllowed / 1e6} MB allowed`,
      ratio: one(peakBytes / bytesAllowed),
      target: { atMost: 1 },
    },
    {
      section: 'throughput',
      what: `a record's cost among ${thousands(last.count)} against ${thousands(first.count)}`,
      ours: `${perRecord(last).toFixed(0)} µs`,
      peer: `${perRecord(first).toFixed(0)} µs`,
      ratio: one(perRecord(last) / perRecord(first)),
      target: { atMost: growthAllowed },
    },
    ...['collect', 'split'].map((stage): Finding => {
      const beside = last.stages[stage]!;
      return {
        section: 'throughput',
        what: `${stage} beside it (peak ${(beside.peakBytes / 1e6).toFixed(0)} MB)`,
        ours: `${beside.seconds.toFixed(0)} s`,
        peer: `${seconds.toFixed(0)} s for curate`,
        ratio: one(beside.seconds / seconds),
      };
    }),
  ];
}

function costPlot(sizes: readonly Size[]): Plot {
  return {
    file: 'curate-cost',
    title: 'Cost of a conversation against their number',
    xLabel: 'conversations',
    yLabel: 'microseconds each',
    curves: ['collect', 'curate', 'split'].map((stage) => ({
      name: stage,
      points: sizes.map(({ count, stages }) => ({ x: count, y: (1e6 * stages[stage]!.seconds) / count })),
    })),
  };
}

function memoryPlot(sizes: readonly Size[]): Plot {
  return {
    file: 'curate-memory',
    title: 'Peak memory against the number of conversations',
    xLabel: 'conversations',
    yLabel: 'megabytes',
    curves: ['collect', 'curate', 'split'].map((stage) => ({
      name: stage,
      points: sizes.map(({ count, stages }) => ({ x: count, y: stages[stage]!.peakBytes / 1e6 })),
    })),
  };
}
