import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fc } from '../../../test/support/properties.ts';
import { seededRandom } from '../../base/random.ts';
import { hashWords } from '../../text/hashed-words.ts';
import { normaliseRow } from '../embeddings/embedder.ts';
import { cosine, makeVectorTable, setRow, type VectorTable } from '../embeddings/vector-table.ts';
import type { Example } from '../example.ts';
import { closeBuckets } from './close-buckets.ts';
import { chooseDiverse } from './choose-diverse.ts';
import { cellOf, groupingOf, placesByCell, planCells } from './cells.ts';
import { coverage, nearestCosines } from './coverage.ts';
import { compareWithRandom, emptyComparison } from './compare-with-random.ts';
import { describeSet } from './describe-set.ts';
import { rankShares } from './difficulty.ts';
import { facilityLocation } from './facility-location.ts';
import { kCenter } from './k-center.ts';
import { meanCosine, sphericalKMeans } from './k-means.ts';
import { projectToPlane } from './project-to-plane.ts';
import { divideQuota } from './quotas.ts';
import { moodOf, sentiment } from './sentiment.ts';
import { addNumber, addRecord, addSet, addTo, emptySet, type NumberTally, tallyUnit } from './set-tally.ts';
import { targetOf } from './level-target.ts';
import { textStatistics } from './text-statistics.ts';
import { classTfIdf, countTerms, emptyTermCounts, nameClusters } from './topic-names.ts';

const golden = <T>(name: string): T =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../../../test/golden/curation', name), 'utf8')) as T;

type SelectionCase = {
  count: number;
  choose: number;
  similarities: number[];
  greedy: number[];
  greedy_value: number;
  k_center: number[];
  best_value?: number;
  best_radius?: number;
};
const selections = golden<SelectionCase[]>('selection.json');

test('lazy greedy facility location chooses what apricot chooses, and comes within 1 - 1/e of the best', () => {
  for (const {
    count,
    choose,
    similarities,
    greedy,
    greedy_value: expected,
    best_value: best,
  } of selections) {
    const chosen = facilityLocation(Float32Array.from(similarities), count, choose);
    const value = coveredBy(similarities, count, chosen);
    assert.ok(Math.abs(value - expected) < 1e-4, `${value} ${expected}`);
    assert.deepEqual(chosen, greedy);
    if (best !== undefined) assert.ok(value >= (1 - 1 / Math.E) * best && value <= best + 1e-6);
  }
});

function coveredBy(similarities: readonly number[], count: number, chosen: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < count; i++)
    sum += Math.max(0, ...chosen.map((item) => similarities[i * count + item]!));
  return sum;
}

test('greedy k-center chooses as its definition says, at most twice the best radius', () => {
  for (const { count, choose, similarities, k_center: expected, best_radius: best } of selections) {
    const chosen = kCenter(Float32Array.from(similarities), count, choose);
    assert.deepEqual(chosen, expected);
    if (best === undefined) continue;
    let radius = 0;
    for (let i = 0; i < count; i++) {
      const nearest = Math.max(...chosen.map((item) => similarities[i * count + item]!));
      radius = Math.max(radius, Math.sqrt(Math.max(0, 2 * (1 - nearest))));
    }
    assert.ok(radius <= 2 * best + 1e-4, `${radius} ${best}`);
  }
});

test('choosing all, or more than there are, gives every item once', () => {
  const { count, similarities } = selections[0]!;
  for (const choose of [facilityLocation, kCenter]) {
    const all = choose(Float32Array.from(similarities), count, count + 5);
    assert.deepEqual(
      [...all].sort((a, b) => a - b),
      [...Array(count).keys()],
    );
    assert.deepEqual(choose(new Float32Array(9).fill(1), 3, 3).sort(), [0, 1, 2]);
    assert.deepEqual(choose(new Float32Array(0), 0, 0), []);
  }
});

