/** The recipe's conversations through TRL's SFTTrainer and through our loop: tokens that are learnt from, per second. */
import { join } from 'node:path';
import { openOurs, openPython, stepper } from '../contenders.ts';
import type { Stepper } from '../contenders.ts';
import type { Finding, SectionResult } from '../../finding.ts';
import { cacheFolder } from '../../paths.ts';
import { messagesFile, recipeExamples, recipeProject } from '../recipe.ts';
import type { BenchContext } from '../section.ts';
import { raceOf, trainerSettings, workloads } from '../trainers.ts';
import type { TrainerOptions } from '../trainers.ts';

const sequenceLength = 768;

export async function textSection(context: BenchContext): Promise<SectionResult> {
  const { threads, quick } = context;
  const examples = await recipeExamples(await recipeProject('customer-support'));
  const messages = await messagesFile(examples);
  const findings: Finding[] = [];
  const measured: Record<string, unknown> = {};
  for (const workload of await workloads(quick)) {
    const { name, model, rows, batchSize } = workload;
    const ours = (): Promise<Stepper> =>
      openOurs({
        model,
        adapter: workload.adapter,
        threads,
        learningRate: 1e-3,
        data: {
          examples,
          objective: { type: 'sft', supervise: 'assistant' },
          sequenceLength,
          batchSize: rows,
        },
      });
    const peer = async (options: TrainerOptions, packing: boolean): Promise<Stepper> => {
      const job = {
        model,
        data: messages,
        threads,
        options: packing ? { ...options, packing } : options,
        sequenceLength,
        batchSize: packing ? rows : batchSize,
        output: join(cacheFolder, 'trl'),
      };
      const child = await openPython(context, 'SFTTrainer', 'sft.py', job);
      return stepper(child);
    };
    const fastest = await trainerSettings(workload, (options) => peer(options, false), context);
    const { speeds, ratios, hellos } = await raceOf(
      {
        ours,
        'SFTTrainer as it comes': () => peer({}, false),
        'SFTTrainer as it comes, packing': () => peer({}, true),
        [`SFTTrainer ${fastest.name}`]: () => peer(fastest.options, false),
        [`SFTTrainer ${fastest.name}, packing`]: () => peer(fastest.options, true),
      },
      workload,
      context,
    );
    assertSameTokens(hellos['ours']!, hellos['SFTTrainer as it comes']!);
    measured[name] = speeds;
    for (const [peerName, ratio] of ratios) {
      const packing = peerName.includes('packing');
      findings.push({
        section: 'text',
        what: `${name}: ${peerName}`,
        ours: speeds['ours']!,
        peer: speeds[peerName]!,
        ratio,
        target: { atLeast: packing ? 2 : 4 },
      });
    }
  }
  return { findings, measured };
}

type TokenCounts = { tokens?: unknown; supervised?: unknown };

/** Both sides must see the same text and learn from the same tokens of it. */
function assertSameTokens(ours: TokenCounts, peer: TokenCounts): void {
  if (ours.tokens !== peer.tokens || ours.supervised !== peer.supervised)
    throw new Error(
      `we see ${String(ours.tokens)} tokens and learn from ${String(ours.supervised)}; TRL sees ${String(peer.tokens)} and learns from ${String(peer.supervised)}`,
    );
}
