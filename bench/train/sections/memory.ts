/** The most memory that a process of its own ever holds while it trains the same batches. */
import { batchFile } from '../batches.ts';
import type { OurJob } from '../children/ours.ts';
import type { WeightsJob } from '../children/weights.ts';
import { openNode, openOurs, openPython, stepper } from '../contenders.ts';
import type { Stepper } from '../contenders.ts';
import type { Finding, SectionResult } from '../../finding.ts';
import { interleave } from '../../interleave.ts';
import { adapterFolder, modelFolder, sizes } from '../models.ts';
import { cacheFolder } from '../../paths.ts';
import type { BenchContext } from '../section.ts';
import { ratioSpread, spreadOf } from '../../statistics.ts';

const half = { atMost: 1 / 2 };
const third = { atMost: 1 / 3 };
const gigabytes = (bytes: readonly number[]): string => `${(spreadOf(bytes).median / 1e9).toFixed(2)} GB`;

export async function memorySection(context: BenchContext): Promise<SectionResult> {
  const { threads, quick, say } = context;
  const size = quick ? sizes.tiny : sizes['135M'];
  const shape = quick ? { rows: 2, length: 64 } : { rows: 4, length: 256 };
  const model = await modelFolder(size);
  const adapter = await adapterFolder(model);
  const batches = await batchFile({ ...shape, vocabulary: size.vocabulary }, 2);
  const common = { model, adapter, threads, learningRate: 1e-3 };
  const ours = (settings: Partial<OurJob>) => (): Promise<Stepper> =>
    openOurs({ ...common, data: { batches }, ...settings });
  const checkpointing = { settings: { gradient_checkpointing: true } };
  const peft = (checkpointing: boolean) => async (): Promise<Stepper> => {
    const job = { ...common, batches, dtype: 'float32', checkpointing, chooseAttention: false };
    return stepper(await openPython(context, 'PEFT', 'step.py', job));
  };
  const measure = (open: () => Promise<Stepper>) => async (): Promise<number> => {
    const child = await open();
    const { peakBytes } = await child.steps(3);
    await child.close();
    return peakBytes;
  };
  // The first use of a base quantises it, once and for all.
  await weightBytes(model, true);
  const resident = {
    fourBit: (await weightBytes(model, true)).resident,
    floats: (await weightBytes(model, false)).resident,
  };
  const results = await interleave(
    [
      { name: 'ours', measure: measure(ours({})) },
      { name: 'PEFT', measure: measure(peft(false)) },
      { name: 'ours, checkpointing', measure: measure(ours(checkpointing)) },
      { name: 'PEFT, checkpointing', measure: measure(peft(true)) },
      { name: 'QLoRA', measure: measure(ours({ quantisedIn: cacheFolder })) },
      {
        name: 'QLoRA, checkpointing',
        measure: measure(ours({ quantisedIn: cacheFolder, ...checkpointing })),
      },
      { name: 'weights', measure: async () => (await weightBytes(model, false)).held },
      { name: 'QLoRA weights', measure: async () => (await weightBytes(model, true)).held },
    ],
    quick ? 1 : 3,
    (round) => say(`memory: round ${round}`),
  );
  const of = (name: string): number[] => results.get(name)!;
  const finding = (what: string, name: string, peer: string, target?: Finding['target']): Finding => ({
    section: 'memory',
    what,
    ours: gigabytes(of(name)),
    peer: gigabytes(of(peer)),
    ratio: ratioSpread(of(name), of(peer)),
    ...(target && { target }),
  });
  return {
    findings: [
      finding('peak memory against PEFT fp32', 'ours', 'PEFT', { atMost: 1 }),
      finding('with checkpointing against PEFT fp32 without', 'ours, checkpointing', 'PEFT', half),
      finding('with checkpointing on both sides', 'ours, checkpointing', 'PEFT, checkpointing', half),
      finding('QLoRA against PEFT fp32', 'QLoRA', 'PEFT'),
      finding('QLoRA with checkpointing on both sides', 'QLoRA, checkpointing', 'PEFT, checkpointing'),
      {
        ...finding("QLoRA's weights against fp32 LoRA's, both ours", 'QLoRA weights', 'weights', third),
        note: `loading them makes a process grow by ${gigabytes([resident.fourBit])} and ${gigabytes([resident.floats])}`,
      },
    ],
    measured: Object.fromEntries(results),
  };
}

type WeightBytes = {
  /** Of the arrays. */
  held: number;
  /** By which loading them made the process grow. */
  resident: number;
};

async function weightBytes(model: string, quantised: boolean): Promise<WeightBytes> {
  const job: WeightsJob = { model, quantised, cache: cacheFolder };
  const child = await openNode('weights', 'weights.ts', job, 1);
  const { heldBytes, residentBytes } = await child.ask({ command: 'load' });
  await child.close();
  return { held: heldBytes as number, resident: residentBytes as number };
}
