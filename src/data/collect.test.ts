import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type ProgressEvent, silent } from '../base/progress.ts';
import { collect } from './collect.ts';
import { collectFiles } from './collect-files.ts';
import { collectConfig } from './config.ts';
import type { Example } from './example.ts';
import type { LedgerEntry } from './ledger.ts';

function chat(user: string, assistant: string, more: object = {}): string {
  return JSON.stringify({
    ...more,
    messages: [
      { role: 'user', content: user },
      { role: 'assistant', content: assistant },
    ],
  });
}

async function run(
  files: Record<string, string | Buffer>,
  config: object,
  signal = new AbortController().signal,
) {
  const projectFolder = mkdtempSync(join(tmpdir(), 'attune-collect-'));
  const outputFolder = mkdtempSync(join(tmpdir(), 'attune-collected-'));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(projectFolder, name), content);
  const events: ProgressEvent[] = [];
  const parsed = collectConfig.parse(config);
  const report = (event: ProgressEvent): void => void events.push(event);
  const summary = await collect({ config: parsed, projectFolder, outputFolder, seed: 1, report, signal });
  return {
    summary,
    events,
    outputFolder,
    examples: lines<Example>(outputFolder, 'examples'),
    ledger: lines<LedgerEntry>(outputFolder, 'ledger'),
  };
}

function lines<T>(folder: string, name: string): T[] {
  const text = readFileSync(join(folder, `${name}.jsonl`), 'utf8').trimEnd();
  return text === '' ? [] : text.split('\n').map((line) => JSON.parse(line) as T);
}

test('a line of 100 MB is a line in the ledger, and what stands around it is read', async () => {
  const huge = Buffer.alloc(100_000_000, 'x');
  huge.write('{"messages": "');
  const file = Buffer.concat([
    Buffer.from(`${chat('hi', 'hello')}\n`),
    huge,
    Buffer.from(`"}\n${chat('a', 'b')}\n`),
  ]);
  const { summary, ledger } = await run(
    { 'a.jsonl': file },
    { sources: [{ jsonl: 'a.jsonl' }], max_bad_share: 0.5 },
  );
  assert.deepEqual([summary['in'], summary['kept'], summary['bad']], [3, 2, 1]);
  const dropped = ledger.find(({ action }) => action === 'dropped');
  assert.equal(dropped?.place, 'a.jsonl:2');
  assert.match(dropped?.reason ?? '', /100000002 bytes long, over the limit/);
});

test('every bad record is in the ledger with file, line and reason, and the good ones go on', async () => {
  const bad = Buffer.concat([
    Buffer.from(`\ufeff${chat('hi', 'hello')}\r\n`),
    Buffer.from([0x22, 0xe9, 0x22, 10]),
    Buffer.from(
      `{"messages":[],"messages":[]}\r\n\n${chat('a', 'b', { topic: 'billing' })}\n{"messages":[{"role":"us`,
    ),
  ]);
  const { summary, examples, ledger } = await run(
    { 'a.jsonl': bad },
    { sources: [{ jsonl: 'a.jsonl' }], system_prompt: 'S', topics: { billing: 'B' }, max_bad_share: 0.7 },
  );
  assert.deepEqual(summary, { in: 5, kept: 2, bad: 3, sources: { 'a.jsonl': { in: 5, kept: 2, bad: 3 } } });
  assert.deepEqual(
    ledger.filter(({ action }) => action === 'dropped').map(({ place, reason }) => `${place} ${reason}`),
    [
      'a.jsonl:2 not UTF-8; set encoding to that of the file',
      'a.jsonl:3 the key "messages" stands twice in one object',
      'a.jsonl:6 not valid JSON: Unterminated string at character 25 (the file ends here without a newline: cut off?)',
    ],
  );
  assert.deepEqual(
    examples.map(({ messages }) => messages[0]),
    [
      { role: 'system', content: 'S' },
      { role: 'system', content: 'B' },
    ],
  );
  assert.deepEqual(examples[0]?.meta, { id: 'a.jsonl:1', source: 'a.jsonl', place: 'a.jsonl:1' });
  assert.equal(ledger.filter(({ action }) => action === 'kept').length, 2);
});

