/** The speed of one optimiser step on the same tokens, weights and adapter; and how near it is to the products alone. */
import { adapterFolder, lora, modelFolder, sizes } from '../models.ts';
import { batchFile } from '../batches.ts';
import type { LimitJob, LimitTimes } from '../children/limit.ts';
import { openNode, openOurs, openPython, stepper } from '../contenders.ts';
import type { Stepper, StepTime } from '../contenders.ts';
import type { Finding, SectionResult } from '../../finding.ts';
import { interleave } from '../../interleave.ts';
import { floatingPointOperations, productsOfStep } from '../products.ts';
import type { Product } from '../products.ts';
import type { BenchContext } from '../section.ts';
import { ratioSpread, spreadOf } from '../../statistics.ts';

const learningRate = 1e-3;
const batchCount = 4;
/** Not timed: the first steps warm caches and allocators up. They are where the losses are compared. */
const warmUpSteps = 3;
const stepsPerRound = 2;

/** What a machine's matrix-product rate is commonly measured with. */
const square: Product = {
  name: 'square',
  m: 2048,
  k: 2048,
  n: 2048,
  batch: 1,
  count: 1,
  frozenRight: true,
};

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
  const work = products.reduce((sum, product) => sum + floatingPointOperations(product), 0);

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
  const limitJob: LimitJob = { products: [...products, square], threads };
  const limit = await openNode('limit', 'limit.ts', limitJob, threads);
  try {
    await assertSameLosses(ours, { float32, bfloat16 }, say);
    const limits = async (): Promise<{ own: number; square: number }> => {
      const { seconds: each } = (await limit.ask({ command: 'measure' })) as LimitTimes;
      const squareRate = floatingPointOperations(square) / each.at(-1)!;
      return { own: idealSeconds(products, each), square: work / squareRate };
    };
    const stepSeconds = (stepping: Stepper) => async (): Promise<{ own: number }> => ({
      own: spreadOf((await stepping.steps(stepsPerRound)).times.map((step) => step.seconds)).median,
    });
    const results = await interleave<{ own: number; square?: number }>(
      [
        { name: 'ours', measure: stepSeconds(ours) },
        { name: 'float32', measure: stepSeconds(float32) },
        { name: 'bfloat16', measure: stepSeconds(bfloat16) },
        { name: 'limit', measure: limits },
      ],
      rounds,
      (round) => say(`step: round ${round} of ${rounds}`),
    );
    const of = (name: string): number[] => results.get(name)!.map(({ own }) => own);
    const seconds: StepSeconds = {
      ours: of('ours'),
      float32: of('float32'),
      bfloat16: of('bfloat16'),
      products: of('limit'),
      square: results.get('limit')!.map((limit) => limit.square!),
    };
    return { findings: findings(seconds, shape.rows * shape.length, work), measured: seconds };
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

/** By round. `products` is the step's own products alone, `square` as much arithmetic at the rate of one large product. */
type StepSeconds = Record<'ours' | 'float32' | 'bfloat16' | 'products' | 'square', number[]>;

function findings(seconds: StepSeconds, tokens: number, work: number): Finding[] {
  const { ours } = seconds;
  const speed = (times: readonly number[]): string =>
    `${(tokens / spreadOf(times).median).toFixed(0)} tokens/s`;
  const rate = (times: readonly number[]): string =>
    `${(work / spreadOf(times).median / 1e9).toFixed(0)} GFLOP/s`;
  const finding = (what: string, peer: readonly number[], atLeast: number, note?: string): Finding => ({
    section: 'step',
    what,
    ours: speed(ours),
    peer: speed(peer),
    ratio: ratioSpread(peer, ours),
    target: { atLeast },
    ...(note !== undefined && { note }),
  });
  const needed = `${(work / 1e9).toFixed(0)} GFLOP a step`;
  return [
    finding(
      'step against PEFT fp32',
      seconds.float32,
      3,
      `${needed}, ${rate(seconds.float32)}; ours ${rate(ours)}`,
    ),
    finding('step against PEFT bf16', seconds.bfloat16, 1.5, `${needed}, ${rate(seconds.bfloat16)}`),
    finding('share of the limit: one product of 2048³', seconds.square, 0.8, `${rate(seconds.square)} alone`),
    finding(
      "share of the limit: the step's own products",
      seconds.products,
      0.8,
      `${rate(seconds.products)} alone`,
    ),
  ];
}