test('spherical k-means comes as far as the best of 50 starts of scikit-learn, within 2 %', () => {
  for (const { rows, dimensions, count, mean_cosine: expected } of golden<
    { rows: number[]; dimensions: number; count: number; mean_cosine: number }[]
  >('k-means.json')) {
    const values = Float32Array.from(rows);
    const reached = [1, 2, 3, 4, 5].map((seed) =>
      meanCosine(values, sphericalKMeans(values, dimensions, { count, random: seededRandom(seed, 'test') })),
    );
    assert.ok(Math.max(...reached) > 0.98 * expected, `${reached} ${expected}`);
    assert.ok(Math.max(...reached) < expected + 1e-3);
  }
});

test('k-means on equal rows finds one cluster, and none of none', () => {
  const random = seededRandom(1, 'test');
  assert.equal(sphericalKMeans(Float32Array.from([1, 0, 1, 0, 1, 0]), 2, { count: 3, random }).count, 1);
  assert.equal(sphericalKMeans(new Float32Array(0), 2, { count: 3, random }).count, 0);
});

test('a choice and a draw are compared in as many words of text', async () => {
  const say = (words: number, of: string): string =>
    Array.from({ length: words }, (_, i) => `${of}${i}`).join(' ');
  const contents = [say(3, 'short'), say(50, 'long')];
  const tally = emptyComparison();
  tally.texts = { chosen: [0], random: [1] };
  const readExamples = async function* (
    indexes: Iterable<number> = [],
  ): AsyncGenerator<{ index: number; example: Example }> {
    for (const index of indexes) {
      const messages = [{ role: 'assistant' as const, content: contents[index]! }];
      yield { index, example: { messages, meta: { id: String(index), source: 's' } } };
    }
  };
  const { chosen, random } = await compareWithRandom(tally, { readExamples });
  for (const side of [chosen, random]) {
    const { words, vocabulary } = (side as { texts: { words: number; vocabulary: number } }).texts;
    assert.deepEqual([words, vocabulary], [3, 3]);
  }
});

test('a projection to the plane keeps the distances of a plane, orders its axes, and never turns over', () => {
  // Two orthogonal directions in four dimensions, away from the origin.
  const at = [
    [-3, 1],
    [-1, 1],
    [0, -3],
    [4, 1],
  ];
  const rows = at.flatMap(([a, b]) => [a! + 5, b! / 2, b! / 2, 7 + b! / Math.SQRT2]);
  const plane = projectToPlane(Float32Array.from(rows), 4);
  for (const [i, [a, b]] of at.entries()) {
    assert.ok(Math.abs(plane[i * 2]! - a!) < 1e-5, `${plane}`);
    assert.ok(Math.abs(Math.abs(plane[i * 2 + 1]!) - Math.abs(b!)) < 1e-5, `${plane}`);
  }
  assert.deepEqual([...projectToPlane(Float32Array.from([1, 2, 1, 2]), 2)], [0, 0, 0, 0]);
  assert.deepEqual([...projectToPlane(new Float32Array(0), 2)], []);
});

test('class-based tf-idf equals its formula on counts of scikit-learn, and names are what sets a cluster apart', () => {
  const { classes, weights } = golden<{ classes: string[]; weights: Record<string, number>[] }>(
    'topics.json',
  );
  const terms = classes.map((text) => {
    const counts = emptyTermCounts();
    countTerms(counts, text);
    return counts;
  });
  classTfIdf(terms).forEach((scores, i) => {
    for (const [term, expected] of Object.entries(weights[i]!))
      assert.ok(Math.abs((scores.get(term) ?? 0) - expected) < 1e-5, term);
  });
  const names = nameClusters(terms);
  assert.equal(new Set(names).size, 4);
  names.forEach((name, i) => {
    for (const term of name.split(', ')) {
      assert.ok(classes[i]!.includes(term));
      assert.ok(!'please help with this today about your account since monday thanks'.includes(term), name);
    }
  });
  assert.deepEqual(nameClusters([emptyTermCounts(), emptyTermCounts()]), ['cluster 1', 'cluster 2']);
  const words = (text: string): string[] => {
    const counts = emptyTermCounts();
    countTerms(counts, text);
    return [...counts.counts.keys()];
  };
  assert.deepEqual(words('退款申请'), ['退款', '申请']);
  assert.deepEqual(words('デスクランプを返品したいです。'), ['デスク', 'ランプ', '返品']);
  assert.deepEqual(words('[NAME_1], wie kann ich die Bestellung ändern?'), ['kann', 'bestellung', 'ändern']);
});

