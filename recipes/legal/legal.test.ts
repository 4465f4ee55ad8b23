import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fc } from '../../test/support/properties.ts';
import { silent } from '../../src/base/progress.ts';
import { collect } from '../../src/data/collect.ts';
import { loadExamples } from '../../src/data/read-examples.ts';
import { loadProject } from '../../src/pipeline/load-project.ts';
import { contractRecords } from './contracts.ts';
import { parsePythonList } from './python-list.ts';
import { statuteRecords } from './statutes.ts';
import { wordCounter } from './word-counter.ts';

test('a Python list of texts is read as Python reads it', () => {
  assert.deepEqual(parsePythonList(`['8th day', "it's", 'a "b"', 'x\\'y', '\\u4e2d\\x41\\n', ]`), [
    '8th day',
    "it's",
    'a "b"',
    "x'y",
    '中A\n',
  ]);
  assert.deepEqual(parsePythonList('[]'), []);
  for (const wrong of ['', 'x', "['a'", "['a' 'b']", '[a]', "['\\xzz']"])
    assert.throws(() => parsePythonList(wrong), SyntaxError, wrong);
  const literal = (text: string): string =>
    `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`;
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' })), (texts) => {
      assert.deepEqual(parsePythonList(`[${texts.map(literal).join(', ')}]`), texts);
    }),
  );
});

test('a clause is named once a contract, of kinds that many have, and the law is read from other contracts', () => {
  const insurance = 'Each party shall keep insurance against what it may owe to others under this Agreement.';
  const lawOf = (state: string): string => `This Agreement is governed by the laws of the State of ${state}.`;
  const contracts = Array.from({ length: 103 }, (_, i) => ({
    name: `contract ${i}`,
    governingLaw: i === 0 ? 'Nevada' : 'Ohio',
    clauses: new Map([
      ['Governing Law', [lawOf('Nevada'), lawOf('Ohio')]],
      ['Insurance', i < 99 ? [insurance] : []],
      // Two labels: either name would be right.
      ['Audit Rights', [lawOf('Nevada'), 'The books may be looked at once a year.']],
    ]),
  }));
  const records = contractRecords(contracts);
  const asked = records.filter(({ task }) => task === 'law');
  const named = records.filter(({ task }) => task === 'name');
  assert.deepEqual(
    [...Map.groupBy(named, ({ output }) => output)].map(([kind, all]) => [kind, all.length]),
    [
      ['Governing Law', 100],
      ['Audit Rights', 100],
    ],
  );
  assert.ok(named.every(({ input, output }) => input.includes('Ohio') === (output === 'Governing Law')));
  assert.equal(new Set(records.map(({ source, category }) => `${source} ${category}`)).size, records.length);
  assert.ok(asked.length >= 2 && asked.every(({ output }) => output === 'Ohio'));
});

test('a paragraph is whole, and does not name the statute that is asked for', () => {
  const paragraph = (number: number, text: string) => ({
    law: '中华人民共和国公司法(2023-12-29)',
    article: '第一条',
    number,
    text,
  });
  const records = statuteRecords([
    paragraph(1, '为了规范公司的组织和行为，保护公司和股东的合法权益，制定公司法。'),
    paragraph(2, '公司是企业法人，有独立的法人财产，享有法人财产权，承担责任。'),
    paragraph(3, '公司应当自作出决议之日起通知债权人，公告下列各项重要的事项：'),
    paragraph(4, '法律另有规定的，从其规定。'),
  ]);
  assert.deepEqual(
    records.map(({ id, output, source }) => [id, output, source]),
    [['公司法/第一条/2', '公司法', '中华人民共和国法律: 中华人民共和国公司法(2023-12-29)']],
  );
});

test('counting words tells texts apart by their words, or pairs of characters, and else says the most frequent', () => {
  const label = wordCounter([
    { text: 'The insurer pays the premium.', label: 'insurance' },
    { text: 'The court hears the plaintiff.', label: 'court' },
    { text: '船舶的船长', label: 'sea' },
    { text: 'Ships at sea.', label: 'sea' },
  ]);
  assert.deepEqual(['premium', 'COURT', '船长', '长船', ''].map(label), [
    'insurance',
    'court',
    'sea',
    'sea',
    'sea',
  ]);
});

test('the records are read as instruction, input and output, with their category as topic', async () => {
  const { config } = await loadProject(join(import.meta.dirname, 'attune.yaml'));
  const outputFolder = mkdtempSync(join(tmpdir(), 'attune-legal-'));
  const summary = await collect({
    config: config.collect,
    projectFolder: import.meta.dirname,
    outputFolder,
    seed: config.seed,
    report: silent,
    signal: new AbortController().signal,
  });
  assert.deepEqual(summary, {
    in: 2362,
    kept: 2362,
    bad: 0,
    sources: {
      './data/contracts.jsonl': { in: 1462, kept: 1462, bad: 0 },
      './data/statutes.jsonl': { in: 900, kept: 900, bad: 0 },
    },
  });
  const examples = await loadExamples(join(outputFolder, 'examples.jsonl'));
  assert.equal(new Set(examples.map(({ meta }) => meta.id)).size, 2362);
  assert.equal(
    new Set(examples.filter(({ meta }) => meta.language === 'en').map(({ meta }) => meta.topic)).size,
    12,
  );
  for (const { messages, meta } of examples) {
    assert.deepEqual(
      messages.map(({ role }) => role),
      ['system', 'user', 'assistant'],
    );
    assert.equal(meta.topic, meta['category']);
    assert.match(String(meta['original_source']), /^(?:CUAD v1|中华人民共和国法律): /);
    assert.equal(/\p{Script=Han}/u.test(messages[0]!.content), meta.language === 'zh');
    if (meta['task'] !== 'name') assert.ok(messages[1]!.content.includes(messages[2]!.content), meta.id);
  }
  const text = readFileSync(join(import.meta.dirname, 'data/contracts.jsonl'), 'utf8');
  assert.ok(!text.includes('<omitted>'));
});
