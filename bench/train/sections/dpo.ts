/** Preference pairs of the recipe's replies through TRL's DPOTrainer and through our DPO: tokens of answers per second. */
import { join } from 'node:path';
import { openOurs, openPython, stepper } from '../contenders.ts';
import type { Stepper } from '../contenders.ts';
import type { Finding, SectionResult } from '../../finding.ts';
import { cacheFolder } from '../../paths.ts';
import { pairFiles, recipeExamples, recipeProject } from '../recipe.ts';
import type { BenchContext } from '../section.ts';
import { raceOf, trainerSettings, workloads } from '../trainers.ts';
import type { TrainerOptions } from '../trainers.ts';

const sequenceLength = 768;
/** The settings that TRL's DPOConfig has by itself. */
const objective = { type: 'dpo', loss: 'sigmoid', beta: 0.1, labelSmoothing: 0 } as const;

export async function dpoSection(context: BenchContext): Promise<SectionResult> {
  const { threads, quick } = context;
  const pairs = await pairFiles(
    await recipeExamples(await recipeProject('customer-support')),
    quick ? 24 : 120,
  );
  const findings: Finding[] = [];
  const measured: Record<string, unknown> = {};
  for (const workload of await workloads(quick)) {
    const { name, model, adapter, rows } = workload;
    const ours = (): Promise<Stepper> => {
      const data = { examples: pairs.ours, objective, sequenceLength, batchSize: rows };
      return openOurs({ model, adapter, threads, learningRate: 1e-3, data });
    };
    const peer = async (options: TrainerOptions): Promise<Stepper> => {
      const job = {
        model,
        data: pairs.trl,
        threads,
        options,
        sequenceLength,
        // A pair is two sequences.
        batchSize: workload.batchSize / 2,
        output: join(cacheFolder, 'trl'),
      };
      const child = await openPython(context, 'DPOTrainer', 'dpo.py', job);
      return stepper(child);
    };
    const fastest = await trainerSettings(workload, peer, context);
    const { speeds, ratios, hellos } = await raceOf(
      {
        ours,
        'DPOTrainer as it comes': () => peer({}),
        'DPOTrainer as it comes, padding-free': () => peer({ padding_free: true }),
        [`DPOTrainer ${fastest.name}`]: () => peer(fastest.options),
        [`DPOTrainer ${fastest.name}, padding-free`]: () => peer({ ...fastest.options, padding_free: true }),
      },
      workload,
      context,
    );
    const [our, their] = [hellos['ours']!, hellos['DPOTrainer as it comes']!];
    if (our['examples'] !== their['examples'] || our['supervised'] !== their['supervised'])
      throw new Error(
        `we learn from ${String(our['supervised'])} tokens of ${String(our['examples'])} pairs, TRL from ${String(their['supervised'])} of ${String(their['examples'])}`,
      );
    measured[name] = speeds;
    for (const [peerName, ratio] of ratios)
      findings.push({
        section: 'dpo',
        what: `${name}: ${peerName}`,
        ours: speeds['ours']!,
        peer: speeds[peerName]!,
        ratio,
        target: { atLeast: peerName.includes('padding-free') ? 2 : 4 },
      });
  }
  return { findings, measured };
}