test('two clusters that the same words set apart get names of their own', () => {
  const others = [
    'parcel',
    'invoice',
    'lamp',
    'login',
    'menu',
    'hotel',
    'flight',
    'doctor',
    'garden',
    'music',
  ];
  const terms = [
    'refund opened check voucher',
    'refund opened check battery',
    ...others.map((one) => `${one} ${one}ing ${one}er`),
  ].map((text) => {
    const counts = emptyTermCounts();
    countTerms(counts, `${text} because meine `.repeat(9));
    return counts;
  });
  const none = emptyTermCounts();
  countTerms(none, `${'x'.repeat(31)} A12345 ${'ก'.repeat(3)} yes`);
  assert.equal(none.total, 0);
  const names = nameClusters(terms);
  assert.deepEqual(names.slice(0, 3), [
    'voucher, check, opened',
    'battery, check, opened',
    'parcel, parceler, parceling',
  ]);
  const same = nameClusters([terms[0]!, terms[0]!, ...terms.slice(2)]);
  assert.deepEqual(same.slice(0, 2), ['check, opened, refund', 'check, opened, voucher']);
});

test('quotas: they sum up, keep to the sizes, and balance goes from proportion to equality', () => {
  assert.deepEqual(divideQuota([80, 20], 10, 0), [8, 2]);
  assert.deepEqual(divideQuota([80, 20], 10, 1), [5, 5]);
  assert.deepEqual(divideQuota([100, 3, 3], 30, 1), [24, 3, 3]);
  assert.deepEqual(divideQuota([5, 5], 20, 0.5), [5, 5]);
  assert.deepEqual(divideQuota([0, 7], 3, 1), [0, 3]);
  fc.assert(
    fc.property(
      fc.array(fc.nat(300), { minLength: 1, maxLength: 30 }),
      fc.nat(4000),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (sizes, target, balance) => {
        const quotas = divideQuota(sizes, target, balance);
        const all = sizes.reduce((sum, size) => sum + size, 0);
        assert.equal(
          quotas.reduce((sum, quota) => sum + quota, 0),
          Math.min(all, target),
        );
        quotas.forEach((quota, i) => assert.ok(quota >= 0 && quota <= sizes[i]!));
        // A larger group never gets less, but for the one place that rounding moves.
        sizes.forEach((size, i) =>
          sizes.forEach((other, k) => assert.ok(size <= other || quotas[i]! >= quotas[k]! - 1)),
        );
      },
    ),
  );
});

/** Rows around `centres` directions, the share of each falling. */
function makeTable(count: number, centres: number): { table: VectorTable; labels: Uint32Array } {
  const dimensions = 16;
  const random = seededRandom(9, 'rows');
  const directions = Float32Array.from({ length: centres * dimensions }, () => random.normal());
  const table = makeVectorTable(count, dimensions);
  const labels = Uint32Array.from({ length: count }, () => Math.floor(random.uniform() ** 2 * centres));
  labels.forEach((label, row) => {
    const vector = directions
      .slice(label * dimensions, (label + 1) * dimensions)
      .map((value) => value + 0.3 * random.normal());
    normaliseRow(vector, 0, dimensions);
    setRow(table, row, vector);
  });
  return { table, labels };
}

