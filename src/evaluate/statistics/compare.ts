import { seededRandom } from '../../base/random.ts';
import { bcaInterval, percentileInterval } from './bootstrap.ts';
import type { BootstrapSettings, Interval } from './interval.ts';
import { normalQuantile } from './normal.ts';
import { wilsonInterval } from './wilson.ts';

/**
 * The one comparison behind every number of a report: two systems measured on the same items, their paired
 * difference, and its interval by a bootstrap that draws whole clusters: all turns of all examples of one conversation, or
 * of one document asked about. They are not independent, so drawing turns or examples would make intervals too narrow.
 * Near-duplicates are no clusters of their own: curate has left one of each, and the split keeps what is alike together.
 */

/** What both systems reached on one item: a reply (weight 1) or an example's tokens (sums over `weight` tokens). */
export type PairedItem = { cluster: string; base: number; tuned: number; weight: number };

export type ScaleName = 'mean' | 'rate' | 'exponential';

export type SystemEstimate = { value: number; interval: Interval | null };

export type Comparison = {
  base: SystemEstimate;
  tuned: SystemEstimate;
  /** tuned − base. */
  difference: {
    value: number;
    /** BCa; null with fewer than two clusters. */
    interval: Interval | null;
    percentile_interval: Interval | null;
    standard_error: number | null;
    /** Two-sided, by swapping the systems within clusters; (1 + hits) / (1 + resamples). */
    p_value: number | null;
    /** The true difference that this many clusters would show with 80 % power. */
    minimum_detectable: number | null;
  };
  /** tuned / base with its interval; only on the exponential scale (perplexity), null elsewhere. */
  ratio: SystemEstimate | null;
  /** Clusters: independent observations. */
  conversations: number;
  /** Sum of weights: replies or tokens. */
  items: number;
};

/** Sums per cluster: all that resampling needs. */
type Clusters = { base: Float64Array; tuned: Float64Array; weight: Float64Array };
type Totals = { base: number; tuned: number; weight: number };

/**
 * Compares two systems. A system's value is Σ value / Σ weight over the items; on the 'exponential' scale its exp
 * (perplexity from sums of negative log-probabilities); 'rate' is a mean of 0/1 outcomes, whose own interval is
 * Wilson's with the sample size that the clustering leaves. Returns null when there is no item.
 */
export function comparePaired(
  items: readonly PairedItem[],
  scale: ScaleName,
  settings: BootstrapSettings,
): Comparison | null {
  const clusters = clusterSums(items);
  const count = clusters.weight.length;
  if (count === 0) return null;
  const valueOf = scale === 'exponential' ? Math.exp : (mean: number): number => mean;
  const statistics = {
    base: ({ base, weight }: Totals) => valueOf(base / weight),
    tuned: ({ tuned, weight }: Totals) => valueOf(tuned / weight),
    // Subtracted first where that is the same: equal differences of counts are then equal to the last bit, and an interval
    // of few conversations depends on how many resamples equal the estimate.
    difference: ({ base, tuned, weight }: Totals) =>
      scale === 'exponential' ? valueOf(tuned / weight) - valueOf(base / weight) : (tuned - base) / weight,
    ratio: ({ base, tuned, weight }: Totals) => valueOf(tuned / weight) / valueOf(base / weight),
  };
  const total = totals(clusters);
  const replicates = count < 2 ? null : resample(clusters, settings);
  const leftOut = leaveOneOut(clusters, total);

  const estimate = (
    statistic: (sums: Totals) => number,
  ): SystemEstimate & { resampled: Float64Array | null } => {
    const value = statistic(total);
    if (!replicates) return { value, interval: null, resampled: null };
    const resampled = Float64Array.from(replicates, statistic);
    const jackknife = Float64Array.from(leftOut, statistic);
    return { value, interval: bcaInterval(value, resampled, jackknife, settings.confidence), resampled };
  };
  const system = (statistic: (sums: Totals) => number): SystemEstimate => {
    const { value, interval, resampled } = estimate(statistic);
    if (scale !== 'rate') return { value, interval };
    return {
      value,
      interval: resampled && clusteredWilson(value, resampled, count, total.weight, settings.confidence),
    };
  };
  const difference = estimate(statistics.difference);
  const error = difference.resampled && standardDeviation(difference.resampled);
  return {
    base: system(statistics.base),
    tuned: system(statistics.tuned),
    difference: {
      value: difference.value,
      interval: difference.interval,
      percentile_interval:
        difference.resampled && percentileInterval(difference.resampled, settings.confidence),
      standard_error: error,
      p_value: replicates && swapTest(clusters, statistics.difference, settings),
      minimum_detectable:
        error && error * (normalQuantile(1 - (1 - settings.confidence) / 2) + normalQuantile(0.8)),
    },
    ratio: scale === 'exponential' ? system(statistics.ratio) : null,
    conversations: count,
    items: total.weight,
  };
}

