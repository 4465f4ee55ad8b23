import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fc } from '../../../test/support/properties.ts';
import { silent } from '../../base/progress.ts';
import { parseTimestamp } from '../../base/timestamp.ts';
import { makeSets } from '../../base/union-find.ts';
import { writeJsonLines } from '../../formats/jsonl.ts';
import { piiConfig } from '../config/pii.ts';
import { splitConfig } from '../config/split.ts';
import type { Example, ExampleMeta } from '../example.ts';
import type { LedgerEntry } from '../ledger.ts';
import { assignAtRandom, type SplitName, splitNames } from './assign.ts';
import { checkSplit } from './split-check.ts';
import { groupUnits, type SplitUnit } from './group-units.ts';
import { split } from './split.ts';

const shares = splitConfig.parse({});
const { signal } = new AbortController();

function makeExample(id: string, text: string, meta: Partial<ExampleMeta> = {}): Example {
  return {
    messages: [
      { role: 'system', content: id },
      { role: 'user', content: text },
      { role: 'assistant', content: 'ok' },
    ],
    meta: { id, source: 's', ...meta },
  };
}

async function run(examples: Example[], config: object = {}, files: Record<string, string> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'attune-split-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const outputFolder = join(folder, 'out');
  await writeJsonLines(join(folder, 'in.jsonl'), examples);
  const summary = await split({
    config: splitConfig.parse(config),
    pii: piiConfig.parse({}),
    projectFolder: folder,
    examplesPath: join(folder, 'in.jsonl'),
    outputFolder,
    seed: 5,
    report: silent,
    signal,
  });
  const read = <T>(name: string): T[] =>
    readFileSync(join(outputFolder, name), 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as T);
  const splitOf = new Map<string, SplitName>();
  for (const name of splitNames)
    for (const { meta } of read<Example>(`${name}.jsonl`)) splitOf.set(meta.id, name);
  return { outputFolder, summary, splitOf, read };
}

const assign = (units: readonly SplitUnit[], seed: number): SplitName[] =>
  assignAtRandom(groupUnits(units, makeSets(units.length)), shares, seed);

test('80/10/10 overall and in every topic, and the same for any order of the examples', async () => {
  const examples = Array.from({ length: 300 }, (_, i) =>
    makeExample(`e${i}`, `text ${i}`, { topic: i % 3 === 0 ? 'rare' : 'common' }),
  );
  const { summary, splitOf, outputFolder } = await run(examples);
  assert.deepEqual(summary, {
    examples: 300,
    train: 240,
    validation: 30,
    test: 30,
    by: 'random',
    stratify: 'topic',
    groups: 300,
    strata: 2,
  });
  const report = JSON.parse(readFileSync(join(outputFolder, 'split.json'), 'utf8')) as {
    strata: object;
    checked: object;
  };
  assert.deepEqual(report.strata, {
    common: { train: 160, validation: 20, test: 20 },
    rare: { train: 80, validation: 10, test: 10 },
  });
  assert.deepEqual(report.checked, { examples: 300, conversations: 300, contents: 300 });
  assert.deepEqual(readdirSync(outputFolder).sort(), [
    'split.json',
    'test.jsonl',
    'train.jsonl',
    'validation.jsonl',
  ]);
  const reversed = await run(examples.toReversed());
  assert.deepEqual([...reversed.splitOf].sort(), [...splitOf].sort());
});

test('conversations and duplicates stay whole, through chains of both', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ conversation: fc.nat(40), content: fc.nat(60), stratum: fc.nat(4) }), {
        minLength: 1,
        maxLength: 120,
      }),
      fc.nat(1000),
      (rows, seed) => {
        const units = rows.map((row, i): SplitUnit => ({
          id: `u${i}`,
          conversation: `${row.conversation}`,
          content: `${row.content}`,
          stratum: `${row.stratum}`,
        }));
        const assigned = assign(units, seed);
        for (const key of ['conversation', 'content'] as const) {
          const splitOf = new Map<string, string>();
          units.forEach((unit, i) => {
            if (!splitOf.has(unit[key])) splitOf.set(unit[key], assigned[i]!);
            assert.equal(splitOf.get(unit[key]), assigned[i]);
          });
        }
      },
    ),
  );
});