test('buckets hold every row once, no more than allowed, and close ones together', () => {
  const { table, labels } = makeTable(3000, 6);
  const rows = Int32Array.from({ length: 3000 }, (_, i) => i);
  const buckets = closeBuckets(table, rows, { largest: 100, random: seededRandom(1, 'b') });
  assert.deepEqual(
    buckets.flatMap((bucket) => [...bucket]).sort((a, b) => a - b),
    [...rows],
  );
  const pure = buckets.filter((bucket) => {
    assert.ok(bucket.length <= 100);
    const counts = Map.groupBy(bucket, (row) => labels[row]!);
    return Math.max(...[...counts.values()].map((list) => list.length)) >= 0.9 * bucket.length;
  });
  assert.ok(pure.length > 0.7 * buckets.length, `${pure.length} of ${buckets.length}`);
});

test('equal rows are divided all the same', () => {
  const table = makeVectorTable(1000, 4);
  for (let row = 0; row < 1000; row++) setRow(table, row, Float32Array.from([0.5, 0.5, 0.5, 0.5]));
  const rows = Int32Array.from({ length: 1000 }, (_, i) => i);
  const buckets = closeBuckets(table, rows, { largest: 10, random: seededRandom(1, 'b') });
  assert.equal(
    buckets.reduce((sum, bucket) => sum + bucket.length, 0),
    1000,
  );
});

test('a choice covers more than a random one of the same size, from every group what it has places for', () => {
  const { table, labels } = makeTable(2000, 8);
  const groups = [...Map.groupBy(labels.keys(), (row) => labels[row]!).values()];
  const probes = Int32Array.from({ length: 2000 }, (_, i) => i);
  const covered = (rows: Int32Array): number => coverage([nearestCosines(table, probes, rows)]);
  for (const method of ['facility-location', 'k-center'] as const) {
    const quotas = divideQuota(
      groups.map((rows) => rows.length),
      100,
      0.5,
    );
    const chosen = groups.flatMap((rows, i) => {
      const kept = chooseDiverse(table, Int32Array.from(rows), quotas[i]!, {
        method,
        random: seededRandom(3, 'x'),
      });
      assert.equal(kept.length, quotas[i]);
      assert.ok(kept.every((row) => rows.includes(row)));
      return [...kept];
    });
    assert.equal(new Set(chosen).size, 100);
    const drawn = Int32Array.from({ length: 100 }, (_, i) => i * 20);
    const better = method === 'facility-location' ? 0.005 : -0.05;
    assert.ok(covered(Int32Array.from(chosen)) > covered(drawn) + better, method);
  }
});

test('coverage is the mean of the nearest cosine, whatever number of dimensions and parts tells it', () => {
  for (const dimensions of [3, 16, 40]) {
    const table = makeVectorTable(300, dimensions);
    const random = seededRandom(dimensions, 'coverage');
    for (let row = 0; row < table.count; row++)
      // The first dimensions say most, as in a projection; a row is like the ones before it.
      setRow(
        table,
        row,
        Float32Array.from({ length: dimensions }, (_, i) => random.normal() / (1 + i / 8) + (row % 7)),
      );
    const probes = Int32Array.from({ length: 100 }, (_, i) => i);
    const chosen = Int32Array.from({ length: 150 }, (_, i) => 100 + i);
    const nearest = (row: number): number => Math.max(...[...chosen].map((one) => cosine(table, row, one)));
    const mean = [...probes].reduce((sum, row) => sum + nearest(row), 0) / probes.length;
    const none = nearestCosines(table, probes, new Int32Array(0));
    assert.equal(coverage([nearestCosines(table, probes, chosen)]), mean);
    const parts = [chosen.subarray(0, 40), chosen.subarray(40)];
    assert.equal(coverage([...parts.map((part) => nearestCosines(table, probes, part)), none]), mean);
    assert.equal(coverage([]), 0);
  }
});