test('too many bad records stop the run, naming the first places', async () => {
  const files = { 'a.jsonl': `${chat('a', 'b')}\nnope\n` };
  await assert.rejects(run(files, { sources: [{ jsonl: 'a.jsonl' }] }), {
    code: 'data',
    message:
      /1 of 2 records could not be read \(50%; collect\.max_bad_share allows 5%\)[^]*a\.jsonl:2: not valid JSON/,
  });
  await assert.rejects(run({ 'a.jsonl': '' }, { sources: [{ jsonl: 'a.jsonl' }] }), {
    code: 'data',
    message: /no records/,
  });
  await assert.rejects(run({}, { sources: [{ jsonl: 'a.jsonl' }] }), { code: 'storage' });
});

test("a record's own system prompt wins over the project's", async () => {
  const own = JSON.stringify({
    messages: [
      { role: 'system', content: 'Own' },
      { role: 'user', content: 'a' },
      { role: 'assistant', content: 'b' },
    ],
  });
  const { examples } = await run({ 'a.jsonl': own }, { sources: [{ jsonl: 'a.jsonl', topic: '__proto__' }] });
  assert.equal(examples[0]?.messages[0]?.content, 'Own');
  assert.equal(examples[0]?.messages.length, 3);
});

test('an id that comes again is renamed, and both stay one conversation', async () => {
  const text = [1, 2, 3].map((n) => chat(`q${n}`, 'a', { id: 'x' })).join('\n');
  const { examples, ledger } = await run({ 'a.jsonl': text }, { sources: [{ jsonl: 'a.jsonl' }] });
  assert.deepEqual(
    examples.map(({ meta }) => [meta.id, meta.conversation]),
    [
      ['x', undefined],
      ['x~2', 'x'],
      ['x~3', 'x'],
    ],
  );
  assert.equal(ledger.filter(({ rule }) => rule === 'id').length, 2);
});

test('a csv file of exchanges, and one of messages', async () => {
  const { examples, ledger } = await run(
    {
      'pairs.csv': 'Frage;Antwort;Nr\n"Was\nkostet es?";Nichts.;7\n;leer;8\n',
      'turns.csv':
        'c,who,said\n1,user,hi\n1,Assistant,hello\n2,user,x\n2,robot,y\n3,Customer,a\n3,agent,b\n1,user,again\n1,assistant,no\n',
    },
    {
      sources: [
        { csv: 'pairs.csv', columns: { user: 'Frage', assistant: 'Antwort', id: 'Nr' } },
        { csv: 'turns.csv', columns: { conversation: 'c', role: 'who', content: 'said' } },
      ],
      max_bad_share: 1,
    },
  );
  assert.deepEqual(
    examples.map(({ meta, messages }) => [
      meta.id,
      meta.place,
      ...messages.slice(1).map(({ content }) => content),
    ]),
    [
      ['7', 'pairs.csv:2', 'Was\nkostet es?', 'Nichts.'],
      ['1', 'turns.csv:2', 'hi', 'hello'],
      ['3', 'turns.csv:6', 'a', 'b'],
    ],
  );
  assert.deepEqual(
    examples.at(-1)!.messages.map(({ role }) => role),
    ['system', 'user', 'assistant'],
  );
  assert.deepEqual(
    ledger.filter(({ action }) => action === 'dropped').map(({ place, reason }) => `${place} ${reason}`),
    [
      'pairs.csv:4 column Frage is empty',
      'turns.csv:4 line 5: column who is "robot"; allowed are user, customer, assistant, agent, system',
      'turns.csv:8 rows of this conversation also stand apart, further up',
    ],
  );
  const wrong = run(
    { 'a.csv': 'x,y\n1,2\n' },
    { sources: [{ csv: 'a.csv', columns: { user: 'x', assistant: 'z' } }] },
  );
  await assert.rejects(wrong, { code: 'data', message: /no column "z"/ });
});

