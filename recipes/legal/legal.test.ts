import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { silent } from '../../src/base/progress.ts';
import { collect } from '../../src/data/collect.ts';
import { loadExamples } from '../../src/data/read-examples.ts';
import { loadProject } from '../../src/pipeline/load.ts';
import { contractRecords } from './contracts.ts';
import { parsePythonList } from './python-list.ts';
import { notPresent } from './records.ts';
import { statuteRecords } from './statutes.ts';

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

test('a clause is in the part that it is asked for from, and absent from the others', () => {
  const filler = 'The parties meet once a year. '.repeat(80);
  const law = 'This Agreement shall be governed by the laws of the State of Nevada in all respects.';
  const contract = (name: string, clause: string) => ({
    name,
    text: `${filler}${clause} ${filler}`,
    clauses: new Map([['Governing Law', clause === '' ? [] : [clause]]]),
  });
  const questions = new Map([['governing law', 'Which law governs?']]);
  const records = contractRecords([contract('a', law), contract('b', '')], questions);
  assert.deepEqual(
    records.map(({ id, output }) => [id, output]),
    [
      ['cuad/a/Governing Law/find', law],
      ['cuad/b/Governing Law/absent', notPresent],
      ['cuad/a/Governing Law/name', 'Governing Law'],
    ],
  );
  assert.ok(records[0]!.input.includes(law) && records[0]!.input.length <= 900);
  assert.ok(!records[1]!.input.includes('Nevada'));
  assert.match(records[0]!.instruction, /"Governing Law".* Which law governs\?$/);
});

test('an article is quoted by the title and date of its statute, and never names it where that is asked', () => {
  const article = (number: string, text: string) => ({
    law: '中华人民共和国公司法(2023-12-29)',
    branch: '民法商法',
    number,
    text,
  });
  const records = statuteRecords([
    article('第一条', '为了规范公司的组织和行为，保护公司和股东的合法权益，制定公司法。'),
    article('第二条', '公司是企业法人，有独立的法人财产，享有法人财产权，承担责任。'),
  ]);
  assert.deepEqual(records.map(({ instruction, output }) => [instruction, output.slice(0, 10)]).toSorted(), [
    ['《中华人民共和国公司法》（2023-12-29）第一条是怎样规定的？', '为了规范公司的组织和'],
    ['《中华人民共和国公司法》（2023-12-29）第二条是怎样规定的？', '公司是企业法人，有独'],
    ['下面的条文出自哪部法律？', '《中华人民共和国公司'],
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
    in: 1143,
    kept: 1143,
    bad: 0,
    sources: {
      './data/contracts.jsonl': { in: 729, kept: 729, bad: 0 },
      './data/statutes.jsonl': { in: 414, kept: 414, bad: 0 },
    },
  });
  const examples = await loadExamples(join(outputFolder, 'examples.jsonl'));
  assert.equal(new Set(examples.map(({ meta }) => meta.id)).size, 1143);
  assert.equal(
    new Set(examples.filter(({ meta }) => meta.language === 'en').map(({ meta }) => meta.topic)).size,
    37,
  );
  for (const { messages, meta } of examples) {
    assert.deepEqual(
      messages.map(({ role }) => role),
      ['system', 'user', 'assistant'],
    );
    assert.equal(meta.topic, meta['category']);
    assert.match(String(meta['original_source']), /^(?:CUAD v1|中华人民共和国法律): /);
    assert.equal(/\p{Script=Han}/u.test(messages[0]!.content), meta.language === 'zh');
    if (meta.id.endsWith('/find')) assert.ok(messages[1]!.content.includes(messages[2]!.content), meta.id);
  }
  const text = readFileSync(join(import.meta.dirname, 'data/contracts.jsonl'), 'utf8');
  assert.ok(!text.includes('<omitted>'));
});
