/** The speed of one optimiser step on the same tokens, weights and adapter; and how near it is to the products alone. */
import { adapterFolder, lora, modelFolder, sizes } from '../models.ts';
import { batchFile } from '../batches.ts';
import type { LimitJob, LimitTimes } from '../children/limit.ts';
import { openNode, openOurs, openPython, stepper } from '../contenders.ts';
import type { Stepper, StepTime } from '../contenders.ts';
import type { Finding, SectionResult } from '../finding.ts';
import { interleave } from '../interleave.ts';
import { floatingPointOperations, productsOfStep } from '../products.ts';
import type { Product } from '../products.ts';
import type { BenchContext } from '../section.ts';
import { ratioSpread, spreadOf } from '../statistics.ts';

const learningRate = 1e-3;
const batchCount = 4;
/** Not timed: the first steps warm caches and allocators up. They are where the losses are compared. */
const warmUpSteps = 3;
const stepsPerRound = 2;

/** Relative; float32 against float32, and against bf16 only to see that it trains the same thing. */
const lossTolerance = { float32: 1e-4, bfloat16: 2e-2 };

export async function stepSection(context: BenchContext): Promise<SectionResult> {
  const { threads, quick, say } = context;
  const size = quick ? sizes['1M'] : sizes['135M'];
  const shape = quick ? { rows: 2, length: 128 } : { rows: 4, length: 256 };
  const rounds = quick ? 2 : 9;
  const model = await modelFolder(size);
  const adapter = await adapterFolder(model);
  const batches = await batchFile({ ...shape, vocabulary: size.vocabulary }, batchCount);
  const products = productsOfStep(size, { ...shape, rank: lora.rank });

  const peer = async (dtype: 'float32' | 'bfloat16'): Promise<Stepper> => {
    const job = {
      model,
      adapter,
      threads,
      learningRate,
      batches,
      dtype,
      checkpointing: false,
      chooseAttention: true,
    };
    const child = await openPython(context, `PEFT ${dtype}`, 'step.py', job);
    say(`PEFT ${dtype}: ${String(child.hello['attention'])} attention is the faster one here`);
    return stepper(child);
  };
  const ours = await openOurs({ model, adapter, threads, learningRate, data: { batches } });
  const float32 = await peer('float32');
  const bfloat16 = await peer('bfloat16');
  const limitJob: LimitJob = { products, threads };
  const limit = await openNode('limit', 'limit.ts', limitJob, threads);
  try {
    await assertSameLosses(ours, { float32, bfloat16 }, say);
    const seconds = async (stepping: Stepper): Promise<number> =>
      spreadOf((await stepping.steps(stepsPerRound)).times.map((step) => step.seconds)).median;
    const results = await interleave(
      [
        { name: 'ours', measure: () => seconds(ours) },
        { name: 'float32', measure: () => seconds(float32) },
        { name: 'bfloat16', measure: () => seconds(bfloat16) },
        {
          name: 'limit',
          measure: async () =>
            idealSeconds(products, ((await limit.ask({ command: 'measure' })) as LimitTimes).seconds),
        },
      ],
      rounds,
      (round) => say(`step: round ${round} of ${rounds}`),
    );
    return { findings: findings(results, shape, products), measured: Object.fromEntries(results) };
  } finally {
    await Promise.all([ours, float32, bfloat16, limit].map(({ close }) => close()));
  }
}

/** Takes the warm-up steps on all sides. Throws when the losses are not those of the same arithmetic. */
async function assertSameLosses(
  ours: Stepper,
  peers: Record<keyof typeof lossTolerance, Stepper>,
  say: (line: string) => void,
): Promise<void> {
  const lossesOf = async (stepping: Stepper): Promise<number[]> =>
    (await stepping.steps(warmUpSteps)).times.map(({ loss }: StepTime) => loss);
  const expected = await lossesOf(ours);
  for (const dtype of ['float32', 'bfloat16'] as const) {
    const losses = await lossesOf(peers[dtype]);
    const worst = Math.max(...losses.map((loss, i) => Math.abs(loss / expected[i]! - 1)));
    const told = `losses of ${dtype} differ from ours by ${worst.toExponential(1)} at most (${losses.join(', ')}; ours ${expected.join(', ')})`;
    if (worst > lossTolerance[dtype]) throw new Error(`${told}: this is not the same training`);
    say(told);
  }
}

/** `seconds` of one product of each kind; half of a product that is only needed below the diagonal. */
function idealSeconds(products: readonly Product[], seconds: readonly number[]): number {
  return products.reduce((sum, { count, half }, i) => sum + (count * seconds[i]!) / (half ? 2 : 1), 0);
}

function findings(
  results: ReadonlyMap<string, number[]>,
  { rows, length }: { rows: number; length: number },
  products: readonly Product[],
): Finding[] {
  const tokens = rows * length;
  const [ours, float32, bfloat16, limit] = ['ours', 'float32', 'bfloat16', 'limit'].map((name) =>
    results.get(name)!,
  );
  const speed = (seconds: readonly number[]): string =>
    `${(tokens / spreadOf(seconds).median).toFixed(0)} tokens/s`;
  const work = products.reduce((sum, product) => sum + floatingPointOperations(product), 0);
  const rate = work / spreadOf(limit!).median / 1e9;
  const step = { section: 'step' as const, ours: speed(ours!) };
  return [
    {
      ...step,
      what: 'step against PEFT fp32',
      peer: speed(float32!),
      ratio: ratioSpread(float32!, ours!),
      target: { atLeast: 3 },
    },
    {
      ...step,
      what: 'step against PEFT bf16',
      peer: speed(bfloat16!),
      ratio: ratioSpread(bfloat16!, ours!),
      target: { atLeast: 1.5 },
    },
    {
      ...step,
      what: 'share of the matrix-product limit',
      peer: speed(limit!),
      ratio: ratioSpread(limit!, ours!),
      target: { atLeast: 0.8 },
      note: `${(work / 1e9).toFixed(0)} GFLOP of products a step, alone at ${rate.toFixed(0)} GFLOP/s`,
    },
  ];
}
