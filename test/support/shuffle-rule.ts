/** Runs a shuffle rule by itself, in this process, for tests and measurements. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalOptions, LocalShuffle } from '../../src/data/engine/local-shuffle.ts';
import type { Example } from '../../src/data/example.ts';
import type { ConcludeTools, ShuffleRule } from '../../src/data/rule.ts';

const { signal } = new AbortController();

/** The plan for each record, by its index. */
export async function shuffleFacts<Fact, Whole, Plan>(
  rule: ShuffleRule<Fact, Whole, Plan>,
  facts: readonly Fact[],
  { tools = {}, ...options }: Partial<LocalOptions> & { tools?: Partial<ConcludeTools> } = {},
): Promise<(index: number) => Plan> {
  const scratchFolder = await mkdtemp(join(tmpdir(), 'attune-shuffle-'));
  try {
    const local = new LocalShuffle(rule, { scratchFolder, signal, ...options });
    for (const fact of facts) await local.add(fact);
    const shuffle = await local.finish();
    const whole = await rule.conclude(shuffle, { signal, ...tools } as ConcludeTools);
    if (!rule.slice) return () => whole as unknown as Plan;
    const plans = await Promise.all(
      shuffle.parts.map((part, number) => rule.slice!(whole, { ...part, number })),
    );
    return (index) => plans[shuffle.parts.findLastIndex(({ first }) => first <= index)]!;
  } finally {
    await rm(scratchFolder, { recursive: true });
  }
}

/** The records that the rule keeps, as it leaves them. */
export async function keptBy<Fact, Whole, Plan>(
  rule: ShuffleRule<Fact, Whole, Plan>,
  examples: readonly Example[],
  options: Partial<LocalOptions> = { partitions: 3, partSize: 7 },
): Promise<Example[]> {
  const facts = examples.map((example) => rule.observe(example));
  const planOf = await shuffleFacts(rule, facts, options);
  return examples.flatMap((example, i) => rule.apply(example, i, planOf(i)).example ?? []);
}