test('without duplicates the whole is in proportion to within one, whatever the topics', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(30), { minLength: 10, maxLength: 300 }), fc.nat(1000), (topics, seed) => {
      const units = topics.map((topic, i): SplitUnit => ({
        id: `u${i}`,
        conversation: `${i}`,
        content: `${i}`,
        stratum: `${topic}`,
      }));
      const assigned = assign(units, seed);
      for (const name of splitNames) {
        const count = assigned.filter((one) => one === name).length;
        assert.ok(
          Math.abs(count - units.length * shares[name]) < 1.5 + units.length * 0.005,
          `${name} ${count} of ${units.length}`,
        );
      }
    }),
  );
});

test('a topic of one or two starts in train while it can, and topics of one alone are split as a whole', () => {
  const unit = (i: number, stratum: string): SplitUnit => ({
    id: `u${i}`,
    conversation: `${i}`,
    content: `${i}`,
    stratum,
  });
  const mixed = [...Array(100).keys()].map((i) => unit(i, i === 0 ? 'one' : i < 3 ? 'two' : 'many'));
  for (let seed = 0; seed < 20; seed++) {
    const assigned = assign(mixed, seed);
    assert.equal(assigned[0], 'train');
    assert.ok(assigned.slice(1, 3).includes('train'));
    assert.equal(assigned.filter((name) => name === 'test').length, 10);
  }
  const alone = [...Array(50).keys()].map((i) => unit(i, `topic ${i}`));
  const assigned = assign(alone, 1);
  assert.deepEqual(
    splitNames.map((name) => assigned.filter((one) => one === name).length),
    [40, 5, 5],
  );
});

test('too few examples are refused with the numbers', async () => {
  const examples = [1, 2, 3].map((i) => makeExample(`e${i}`, `text ${i}`));
  await assert.rejects(run(examples), {
    code: 'data',
    message: /3 examples leave nothing for validation and test \(train 3, validation 0, test 0\)/,
  });
});

const words = (count: number, from: number): string =>
  Array.from({ length: count }, (_, i) => `w${from + i}`).join(' ');

test('near-duplicates stay in one split, with other preferences and in chains too', async () => {
  const examples = Array.from({ length: 240 }, (_, i) => {
    const family = i % 60;
    // Each of a family is similar to the next; the first and the last are not.
    const text = words(40, 1000 * family + 2 * Math.floor(i / 60));
    return makeExample(`e${i}`, text, { rating: i < 60 ? 'up' : 'down' });
  });
  const { splitOf, summary } = await run(examples);
  assert.equal(summary['groups'], 60);
  for (let i = 60; i < 240; i++) assert.equal(splitOf.get(`e${i}`), splitOf.get(`e${i % 60}`));
});

test('by time the newest are tested on, and a group goes where its newest member does', async () => {
  const day = (i: number): string => new Date(Date.UTC(2024, 0, 1 + i)).toISOString();
  const examples = Array.from({ length: 100 }, (_, i) => {
    const n = (i * 37) % 100;
    return makeExample(`e${String(n).padStart(2, '0')}`, words(30, 100 * n), {
      createdAt: n === 50 ? undefined : day(n),
      conversation: n === 0 || n === 99 ? 'long' : undefined,
    });
  });
  const { splitOf, summary, read } = await run(examples, { by: 'time' });
  const inSplit = (name: SplitName): string[] =>
    [...splitOf]
      .filter(([, one]) => one === name)
      .map(([id]) => id)
      .sort();
  assert.equal(splitOf.get('e00'), 'test');
  assert.deepEqual(inSplit('test'), ['e00', 'e91', 'e92', 'e93', 'e94', 'e95', 'e96', 'e97', 'e98', 'e99']);
  assert.deepEqual(
    inSplit('validation'),
    Array.from({ length: 10 }, (_, i) => `e${81 + i}`),
  );
  assert.equal(summary['undated'], 1);
  const [entry] = read<LedgerEntry>('ledger.jsonl');
  assert.deepEqual([entry?.id, entry?.action, entry?.reason], ['e50', 'kept', 'no date: in train']);
  await assert.rejects(
    run(
      examples.map(({ messages, meta }) => ({ messages, meta: { ...meta, createdAt: 'soon' } })),
      { by: 'time' },
    ),
    {
      message: /100 of 100 examples have no date in meta\.createdAt \(e00, e37, e74, \.\.\.\)/,
    },
  );
});

