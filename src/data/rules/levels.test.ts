import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { seededRandom } from '../../base/random.ts';
import { writeJsonLines } from '../../formats/jsonl.ts';
import { curateConfig } from '../config.ts';
import { curate } from '../curate.ts';
import type { Example } from '../example.ts';
import type { LedgerEntry } from '../ledger.ts';
import type { CurateServices } from '../curation-services.ts';

const matters: Record<string, { ask: string[]; answer: string[] }> = {
  refund: {
    ask: 'refund invoice charged money billing twice amount statement'.split(' '),
    answer: 'refund invoice reversed statement amount corrected billing department'.split(' '),
  },
  parcel: {
    ask: 'parcel courier delivery tracking street address package late'.split(' '),
    answer: 'parcel courier tracking delivery depot tomorrow package address'.split(' '),
  },
  login: {
    ask: 'password login browser reset locked account email code'.split(' '),
    answer: 'password reset email link login browser code account'.split(' '),
  },
};

/** Conversations about three matters, 3 : 2 : 1; every fifth has a reply of one word. */
function conversations(count: number): Example[] {
  const random = seededRandom(2, 'conversations');
  const draw = (words: readonly string[], many: number): string =>
    Array.from({ length: many }, () => words[random.integer(words.length)]!).join(' ');
  const topics = ['refund', 'refund', 'refund', 'parcel', 'parcel', 'login'];
  return Array.from({ length: count }, (_, i) => {
    const topic = topics[i % 6]!;
    const { ask, answer } = matters[topic]!;
    const reply =
      i % 5 === 0 ? 'Ok' : `Please note that the ${draw(answer, 8)} is settled, case number ${i}.`;
    return {
      messages: [
        { role: 'system', content: 'S' },
        { role: 'user', content: `I need help, my ${draw(ask, 8)} is a terrible problem since day ${i}.` },
        { role: 'assistant', content: reply },
      ],
      meta: { id: `r${i}`, source: 's', topic, ...(i % 4 === 0 && { rating: i % 5 === 0 ? 1 : 5 }) },
    };
  });
}

type SetReport = {
  records: number;
  texts: { distinct_2: number; vocabulary: number };
  coverage: number;
  categories: Record<string, { counts: Record<string, number>; evenness: number }>;
};
type Report = {
  kept: number;
  target: number;
  comparison: { all: SetReport; chosen: SetReport; random: SetReport };
  components: Record<string, { known: number }>;
  at_the_cut: { id: string; kept: boolean; quality: number }[];
  clusters: { count: number };
  records: number;
  map: { name: string; x: number; y: number; records: number; kept: number }[];
  quota: { used: string };
};

async function run(examples: Example[], config: object, services: CurateServices = {}) {
  const warnings: string[] = [];
  const notes: string[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'attune-levels-'));
  const path = join(folder, 'in.jsonl');
  await writeJsonLines(path, examples);
  for (const name of ['out', 'work']) await mkdir(join(folder, name));
  await curate({
    config: curateConfig.parse({ min_characters: 0, ...config }),
    projectFolder: folder,
    examplesPaths: [path],
    outputFolder: join(folder, 'out'),
    workFolder: join(folder, 'work'),
    seed: 3,
    report: (event) => {
      if (event.type === 'warning') warnings.push(event.message);
      if (event.type === 'note') notes.push(event.message);
    },
    signal: new AbortController().signal,
    services,
  });
  const text = (name: string): string => readFileSync(join(folder, 'out', name), 'utf8');
  const lines = <T>(name: string): T[] =>
    text(name)
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as T);
  const report = (name: string): Report => JSON.parse(text(`${name}.json`)) as Report;
  return {
    kept: lines<Example>('examples.jsonl'),
    ledger: lines<LedgerEntry>('ledger.jsonl'),
    report,
    warnings,
    notes,
  };
}

const funnel = { quality: 0.5, diversity: 0.25, at_least: 0 };

test('a small set loses nothing to selection, and is told its scores, topics, mood and difficulty', async () => {
  const { kept, report, ledger, notes } = await run(conversations(120), {});
  assert.deepEqual(notes, [
    'all 120 conversations stay, whatever the score: the funnel chooses among 2,000 and more (curate.funnel.at_least)',
  ]);
  assert.equal(kept.length, 120);
  const [first] = kept;
  assert.equal(typeof first!.meta['quality'], 'number');
  assert.equal(typeof first!.meta['difficulty_rank'], 'number');
  assert.equal(first!.meta['sentiment'], 'negative');
  assert.equal(typeof first!.meta['cluster'], 'string');
  assert.deepEqual([report('quality').kept, report('diversity').kept], [120, 120]);
  const lowest = kept.map(({ meta }) => Number(meta['quality'])).sort((x, y) => x - y);
  const shown = report('quality').at_the_cut.map((one) => one.quality);
  assert.deepEqual(
    shown.sort((x, y) => x - y),
    lowest.slice(0, 5),
  );
  const scores = ledger.flatMap((entry) =>
    entry.id === 'r0' && entry.action === 'scored' ? [entry.scores!] : [],
  );
  assert.deepEqual(
    scores.map((one) => Object.keys(one).slice(0, 2)),
    [
      ['quality', 'satisfaction'],
      ['difficulty', 'sentiment'],
    ],
  );
});

