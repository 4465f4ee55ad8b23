import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { writeJsonLines } from '../../formats/jsonl.ts';
import { curateConfig } from '../config.ts';
import { curate } from '../curate.ts';
import { diffExamples } from '../diff-examples.ts';
import type { Example } from '../example.ts';
import { explain } from '../explain-record.ts';
import { addToProfile, emptyProfile, nameCommonest } from './profile.ts';
import type { CurationReport } from './report.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-report-'));
const [collectFolder, curateFolder] = [join(folder, 'collect'), join(folder, 'curate')];
after(() => rmSync(folder, { recursive: true, force: true }));

const secret = 'maria.gonzalez@private.example';
const record = (id: string, user: string, assistant: string, meta: object = {}): Example => ({
  messages: [
    { role: 'user', content: user },
    { role: 'assistant', content: assistant },
  ],
  meta: { id, source: 'chats.jsonl', place: `chats.jsonl:${id.slice(1)}`, ...meta },
});
const examples = [
  record(
    'r1',
    `<b>Where</b> is my order? Write to ${secret}`,
    'It was sent this morning and comes tomorrow.',
    { topic: 'order' },
  ),
  record('r2', 'hi', 'yo'),
  record(
    'r3',
    'I cannot log in with my new phone, what now?',
    'Please reset the password first. <i>Then</i> it works.',
    {
      topic: 'login',
    },
  ),
];
const html = (): string => readFileSync(join(curateFolder, 'report.html'), 'utf8');
const json = (): CurationReport =>
  JSON.parse(readFileSync(join(curateFolder, 'report.json'), 'utf8')) as CurationReport;

before(async () => {
  await mkdir(collectFolder);
  await mkdir(curateFolder);
  await writeJsonLines(join(collectFolder, 'examples.jsonl'), examples);
  await writeJsonLines(
    join(collectFolder, 'ledger.jsonl'),
    examples.map(({ meta }) => ({
      action: 'kept',
      rule: 'collect',
      id: meta.id,
      source: meta.source,
      place: meta.place,
    })),
  );
  await curate({
    config: curateConfig.parse({}),
    projectFolder: folder,
    examplesPaths: [join(collectFolder, 'examples.jsonl')],
    outputFolder: curateFolder,
    workFolder: join(folder, 'work'),
    seed: 1,
    report: () => {},
    signal: new AbortController().signal,
  });
});

test('the report counts what came in and what was kept', () => {
  const { collected, kept, funnel } = json();
  assert.deepEqual([collected.records, kept.records], [3, 2]);
  assert.deepEqual(collected.categories.topic, { order: 1, unknown: 1, login: 1 });
  assert.deepEqual(kept.categories.topic, { order: 1, login: 1 });
  assert.equal(funnel[0]!.in, 3);
  assert.equal(funnel.at(-1)!.out, 2);
});

test('each reason is shown with records, before and after', () => {
  const { reasons } = json();
  const cleaned = reasons.find(({ rule }) => rule === 'normalise');
  assert.equal(cleaned?.count, 2);
  assert.deepEqual(cleaned.examples[1], {
    id: 'r3',
    place: 'chats.jsonl:3',
    reason: 'took off markup in 1 text',
    before: 'Please reset the password first. <i>Then</i> it works.',
    after: 'Please reset the password first. Then it works.',
  });
  const short = reasons.find(({ rule }) => rule === 'min_characters');
  assert.deepEqual([short?.action, short?.count, short?.kind], ['dropped', 1, 'fewer than 50 characters']);
});

test('where no two say the same there is a sentence and no empty table', () => {
  assert.match(html().replace(/\s+/g, ' '), /Of 2 conversations none says nearly the same as another/);
  assert.doesNotMatch(html(), /Least similar/);
});