test('a group of very many records is divided into cells that get its places in proportion', () => {
  const topics = ['large', 'small'];
  const drawn = Array.from({ length: 4000 }, (_, i) => ({
    index: i,
    topic: i % 10 === 0 ? 'small' : 'large',
    outcome: '',
    // Two thirds of them in the first cluster.
    cluster: Number(i % 3 === 0),
  }));
  const plan = planCells('topic', {
    survey: {
      topic: new Map([
        ['large', 3600],
        ['small', 400],
      ]),
      outcome: new Map(),
    },
    sample: drawn.filter((_, i) => i % 4 === 0),
    count: 4000,
    seed: 3,
    mostInCell: 1000,
  });
  const sizes = new Map<string, number>();
  for (const record of drawn) addTo(sizes, cellOf(plan, record), 1);
  const ofTopic = (name: string): string[] =>
    [...sizes.keys()].filter((cell) => JSON.parse(cell)[0] === name);
  assert.deepEqual(
    topics.map((name) => ofTopic(name).length),
    [5, 1],
  );
  for (const size of sizes.values()) assert.ok(size < 1200, `a cell of ${size}`);
  const places = placesByCell(sizes, 1000, 0.5);
  const placesOf = (name: string): number => ofTopic(name).reduce((sum, cell) => sum + places.get(cell)!, 0);
  assert.deepEqual([placesOf('large'), placesOf('small')], divideQuota([3600, 400], 1000, 0.5));
  for (const cell of ofTopic('large'))
    assert.ok(Math.abs(places.get(cell)! - (placesOf('large') * sizes.get(cell)!) / 3600) < 1);
  // A cluster that the sample has not seen is a cell too.
  const unseen = cellOf(plan, { index: 1, topic: 'large', outcome: '', cluster: 7 });
  assert.equal(sizes.has(unseen), false);
});

test('without topics the clusters are the groups, or all records are one', () => {
  const record = { index: 5, topic: 'a', outcome: 'yes', cluster: 3 };
  const plan = (by: 'cluster' | 'none' | 'outcome') =>
    planCells(by, {
      survey: { topic: new Map(), outcome: new Map([['yes', 9]]) },
      sample: [record],
      count: 9,
      seed: 1,
    });
  assert.deepEqual(
    (['cluster', 'none', 'outcome'] as const).map((by) => cellOf(plan(by), record)),
    ['["3"]', '[""]', '["yes"]'],
  );
  const topics = (labelled: number) => ({
    topic: new Map([
      ['', 10 - labelled],
      ['a', labelled],
    ]),
    outcome: new Map(),
  });
  assert.deepEqual(
    [4, 5].map((labelled) => groupingOf('topic', topics(labelled), 10)),
    ['cluster', 'topic'],
  );
});

test('sentiment: words, negation and strength; other languages are unknown', () => {
  const of = (text: string, language?: string): number | undefined => sentiment([hashWords(text)], language);
  const mood = (text: string): string => moodOf(of(text)!);
  assert.equal(mood('Thank you so much, that was really helpful and quick!'), 'positive');
  assert.equal(mood('This is terrible, I am furious and want a refund.'), 'negative');
  assert.equal(mood('I want to change my booking to Friday.'), 'neutral');
  assert.equal(mood("It isn't good and doesn't work, I am not happy."), 'negative');
  assert.ok(of('very bad')! < of('bad')!);
  assert.ok(of('not bad')! > 0);
  assert.equal(of('Das ist furchtbar', 'de'), undefined);
  assert.equal(of('这个东西太糟糕了'), undefined);
  assert.equal(of(''), undefined);
  assert.ok(of('awful', 'en-GB')! < 0);
});