function clusterSums(items: readonly PairedItem[]): Clusters {
  const sums = new Map<string, Totals>();
  for (const item of items) {
    if (item.weight === 0) continue;
    const sum = sums.get(item.cluster) ?? { base: 0, tuned: 0, weight: 0 };
    sum.base += item.base;
    sum.tuned += item.tuned;
    sum.weight += item.weight;
    sums.set(item.cluster, sum);
  }
  const list = [...sums.values()];
  return {
    base: Float64Array.from(list, (sum) => sum.base),
    tuned: Float64Array.from(list, (sum) => sum.tuned),
    weight: Float64Array.from(list, (sum) => sum.weight),
  };
}

function totals({ base, tuned, weight }: Clusters): Totals {
  const sum = (values: Float64Array): number => values.reduce((a, b) => a + b, 0);
  return { base: sum(base), tuned: sum(tuned), weight: sum(weight) };
}

/** Draws as many clusters as there are, with replacement, `resamples` times. */
function resample({ base, tuned, weight }: Clusters, { resamples, seed }: BootstrapSettings): Totals[] {
  const random = seededRandom(seed, 'bootstrap');
  const count = weight.length;
  return Array.from({ length: resamples }, () => {
    const sum = { base: 0, tuned: 0, weight: 0 };
    for (let draw = 0; draw < count; draw++) {
      const i = random.integer(count);
      sum.base += base[i]!;
      sum.tuned += tuned[i]!;
      sum.weight += weight[i]!;
    }
    return sum;
  });
}

function leaveOneOut({ base, tuned, weight }: Clusters, total: Totals): Totals[] {
  return Array.from(weight, (itemWeight, i) => ({
    base: total.base - base[i]!,
    tuned: total.tuned - tuned[i]!,
    weight: total.weight - itemWeight,
  }));
}

/** Permutation test of "the two systems are exchangeable within a cluster". */
function swapTest(
  { base, tuned, weight }: Clusters,
  statistic: (sums: Totals) => number,
  { resamples, seed }: BootstrapSettings,
): number {
  const random = seededRandom(seed, 'swap-test');
  const total = totals({ base, tuned, weight });
  const observed = Math.abs(statistic(total)) * (1 - 1e-12);
  let hits = 0;
  for (let round = 0; round < resamples; round++) {
    const sum = { base: 0, tuned: 0, weight: total.weight };
    for (let i = 0; i < weight.length; i++) {
      const swap = random.uint32() >= 0x80000000;
      sum.base += swap ? tuned[i]! : base[i]!;
      sum.tuned += swap ? base[i]! : tuned[i]!;
    }
    if (Math.abs(statistic(sum)) >= observed) hits++;
  }
  return (1 + hits) / (1 + resamples);
}

/**
 * Wilson's interval with the effective sample size n = p(1−p) / SE², SE from the cluster bootstrap (Korn & Graubard
 * 1998), kept between the number of clusters and the number of items. Sound where every outcome is the same and
 * a bootstrap would claim certainty.
 */
function clusteredWilson(
  rate: number,
  resampled: Float64Array,
  clusters: number,
  items: number,
  confidence: number,
): Interval | null {
  // Shares of counts that are equal are so to the last bit, but their standard deviation need not be 0.
  const isConstant = resampled.every((value) => value === resampled[0]);
  const effective = isConstant ? clusters : (rate * (1 - rate)) / standardDeviation(resampled) ** 2;
  const size = Math.min(items, Math.max(clusters, effective));
  return wilsonInterval(rate * size, size, confidence);
}

function standardDeviation(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}

/** Holm's correction for testing several metrics at once (Holm 1979); null stays null. */
export function holm(pValues: readonly (number | null)[]): (number | null)[] {
  const order = pValues.flatMap((p, index) => (p === null ? [] : [{ p, index }])).sort((a, b) => a.p - b.p);
  const adjusted: (number | null)[] = pValues.map(() => null);
  let largest = 0;
  for (const [rank, { p, index }] of order.entries()) {
    largest = Math.max(largest, Math.min(1, (order.length - rank) * p));
    adjusted[index] = largest;
  }
  return adjusted;
}