test('the levels stand beside their targets, and a choice beside chance; where nothing was chosen nothing is said', async () => {
  const whole = json();
  assert.deepEqual(whole.levels, [
    { level: 'basic', target: 0.7, share: 2 / 3, records: 2 },
    { level: 'quality', target: 0.4, share: 2 / 3, records: 2 },
    { level: 'diversity', target: 0.25, share: 2 / 3, records: 2 },
  ]);
  assert.doesNotMatch(html(), /Selection against chance/);

  const cut = join(folder, 'cut');
  await mkdir(cut);
  const many = Array.from({ length: 40 }, (_one, i) =>
    record(
      `r${i}`,
      `Where is parcel number ${i}, and when does it arrive?`,
      `It arrives ${'very '.repeat(i % 4)}soon at ${i}.`,
    ),
  );
  await writeJsonLines(join(cut, 'in.jsonl'), many);
  await curate({
    config: curateConfig.parse({
      deduplicate: { near: { enabled: false } },
      funnel: { quality: 0.5, diversity: 0.2, at_least: 0 },
    }),
    projectFolder: folder,
    examplesPaths: [join(cut, 'in.jsonl')],
    outputFolder: cut,
    workFolder: join(folder, 'work-cut'),
    seed: 1,
    report: () => {},
    signal: new AbortController().signal,
  });
  const { levels } = JSON.parse(readFileSync(join(cut, 'report.json'), 'utf8')) as CurationReport;
  assert.deepEqual(
    levels.map(({ level, share }) => [level, share]),
    [
      ['basic', 1],
      ['quality', 0.5],
      ['diversity', 0.2],
    ],
  );
  const page = readFileSync(join(cut, 'report.html'), 'utf8');
  assert.match(
    page,
    /Selection against chance[^]*By quality: 20 of 40[^]*vocabulary[^]*By diversity: 8 of 20[^]*coverage/,
  );
});

test('what was left out is shown by what was said, and languages and moods are known before as well', () => {
  const { reasons, collectedSample } = json();
  const short = reasons.find(({ rule }) => rule === 'min_characters');
  assert.equal(short?.examples[0]?.said, 'customer: hi\nagent: yo');
  assert.equal(collectedSample.records, 3);
  assert.equal(collectedSample.sentiment['neutral'], 3);
  assert.deepEqual(
    reasons.map(({ rule }) => rule),
    ['normalise', 'min_characters', 'pii'],
  );
});

/** What curation writes of these records. */
async function curated(
  name: string,
  records: Example[],
  config: object,
): Promise<{ page: string; read: CurationReport }> {
  const outputFolder = join(folder, name);
  await mkdir(outputFolder);
  await writeJsonLines(join(outputFolder, 'in.jsonl'), records);
  await curate({
    config: curateConfig.parse(config),
    projectFolder: folder,
    examplesPaths: [join(outputFolder, 'in.jsonl')],
    outputFolder,
    workFolder: join(folder, `work-${name}`),
    seed: 1,
    report: () => {},
    signal: new AbortController().signal,
  });
  const text = (file: string): string => readFileSync(join(outputFolder, file), 'utf8');
  return {
    page: text('report.html').replaceAll(/\s+/g, ' '),
    read: JSON.parse(text('report.json')) as CurationReport,
  };
}