test('a split by time is refused where all have one date', async () => {
  const of = (createdAt: (i: number) => string): Example[] =>
    Array.from({ length: 40 }, (_, i) =>
      makeExample(`e${i}`, words(30, 100 * i), { createdAt: createdAt(i) }),
    );
  await assert.rejects(
    run(
      of(() => '2024-02-29'),
      { by: 'time' },
    ),
    { message: /all 40 examples have the same date in meta\.createdAt \(2024-02-29T00:00:00\.000Z\)/ },
  );
  const { summary } = await run(
    of((i) => (i < 20 ? '2024-02-28' : '1709211907')),
    { by: 'time' },
  );
  assert.deepEqual([summary['train'], summary['validation'], summary['test']], [32, 4, 4]);
});

test('dates are read alike everywhere, and nonsense is none', () => {
  for (const [text, time] of [
    ['2024-02-29', Date.UTC(2024, 1, 29)],
    ['2024-02', Date.UTC(2024, 1, 1)],
    ['2024-02-29 13:05', Date.UTC(2024, 1, 29, 13, 5)],
    ['2024-02-29T13:05:07.123456Z', Date.UTC(2024, 1, 29, 13, 5, 7)],
    ['2024-02-29T13:05:07+05:30', Date.UTC(2024, 1, 29, 7, 35, 7)],
    ['0099-01-01', Date.parse('0099-01-01T00:00:00Z')],
    ['1709211907', Date.UTC(2024, 1, 29, 13, 5, 7)],
    ['1709211907.25', Date.UTC(2024, 1, 29, 13, 5, 7)],
    ['1709211907123', Date.UTC(2024, 1, 29, 13, 5, 7)],
  ] as const)
    assert.equal(parseTimestamp(text), time, text);
  for (const text of [
    '',
    'now',
    '2023-02-29',
    '2024-13-01',
    '12/31/2024',
    '2024-01-01T25:00',
    '2024-01-00',
    '20240229',
  ])
    assert.equal(parseTimestamp(text), undefined, text);
});

test('synthetic examples are trained on only, and not where what they are made from is tested with', async () => {
  const real = Array.from({ length: 50 }, (_, i) => makeExample(`r${i}`, `real text ${i}`));
  const made = Array.from({ length: 100 }, (_, i) => {
    const meta = { synthetic: true, conversation: i < 80 ? `r${i % 50}` : `page ${i}` };
    return makeExample(`s${i}`, `written by a model ${i}`, meta);
  });
  const alone = await run(real);
  const { splitOf, summary, read } = await run([...real, ...made]);
  for (const { meta } of real)
    assert.equal(splitOf.get(meta.id), alone.splitOf.get(meta.id), 'placed as without');
  const leftOut = made.filter(({ meta }) => {
    const expected = meta.conversation!.startsWith('page') ? 'train' : splitOf.get(meta.conversation!);
    assert.equal(splitOf.get(meta.id), expected === 'train' ? 'train' : undefined);
    return expected !== 'train';
  });
  assert.ok(leftOut.length >= 10);
  assert.deepEqual([summary['synthetic'], summary['synthetic_left_out']], [100, leftOut.length]);
  const ledger = read<LedgerEntry>('ledger.jsonl');
  assert.deepEqual(ledger.map(({ id }) => id).sort(), leftOut.map(({ meta }) => meta.id).sort());
  assert.match(ledger[0]!.reason!, /made from, or nearly the same as/);
  const everywhere = await run([...real, ...made], { synthetic: 'everywhere' });
  assert.ok(made.some(({ meta }) => everywhere.splitOf.get(meta.id) === 'test'));
  assert.equal(everywhere.splitOf.size, 150);
});

test('by time synthetic examples need no date', async () => {
  const real = Array.from({ length: 30 }, (_, i) =>
    makeExample(`r${i}`, `real text ${i}`, { createdAt: `2026-01-${String(i + 1).padStart(2, '0')}` }),
  );
  const made = real.map(({ meta }, i) =>
    makeExample(`s${i}`, `written by a model ${i}`, { synthetic: true, conversation: meta.id }),
  );
  const { splitOf, summary, read } = await run([...real, ...made], { by: 'time' });
  assert.deepEqual([summary['undated'], summary['train'], summary['test']], [0, 48, 3]);
  assert.equal(splitOf.get('s0'), 'train');
  assert.equal(splitOf.get('s29'), undefined);
  assert.equal(read<LedgerEntry>('ledger.jsonl').length, 6);
});