test('the funnel leaves out the worst of every topic, keeps what stands for all, and compares both with chance', async () => {
  const { kept, report, ledger } = await run(conversations(600), { funnel });
  assert.equal(kept.length, 150);
  const quality = report('quality');
  assert.deepEqual([quality.target, quality.kept], [300, 300]);
  const share = (set: SetReport): number => set.categories['topic']!.counts['login']! / set.records;
  assert.ok(Math.abs(share(quality.comparison.chosen) - share(quality.comparison.all)) < 0.01);
  assert.ok(kept.every(({ messages }) => messages[2]!.content !== 'Ok'));
  assert.ok(quality.at_the_cut.some((one) => one.kept) && quality.at_the_cut.some((one) => !one.kept));
  const { comparison, clusters, quota } = report('diversity');
  assert.equal(quota.used, 'topic');
  assert.ok(clusters.count >= 2);
  assert.ok(Math.abs(share(comparison.chosen) - share(comparison.all)) < 0.01);
  assert.ok(comparison.chosen.coverage > comparison.random.coverage);
  assert.equal(comparison.chosen.records, comparison.random.records);
  const dropped = ledger.filter(({ action, rule }) => action === 'dropped' && rule === 'quality');
  assert.equal(dropped.length, 300);
  const reasons = Map.groupBy(dropped, ({ reason }) => reason!.replaceAll(/\d\.\d\d|weakest is \w+/g, '#'));
  assert.deepEqual(
    [...reasons].map(([reason, entries]) => [reason, entries.length]),
    [
      ['quality # is not among the best of its topic; # with #', 120],
      ['quality #, without a clear fault; others of its topic were drawn', 180],
    ],
  );
});

test('a balance gives small topics more places; good_enough 1 keeps the highest scores', async () => {
  const even = await run(conversations(600), { funnel, diversity: { quota: { balance: 0.5 } } });
  const { chosen, random } = even.report('diversity').comparison;
  assert.ok(chosen.categories['topic']!.evenness > random.categories['topic']!.evenness);
  const strict = await run(conversations(600), { funnel, quality: { good_enough: 1 } });
  const lowestKept = (one: Awaited<ReturnType<typeof run>>): number =>
    Math.min(...one.kept.map(({ meta }) => Number(meta['quality'])));
  assert.ok(lowestKept(strict) > lowestKept(even));
});

test('others stand for a record only where one of its cluster is kept', async () => {
  const { kept, ledger } = await run(conversations(300), {
    funnel: { quality: 1, diversity: 0.01, at_least: 0 },
    diversity: { clusters: 8 },
  });
  const names = new Set(kept.map(({ meta }) => String(meta['cluster'])));
  const reasons = ledger.flatMap(({ action, rule, reason }) =>
    action === 'dropped' && rule === 'diversity' ? [reason!] : [],
  );
  assert.equal(reasons.length, 300 - kept.length);
  assert.ok(names.size < 8);
  for (const reason of reasons) {
    const [, cluster] = /"(.+)"/.exec(reason)!;
    const expected = names.has(cluster!)
      ? `others of "${cluster}" stand for it`
      : `there is no place for "${cluster}"`;
    assert.equal(reason, expected);
  }
});

test('selection random keeps as many, and other ones', async () => {
  const best = await run(conversations(600), { funnel });
  const random = await run(conversations(600), { funnel, selection: 'random' });
  assert.equal(random.kept.length, best.kept.length);
  assert.notDeepEqual(
    random.kept.map(({ meta }) => meta.id),
    best.kept.map(({ meta }) => meta.id),
  );
  assert.ok(random.kept.some(({ messages }) => messages[2]!.content === 'Ok'));
  assert.deepEqual(best.notes, [
    '150 of 300 conversations are kept (curate.funnel): attune data compare-selection measures whether as many at random would do as well',
  ]);
});