test('a cluster that is left alone is told as such, with the member that is least like the keeper', async () => {
  const words = Array.from({ length: 60 }, (_, i) => `word${i}`);
  const records = Array.from({ length: 70 }, (_, i) =>
    record(
      `r${i}`,
      // 9 of 10 differ in one place, the others in two.
      words
        .map((word, at) => (at === 20 ? `other${i}` : at === 50 && i % 10 === 3 ? 'else' : word))
        .join(' '),
      'It was sent this morning and comes tomorrow.',
    ),
  );
  const options = { quality: { enabled: false }, diversity: { enabled: false } };
  const alone = await curated('alone', records, options);
  assert.match(
    alone.page,
    /Of 70 conversations 70 say nearly the same and are too many to leave out, in one cluster of 70 \(/,
  );
  assert.match(alone.page, /Nothing is cut to the target of the basic rules\. <\/p>/);
  const [cluster] = alone.read.nearDuplicates!.shown;
  assert.equal(cluster!.members.length, 20);
  assert.equal(cluster!.members.at(-1)!.similarity, cluster!.lowest_similarity);
  assert.ok(cluster!.lowest_similarity < cluster!.members[0]!.similarity);
  assert.equal(alone.read.kept.records, 70);

  const gone = await curated('gone', records, { ...options, deduplicate: { near: { largest_share: 1 } } });
  assert.match(gone.page, /69 say nearly the same as one that was kept, in one cluster of 70 \(/);
  assert.deepEqual([gone.read.kept.records, gone.read.nearDuplicates!.left_alone], [1, 0]);
});

test('where nothing was changed there are no reasons, and what nobody knows has no mean', async () => {
  const records = Array.from({ length: 40 }, (_, i) =>
    record(
      `r${i}`,
      `请问第${i}号包裹现在在哪里？`.repeat(2),
      `您的包裹${i}预计在${i % 9}天之内送到您的家里。`,
      {
        topic: String(i % 2 === 0 ? i % 8 : 10),
      },
    ),
  );
  const { page } = await curated('chinese', records, {
    deduplicate: { near: { enabled: false } },
    macros: { enabled: false },
    language: { enabled: false },
    diversity: { enabled: true },
    quality: { enabled: false },
    funnel: { diversity: 0.5, at_least: 1 },
  });
  assert.match(page, /not below 1 record \(curate\.funnel\.at_least\)/);
  assert.match(page, /mean sentiment<\/th> <td>unknown<\/td>/);
  // The most frequent first, though an object has keys that are numbers in their own order.
  assert.match(page, /<h4>topic<\/h4>.{0,500}?<title>10<\/title>.{0,500}?<title>0<\/title>/);
  const { page: still } = await curated('still', records.slice(0, 3), {
    macros: { enabled: false },
    language: { enabled: false },
  });
  assert.match(still, /No record was changed, and none was left out\./);
});

test('personal data is in no file of the stage', () => {
  for (const name of ['report.html', 'report.json', 'examples.jsonl', 'ledger.jsonl'])
    assert.ok(!readFileSync(join(curateFolder, name), 'utf8').includes(secret), name);
  assert.match(html(), /\[EMAIL/);
});

test('the page needs nothing from elsewhere, and text is escaped', () => {
  assert.doesNotMatch(html(), /<script|src=|href=|url\(|@import/);
  assert.match(html(), /&lt;b&gt;Where&lt;\/b&gt;/);
});

test('of very many topics the same are named before and after, and none is counted under a name of its own', () => {
  const [collected, kept] = [emptyProfile(), emptyProfile()];
  const topics = ['constructor', '__proto__', 'other', 'unknown', '10'];
  for (let i = 0; i < 3000; i++)
    for (let n = 0; n < (i < 40 ? 3 : 1); n++) {
      const topic = topics[i] ?? `topic ${i}`;
      const one = record(`t${i}`, 'a', 'b', { topic });
      addToProfile(collected, one);
      if (n === 0 && i % 2 === 1) addToProfile(kept, one);
    }
  nameCommonest(collected, kept);
  const [before, after] = [collected.categories.topic, kept.categories.topic];
  assert.equal(Object.keys(before).length, 501);
  assert.deepEqual([before['constructor'], before['__proto__'], before['other'], before['10']], [3, 3, 3, 3]);
  assert.deepEqual([after['constructor'], after['__proto__'], after['unknown']], [undefined, 1, 1]);
  const sum = (counts: Record<string, number>): number => Object.values(counts).reduce((a, b) => a + b, 0);
  assert.deepEqual([sum(before), sum(after)], [3080, 1500]);
  assert.equal(before['(others)'], 3080 - 3 * 40 - 460);
  for (const name of Object.keys(after)) assert.ok(name in before, name);
});

test("explain tells a record's story, by id and by place", async () => {
  const folders = { collect: collectFolder, curate: curateFolder };
  const story = await explain('r2', folders);
  assert.deepEqual(
    story?.events.map(({ stage, rule, action }) => `${stage} ${rule} ${action}`),
    ['collect collect kept', 'curate min_characters dropped'],
  );
  assert.equal(story.curated, undefined);
  assert.equal((await explain('chats.jsonl:3', folders))?.id, 'r3');
  assert.equal(await explain('r9', folders), undefined);
});

test('diff tells what came, went and changed', async () => {
  const [a, b] = [join(folder, 'a.jsonl'), join(folder, 'b.jsonl')];
  const [one, two, three] = examples as [Example, Example, Example];
  await writeJsonLines(a, [one, two, three]);
  await writeJsonLines(b, [
    one,
    { ...two, meta: { ...two.meta, id: 'renamed' } },
    { ...three, messages: two.messages },
    record('new', 'x', 'y'),
  ]);
  const { same, renamed, changed, added, removed } = await diffExamples([a], [b]);
  assert.deepEqual(
    { same, renamed, changed, added, removed },
    {
      same: 1,
      renamed: 1,
      changed: { count: 1, ids: ['r3'] },
      added: { count: 1, ids: ['new'] },
      removed: { count: 0, ids: [] },
    },
  );
});
