/** A race of trainers that make batches of their own: what counts is tokens that are learnt from, per second. */
import type { Steps, Stepper } from './contenders.ts';
import { interleave } from '../interleave.ts';
import { adapterFolder, attuneBase, modelFolder, sizes } from './models.ts';
import type { BenchContext } from './section.ts';
import { ratioSpread, spreadOf } from '../statistics.ts';
import type { Spread } from '../statistics.ts';

/** Options of a TRL trainer that are not its defaults. */
export type TrainerOptions = Readonly<Record<string, unknown>>;

export type Workload = {
  name: string;
  model: string;
  adapter: string;
  /** Packed rows in a batch, ours and the peer's. */
  rows: number;
  /** Examples in a batch of the peer that does not pack. */
  batchSize: number;
  /** Steps of each in a round. */
  steps: number;
  rounds: number;
};

/** attune-base itself, which the recipe trains, and the 135M shape with attune-base's tokenizer. */
export async function workloads(quick: boolean): Promise<Workload[]> {
  const small = { name: 'attune-base', model: attuneBase, rows: 4, batchSize: 8, steps: 4, rounds: 7 };
  if (quick) {
    const model = await modelFolder(sizes.tiny);
    const workload = { ...small, name: 'tiny', model, rows: 2, batchSize: 2, steps: 1, rounds: 2 };
    return [{ ...workload, adapter: await adapterFolder(model) }];
  }
  const large = await modelFolder(sizes['135M']);
  return [
    { ...small, adapter: await adapterFolder(attuneBase) },
    {
      name: '135M',
      model: large,
      adapter: await adapterFolder(large),
      rows: 2,
      batchSize: 4,
      steps: 2,
      rounds: 5,
    },
  ];
}

/**
 * TRL's trainers come with bf16 autocast and gradient checkpointing switched on. The second saves memory and costs time,
 * so that a user in a hurry would switch it off; whether bf16 pays depends on the processor and the model's size.
 */
const inAHurry: { name: string; options: TrainerOptions }[] = [
  { name: 'bf16 without checkpointing', options: { gradient_checkpointing: false } },
  { name: 'fp32 without checkpointing', options: { gradient_checkpointing: false, bf16: false } },
];

/** The faster of the settings of a user in a hurry: two steps of each, after one that does not count. */
export async function trainerSettings(
  { name: model }: Workload,
  open: (options: TrainerOptions) => Promise<Stepper>,
  { say }: BenchContext,
): Promise<(typeof inAHurry)[number]> {
  const tried: { candidate: (typeof inAHurry)[number]; speed: number }[] = [];
  for (const candidate of inAHurry) {
    const trainer = await open(candidate.options);
    await trainer.steps(1);
    tried.push({ candidate, speed: supervisedPerSecond(await trainer.steps(2)) });
    await trainer.close();
  }
  const best = tried.reduce((a, b) => (b.speed > a.speed ? b : a)).candidate;
  say(`${model}: TRL is faster in ${best.name.split(' ')[0]}`);
  return best;
}

export function supervisedPerSecond({ times }: Steps): number {
  const sum = (of: 'seconds' | 'supervised'): number => times.reduce((total, time) => total + time[of], 0);
  return sum('supervised') / sum('seconds');
}

export type Race = {
  /** "123 tokens/s": the median of the rounds, by contender. */
  speeds: Record<string, string>;
  /** Ours over each peer's, round by round. */
  ratios: [peer: string, ratio: Spread][];
  hellos: Record<string, Stepper['hello']>;
};

/** Opens all contenders, lets each warm up by a step, and races them; the first is ours. */
export async function raceOf(
  contenders: Readonly<Record<string, () => Promise<Stepper>>>,
  { name, steps, rounds }: Workload,
  { say }: BenchContext,
): Promise<Race> {
  const open: Record<string, Stepper> = {};
  try {
    for (const [contender, start] of Object.entries(contenders)) {
      open[contender] = await start();
      await open[contender].steps(1);
    }
    const results = await interleave(
      Object.entries(open).map(([contender, trainer]) => ({
        name: contender,
        measure: async () => supervisedPerSecond(await trainer.steps(steps)),
      })),
      rounds,
      (round) => say(`${name}: round ${round} of ${rounds}`),
    );
    const [ours, ...peers] = [...results.keys()];
    const speed = (contender: string): string =>
      `${spreadOf(results.get(contender)!).median.toFixed(0)} tokens/s`;
    return {
      speeds: Object.fromEntries([...results.keys()].map((contender) => [contender, speed(contender)])),
      ratios: peers.map((peer) => [peer, ratioSpread(results.get(ours!)!, results.get(peer)!)]),
      hellos: Object.fromEntries(Object.entries(open).map(([contender, { hello }]) => [contender, hello])),
    };
  } finally {
    await Promise.all(Object.values(open).map(({ close }) => close()));
  }
}