test('without labels the clusters are the topics, and their names are words of the texts', async () => {
  const unlabelled = conversations(300).map(({ messages, meta: { id, source } }) => ({
    messages,
    meta: { id, source },
  }));
  const { kept, report } = await run(unlabelled, { funnel, diversity: { clusters: 3 } });
  assert.equal(report('diversity').quota.used, 'cluster');
  const names = new Set(kept.map(({ meta }) => String(meta['cluster'])));
  assert.equal(names.size, 3);
  const { map, records } = report('diversity');
  assert.deepEqual(new Set(map.map(({ name }) => name)), names);
  assert.equal(new Set(map.map(({ x }) => x)).size, 3);
  assert.equal(
    map.reduce((sum, cluster) => sum + cluster.records, 0),
    records,
  );
  for (const { name, kept: count } of map)
    assert.equal(kept.filter(({ meta }) => meta['cluster'] === name).length, count);
  for (const name of names)
    assert.ok(
      /refund|invoice|parcel|courier|password|login|billing|tracking|browser|reset|depot/.test(name),
      name,
    );
});

test('below min_score a record goes, whatever the funnel asks for', async () => {
  const { kept, ledger } = await run(conversations(100), {
    quality: { min_score: 0.82, weights: { satisfaction: 0 } },
  });
  assert.equal(kept.length, 80);
  assert.match(ledger.find(({ action }) => action === 'dropped')!.reason!, /is below min_score 0\.82/);
});

test('a knowledge base, a model, a judge and an encoder add components', async () => {
  const asked: number[] = [];
  const services: CurateServices = {
    passages: async () => [
      { text: 'The refund of an invoice is settled by the billing department within a week.' },
    ],
    lossOf: async (examples) =>
      examples.map(({ meta }) => (meta.id === 'r1' ? undefined : { given: 1, alone: 2 })),
    judge: async (_, passages) => {
      asked.push(passages.length);
      return asked.length === 1 ? undefined : { score: 0.5, reason: 'so so' };
    },
    embedder: {
      name: 'lengths',
      dimensions: 200,
      embed: async (texts) => {
        const rows = new Float32Array(texts.length * 200);
        texts.forEach((text, i) => (rows[i * 200 + (text.length % 200)] = 1));
        return rows;
      },
      close: async () => {},
    },
  };
  const { kept, report } = await run(conversations(40), {}, services);
  const { components } = report('quality');
  assert.equal(components['judge']!.known, 39);
  assert.equal(components['fluency']!.known, 39);
  assert.equal(components['support']!.known, 32);
  assert.equal(components['semantic_support']!.known, 32);
  assert.ok(asked.some((count) => count === 1));
  assert.equal(kept[2]!.meta['following_difficulty'], 0.5);
});

test('what a knowledge base of another language does not say is no fault', async () => {
  const spoken = conversations(40).map(({ messages, meta }, i) => ({
    messages,
    meta: { ...meta, ...(i < 20 && { language: i < 10 ? 'zh-TW' : 'en_GB' }) },
  }));
  const knownFor = async (languages: (string | undefined)[]): Promise<number | undefined> => {
    const passages = languages.map((language) => ({
      text: 'The refund of an invoice is settled by the billing department within a week.',
      ...(language !== undefined && { language }),
    }));
    const { report } = await run(
      spoken,
      { language: { enabled: false } },
      { passages: () => Promise.resolve(passages) },
    );
    return report('quality').components['support']?.known;
  };
  const all = await knownFor(['en', undefined]);
  assert.equal(await knownFor(['en', 'zh']), all);
  const english = await knownFor(['en', 'en-US']);
  assert.ok(english! < all! && english! > 0);
});

test('the same seed gives the same choice, whatever the size of the jobs', async () => {
  const [a, b] = await Promise.all([
    run(conversations(300), { funnel }),
    run(conversations(300), { funnel }),
  ]);
  assert.deepEqual(a.kept, b.kept);
});

test('outcomes that a topic decides are doubted, others are not', async () => {
  const examplesWith = (outcomeOf: (topic: string, i: number) => string): Example[] =>
    conversations(300).map((one, i) => ({
      ...one,
      meta: { ...one.meta, outcome: outcomeOf(one.meta.topic!, i) },
    }));
  const ofTopic = await run(
    examplesWith((topic) => (topic === 'login' ? 'no' : 'yes')),
    {},
  );
  assert.deepEqual(ofTopic.warnings, [
    '100 % of the failed outcomes come from login, with 17 % of the outcomes: they may say more about the matter than about the agent. If so, set curate.quality.weights.resolution to 0.',
  ]);
  assert.deepEqual(
    (
      await run(
        examplesWith((_, i) => (i % 7 === 0 ? 'no' : 'yes')),
        {},
      )
    ).warnings,
    [],
  );
  const unweighted = { quality: { weights: { resolution: 0 } } };
  assert.deepEqual(
    (
      await run(
        examplesWith((topic) => (topic === 'login' ? 'no' : 'yes')),
        unweighted,
      )
    ).warnings,
    [],
  );
});
