import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { seededRandom } from '../../base/random.ts';
import { bcaInterval, percentileInterval } from './bootstrap.ts';
import { comparePaired, holm } from './compare.ts';
import type { PairedItem } from './compare.ts';
import { normalCdf, normalQuantile } from './normal.ts';
import { wilsonInterval } from './wilson.ts';

// The golden files come from scipy, by scripts/golden/evaluate.py.
const golden = <T>(name: string): T =>
  JSON.parse(
    readFileSync(new URL(`../../../test/golden/evaluate/${name}.json`, import.meta.url), 'utf8'),
  ) as T;

const close = (actual: number, expected: number, tolerance: number): void =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not within ${tolerance} of ${expected}`);

test('the normal distribution agrees with scipy to twelve digits', () => {
  const { cdf, quantile } = golden<{ cdf: [number, number][]; quantile: [number, number][] }>('normal');
  for (const [x, expected] of cdf) close(normalCdf(x) / expected, 1, 1e-12);
  for (const [p, expected] of quantile) close(normalQuantile(p), expected, 1e-11);
});

test('Wilson intervals agree with scipy', () => {
  type Case = { successes: number; trials: number; confidence: number; interval: [number, number] };
  for (const { successes, trials, confidence, interval } of golden<Case[]>('wilson')) {
    const [low, high] = wilsonInterval(successes, trials, confidence)!;
    close(low, interval[0], 1e-12);
    close(high, interval[1], 1e-12);
  }
  assert.equal(wilsonInterval(0, 0), null);
});

test('BCa and percentile ends of a given bootstrap distribution agree with scipy', () => {
  type Case = {
    sample: number[];
    resampled: number[];
    confidence: number;
    bca: number[];
    percentile: number[];
  };
  for (const { sample, resampled, confidence, bca, percentile } of golden<Case[]>('bca')) {
    const sum = sample.reduce((a, b) => a + b, 0);
    const leftOut = Float64Array.from(sample, (value) => (sum - value) / (sample.length - 1));
    const [low, high] = bcaInterval(sum / sample.length, Float64Array.from(resampled), leftOut, confidence);
    close(low, bca[0]!, 1e-9);
    close(high, bca[1]!, 1e-9);
    const plain = percentileInterval(Float64Array.from(resampled), confidence);
    close(plain[0], percentile[0]!, 1e-12);
    close(plain[1], percentile[1]!, 1e-12);
  }
});

test('intervals of clustered differences and ratios agree with scipy within Monte-Carlo error', () => {
  type Expected = { value: number; standard_error: number; BCa: number[]; percentile: number[] };
  const { base, tuned, weight, statistics } = golden<{
    base: number[];
    tuned: number[];
    weight: number[];
    statistics: Record<string, Expected>;
  }>('paired-clusters');
  const items = weight.map((w, i) => ({ cluster: `${i}`, base: base[i]!, tuned: tuned[i]!, weight: w }));
  const settings = { resamples: 10_000, confidence: 0.95, seed: 3 };
  const mean = comparePaired(items, 'mean', settings)!;
  const exponential = comparePaired(items, 'exponential', settings)!;
  const check = (
    actual: { value: number; interval: number[] | null },
    expected: Expected,
    method: 'BCa' | 'percentile',
  ): void => {
    close(actual.value, expected.value, 1e-9);
    // An end point of 10,000 resamples wanders by about sqrt(.025·.975/10⁴)/φ(1.96) = .027 standard errors; BCa a bit more.
    for (const end of [0, 1])
      close(actual.interval![end]!, expected[method][end]!, 0.15 * expected.standard_error);
  };
  check(mean.difference, statistics['mean']!, 'BCa');
  check(exponential.difference, statistics['exponential']!, 'BCa');
  check(
    { ...exponential.difference, interval: exponential.difference.percentile_interval },
    statistics['exponential']!,
    'percentile',
  );
  check(exponential.ratio!, statistics['ratio']!, 'BCa');
  check(exponential.base, statistics['base']!, 'BCa');
  close(mean.difference.standard_error! / statistics['mean']!.standard_error, 1, 0.05);
  assert.equal(mean.ratio, null);
});

/** Conversations of 1-6 turns that share a difficulty; base and tuned are right with probabilities that differ by `effect`. */
function simulate(seed: number, conversations: number, effect: number): PairedItem[] {
  const random = seededRandom(seed, 'simulation');
  return Array.from({ length: conversations }, (_, conversation) => {
    const difficulty = 0.2 + 0.5 * random.uniform();
    return Array.from({ length: 1 + random.integer(6) }, () => ({
      cluster: `${conversation}`,
      base: Number(random.uniform() < difficulty),
      tuned: Number(random.uniform() < difficulty + effect),
      weight: 1,
    }));
  }).flat();
}

test('95 % intervals of the difference cover the truth in about 95 % of simulated studies', () => {
  const studies = 300;
  let covered = 0;
  let rejected = 0;
  for (let seed = 0; seed < studies; seed++) {
    const settings = { resamples: 500, confidence: 0.95, seed };
    const [low, high] = comparePaired(simulate(seed, 40, 0.2), 'rate', settings)!.difference.interval!;
    if (low <= 0.2 && 0.2 <= high) covered++;
    if (comparePaired(simulate(seed + 1000, 40, 0), 'rate', settings)!.difference.p_value! <= 0.05)
      rejected++;
  }
  // Binomial noise of 300 studies: standard deviation 1.3 points.
  close(covered / studies, 0.94, 0.04);
  assert.ok(rejected / studies < 0.09, `${rejected} of ${studies} false positives`);
});

test('an interval of differences depends on the differences alone: equal resamples are equal to the last bit', () => {
  for (const [seed, count] of [10, 20, 50, 100, 50, 100].entries()) {
    const random = seededRandom(seed, 'ties');
    const items = Array.from({ length: count }, (_, i) => ({
      cluster: `${i}`,
      base: Number(random.uniform() < 0.5),
      tuned: Number(random.uniform() < 0.7),
      weight: 1,
    }));
    const settings = { resamples: 2000, confidence: 0.95, seed: 1 };
    const differences = items.map((item) => ({ ...item, base: 0, tuned: item.tuned - item.base }));
    const { interval, value } = comparePaired(items, 'rate', settings)!.difference;
    const alone = comparePaired(differences, 'mean', settings)!.difference;
    assert.deepEqual({ interval, value }, { interval: alone.interval, value: alone.value });
  }
});

test('a rate that is the same in every conversation has the interval of so many conversations', () => {
  for (const turns of [2, 3, 5, 7, 10]) {
    const items = Array.from({ length: 20 * turns }, (_, i) => ({
      cluster: `${i % 20}`,
      base: 0,
      tuned: Number(i < 20),
      weight: 1,
    }));
    const { tuned } = comparePaired(items, 'rate', { resamples: 2000, confidence: 0.95, seed: 1 })!;
    assert.equal(tuned.value, 1 / turns);
    const expected = wilsonInterval(20 / turns, 20)!;
    for (const end of [0, 1]) close(tuned.interval![end]!, expected[end]!, 1e-12);
  }
});

test('turns of one conversation count as one observation', () => {
  const settings = { resamples: 2000, confidence: 0.95, seed: 1 };
  const items = simulate(5, 30, 0.1);
  const copied = items.flatMap((item) => [item, item, item, item]);
  const once = comparePaired(items, 'mean', settings)!;
  const copies = comparePaired(copied, 'mean', settings)!;
  assert.deepEqual(copies.difference, once.difference);
  assert.equal(copies.conversations, 30);
  assert.equal(copies.items, 4 * once.items);
});

test('the same seed gives the same numbers, another seed others', () => {
  const items = simulate(9, 25, 0.1);
  const settings = { resamples: 2000, confidence: 0.95, seed: 4 };
  assert.deepEqual(comparePaired(items, 'rate', settings), comparePaired(items, 'rate', settings));
  assert.notDeepEqual(
    comparePaired(items, 'rate', settings),
    comparePaired(items, 'rate', { ...settings, seed: 5 }),
  );
});

test('degenerate inputs: no item, one conversation, no difference, every outcome right', () => {
  const settings = { resamples: 2000, confidence: 0.95, seed: 1 };
  assert.equal(comparePaired([], 'mean', settings), null);
  assert.equal(comparePaired([{ cluster: 'a', base: 0, tuned: 0, weight: 0 }], 'mean', settings), null);

  const single = comparePaired([{ cluster: 'a', base: 0, tuned: 1, weight: 1 }], 'rate', settings)!;
  assert.equal(single.difference.value, 1);
  assert.equal(single.difference.interval, null);
  assert.equal(single.difference.p_value, null);

  const perfect = Array.from({ length: 20 }, (_, i) => ({
    cluster: `${i}`,
    base: 1,
    tuned: 1,
    weight: 1,
  }));
  const same = comparePaired(perfect, 'rate', settings)!;
  assert.deepEqual(same.difference.interval, [0, 0]);
  assert.equal(same.difference.p_value, 1);
  assert.deepEqual(same.tuned.interval, wilsonInterval(20, 20));
});

test('10,000 resamples of 500 conversations take a minute at most on any machine', () => {
  const items = simulate(2, 500, 0.1);
  const started = process.cpuUsage();
  comparePaired(items, 'exponential', { resamples: 10_000, confidence: 0.95, seed: 1 });
  const { user } = process.cpuUsage(started);
  assert.ok(user < 60e6, `${user / 1e6} s of processor time`);
});

test("Holm's correction: known values, monotone, null kept", () => {
  assert.deepEqual(holm([0.01, null, 0.04, 0.03]), [0.03, null, 0.06, 0.06]);
  assert.deepEqual(holm([0.6, 0.9]), [1, 1]);
});