test("a user's TypeScript module: options in, examples checked, its own errors told with its path", async () => {
  const module = `
    type Options = { count: number };
    export async function* examples({ count }: Options, context: { seed: number }) {
      for (let i = 0; i < count; i++) yield { messages: [{ role: 'user', content: 'q' + context.seed }, { role: 'assistant', content: 'a' }], meta: { topic: 't' } };
      yield { messages: [{ role: 'assistant', text: 'x' }] };
      if (count > 2) throw new Error('the archive is damaged');
    }`;
  const { examples, ledger } = await run(
    { 'own.ts': module },
    { sources: [{ module: './own.ts', name: 'own', options: { count: 2 }, limit: 3 }], max_bad_share: 1 },
  );
  assert.deepEqual(
    examples.map(({ meta }) => meta),
    [
      { id: 'own:1', source: 'own', topic: 't', place: './own.ts#1' },
      { id: 'own:2', source: 'own', topic: 't', place: './own.ts#2' },
    ],
  );
  assert.match(
    ledger.at(-1)?.reason ?? '',
    /messages\[0\]\.text is not a field of a message of role assistant/,
  );
  await assert.rejects(
    run({ 'own.ts': module }, { sources: [{ module: './own.ts', options: { count: 3 } }] }),
    { code: 'data', message: 'the module ./own.ts failed: the archive is damaged' },
  );
  await assert.rejects(run({ 'own.ts': 'export const a = 1;' }, { sources: [{ module: './own.ts' }] }), {
    code: 'config',
    message: /does not export a function named examples/,
  });
  await assert.rejects(run({}, { sources: [{ module: './own.ts' }] }), { code: 'config' });
});

test('a request to stop leaves no half-written file', async () => {
  const controller = new AbortController();
  controller.abort();
  const outputFolder = mkdtempSync(join(tmpdir(), 'attune-collected-'));
  const projectFolder = mkdtempSync(join(tmpdir(), 'attune-collect-'));
  writeFileSync(join(projectFolder, 'a.jsonl'), chat('a', 'b'));
  const config = collectConfig.parse({ sources: [{ jsonl: 'a.jsonl' }] });
  const stopped = collect({
    config,
    projectFolder,
    outputFolder,
    seed: 1,
    report: silent,
    signal: controller.signal,
  });
  await assert.rejects(stopped, { code: 'interrupted' });
  assert.deepEqual(await readdir(outputFolder), []);
});

test('the configuration refuses what contradicts itself', () => {
  const wrong: object[] = [
    {},
    { jsonl: 'a', csv: 'b' },
    { csv: 'a' },
    { jsonl: 'a', columns: { user: 'a', assistant: 'b' } },
    { csv: 'a', columns: { user: 'a' } },
    { module: 'a', format: 'openai' },
    { jsonl: 'a', formt: 'openai' },
  ];
  for (const source of wrong)
    assert.equal(collectConfig.safeParse({ sources: [source] }).success, false, JSON.stringify(source));
  assert.equal(collectConfig.safeParse({ sources: [{ jsonl: 'a' }, { jsonl: 'a' }] }).success, false);
});

test('JSON over several lines is told as such', async () => {
  for (const text of [
    `{\r\n ${chat('Where is it, please?', 'On its way.').slice(1)}`,
    '[\n {"a": 1},\n {"a": 2}\n]',
  ])
    await assert.rejects(run({ 'a.json': text }, { sources: [{ jsonl: 'a.json' }] }), {
      code: 'data',
      message: 'a.json is one JSON text over several lines, not JSON Lines',
    });
});

test('a folder where one file is wanted: what is in it, and how to name it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'attune-folder-'));
  mkdirSync(join(folder, 'chats'));
  writeFileSync(join(folder, 'chats', 'a.jsonl'), '{}\n');
  const config = collectConfig.parse({ sources: [{ jsonl: 'chats/' }] });
  await assert.rejects(collectFiles(config, folder), {
    code: 'data',
    message: 'chats/ is a folder (.jsonl files in it: 1), and a jsonl source is one file',
    fix: 'Name each as a source of its own: jsonl: chats/a.jsonl',
  });
});