test('what holds a benchmark’s question is left out of train, and told', async () => {
  const question =
    'Which of these cities is the capital of the country that has the longest coast line of all?';
  const close = 'A farmer has twelve cows and sells four of them at the market on Monday morning for cash';
  const examples = Array.from({ length: 60 }, (_, i) => {
    if (i === 7) return makeExample('copy', `Hi! ${question.toUpperCase()} Thanks`);
    if (i === 9) return makeExample('close', `${close} only`);
    if (i === 11)
      return makeExample('short', 'Well, name the three largest moons of the planet Jupiter now.');
    return makeExample(`e${i}`, words(30, 100 * i));
  });
  const { splitOf, summary, read } = await run(
    examples,
    // So that all three are in train.
    { train: 0.96, validation: 0.02, test: 0.02, benchmarks: ['b.jsonl', 'b.csv', 'b.json'] },
    {
      'b.jsonl': `${JSON.stringify({ question, options: ['Paris', 'Ottawa'] })}\n`,
      'b.csv': `"${close}",A\nyes,no\n`,
      'b.json': JSON.stringify([{ q: { text: 'name the three largest moons of the planet jupiter' } }]),
    },
  );
  assert.equal(summary['benchmark_texts'], 3);
  assert.equal(summary['left_out_for_benchmarks'], 3);
  for (const id of ['copy', 'close', 'short']) assert.equal(splitOf.get(id), undefined, id);
  assert.deepEqual(
    read<LedgerEntry>('ledger.jsonl').map(({ id, action, rule, reason }) => [id, action, rule, reason]),
    [
      ['copy', 'dropped', 'benchmarks', 'shares 13 words in a row with b.jsonl:1'],
      ['close', 'dropped', 'benchmarks', 'shares 13 words in a row with b.csv:1'],
      ['short', 'dropped', 'benchmarks', 'shares 9 words in a row with b.json'],
    ],
  );
  await assert.rejects(run(examples, { benchmarks: ['b.csv'] }, { 'b.csv': 'a,b\n' }), {
    message: /b\.csv: no text of 8 words or more/,
  });
  await assert.rejects(run(examples, { benchmarks: ['b.pdf'] }, { 'b.pdf': '' }), {
    message: /none of \.jsonl/,
  });
  await assert.rejects(run(examples, { benchmarks: ['b.json'] }, { 'b.json': '{' }), {
    message: /cannot be read: not valid JSON/,
  });
});

test('the check finds what is in two splits from the files alone', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'attune-check-'));
  const options = { similarity: 0.8, by: 'random', signal } as const;
  const write = async (validation: Example): Promise<void> => {
    await writeJsonLines(join(folder, 'train.jsonl'), [
      makeExample('a', `one ${words(30, 0)}`),
      makeExample('b', 'two', { conversation: 'c' }),
    ]);
    await writeJsonLines(join(folder, 'validation.jsonl'), [validation]);
    await writeJsonLines(join(folder, 'test.jsonl'), [makeExample('z', 'nine', { createdAt: '2024-05-01' })]);
  };
  await write(makeExample('d', 'three'));
  assert.deepEqual(await checkSplit(folder, options), {
    checked: { examples: 4, conversations: 4, contents: 4 },
    similar: [],
  });
  await write(makeExample('d', 'three', { conversation: 'c' }));
  await assert.rejects(checkSplit(folder, options), {
    message: /the conversation c is in validation and in train/,
  });
  await write(makeExample('d', ' TWO '));
  await assert.rejects(checkSplit(folder, options), {
    message: /b in train has the same content as d in validation/,
  });
  await write(makeExample('a', 'four'));
  await assert.rejects(checkSplit(folder, options), { message: /the example a stands twice/ });
  await write(makeExample('d', `two ${words(30, 0)}`));
  const { similar } = await checkSplit(folder, options);
  assert.deepEqual(
    similar.map(({ ids, splits }) => [ids, splits]),
    [
      [
        ['a', 'd'],
        ['train', 'validation'],
      ],
    ],
  );
  await write(makeExample('d', 'three', { createdAt: '2024-06-01' }));
  await assert.rejects(checkSplit(folder, { ...options, by: 'time' }), {
    message: /validation goes to 2024-06-01, later than test \(2024-05-01\)/,
  });
  assert.ok(!existsSync(join(folder, 'scratch')));
});