test('distinct n-grams, vocabulary, evenness and ranks equal those of Python', () => {
  const { texts, vocabulary, ...shares } = golden<
    { texts: string[]; vocabulary: number } & Record<string, number>
  >('n-grams.json');
  const found = textStatistics(texts.map(hashWords));
  assert.equal(found.vocabulary, vocabulary);
  assert.equal(textStatistics(texts.map(hashWords), 7).words, 7);
  for (const n of ['distinct_1', 'distinct_2', 'distinct_3'] as const)
    assert.ok(Math.abs(found[n] - shares[n]!) < 1e-12);
  const { labels, evenness, values, ranks } = golden<{
    labels: number[];
    evenness: number;
    values: number[];
    ranks: number[];
  }>('topics.json');
  const set = emptySet();
  for (const [label, size] of labels.entries())
    for (let i = 0; i < size; i++) addRecord(set, { labels: { topic: String(label) }, numbers: {} });
  assert.ok(Math.abs(describeSet(set).categories['topic']!.evenness - evenness) < 1e-4);
  const tally: NumberTally = new Map();
  for (const value of values) addNumber(tally, value);
  const rankOf = rankShares(tally);
  values.forEach((value, i) =>
    assert.ok(Math.abs(rankOf.get(Math.round(value / tallyUnit))! - ranks[i]!) < 1e-5),
  );
});

test('sets that are added up are described as the whole, and like the sorted values themselves', () => {
  const random = seededRandom(5, 'sets');
  const records = Array.from({ length: 999 }, (_, i) => ({
    labels: { topic: `t${random.integer(5)}` },
    numbers: { words: random.integer(300), mood: i % 9 === 0 ? Number.NaN : random.normal() },
  }));
  const whole = emptySet();
  const parts = [emptySet(), emptySet(), emptySet()];
  for (const [i, record] of records.entries())
    for (const set of [whole, parts[i % 3]!]) addRecord(set, record);
  const sum = emptySet();
  for (const part of parts.toReversed()) addSet(sum, part);
  assert.deepEqual(describeSet(sum), describeSet(whole));
  const sorted = records
    .flatMap(({ numbers: { mood } }) => (Number.isNaN(mood) ? [] : [mood]))
    .sort((a, b) => a - b);
  const { known, mean, ...shares } = describeSet(whole).numbers['mood']!;
  assert.equal(known, sorted.length);
  assert.ok(Math.abs(mean - sorted.reduce((total, one) => total + one, 0) / known) < 1e-4);
  for (const [name, share] of [
    ['p10', 0.1],
    ['p50', 0.5],
    ['p90', 0.9],
  ] as const)
    assert.ok(Math.abs(shares[name] - sorted[Math.floor(share * known)]!) <= 1e-4, name);
});

test('words of scripts without spaces name a topic as a dictionary divides them', () => {
  const terms = emptyTermCounts();
  countTerms(terms, 'ฉันต้องการคืนเงินสินค้า 我想修改收货地址');
  for (const term of ['ต้องการ', 'สินค้า', '修改', '地址']) assert.ok(terms.counts.has(term), term);
});

test('the labels that are named for all are named for a part, whatever is frequent there', () => {
  const [all, part] = [emptySet(), emptySet()];
  for (let i = 0; i < 400; i++) {
    const one = { labels: { topic: `t${String(i % 100).padStart(2, '0')}` }, numbers: {} };
    addRecord(all, one);
    if (i % 100 >= 40) addRecord(part, one);
  }
  const [named, chosen] = [describeSet(all), describeSet(part, all)].map(
    ({ categories }) => categories['topic']!,
  );
  assert.deepEqual(Object.keys(chosen!.counts), Object.keys(named!.counts));
  assert.deepEqual([chosen!.counts['t39'], chosen!.counts['t40'], chosen!.others], [0, 4, 200]);
});

test('the funnel asks for shares of what was collected, never for less than the floor or more than there is', () => {
  const funnel = { basic: 0.7, quality: 0.4, diversity: 0.25, at_least: 2000 };
  assert.equal(targetOf(funnel, 'quality', { count: 560, collected: 800 }), 560);
  assert.equal(targetOf(funnel, 'quality', { count: 35_000, collected: 50_000 }), 20_000);
  assert.equal(targetOf(funnel, 'diversity', { count: 20_000, collected: 50_000 }), 12_500);
  assert.equal(targetOf(funnel, 'diversity', { count: 2400, collected: 6000 }), 2000);
  assert.equal(targetOf({ ...funnel, quality: 1 }, 'quality', { count: 9000, collected: 10_000 }), 9000);
});
