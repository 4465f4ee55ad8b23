import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { runLine } from '../../test/support/run-line.ts';
import { stages } from '../pipeline/stages/all-stages.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-data-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const cli = (line: string): ReturnType<typeof runLine> => runLine(folder, line, stages);

const chat = (i: number): string =>
  JSON.stringify({
    id: `chat-${i}`,
    topic: i % 2 === 0 ? 'login' : 'parcel',
    messages: [
      { role: 'user', content: `Question number ${i}:   where can I <b>find</b> it? me${i}@mail.example` },
      { role: 'assistant', content: `Answer number ${i}: look at page ${i * 7}.` },
    ],
  });

const short = JSON.stringify({
  id: 'short',
  messages: [
    { role: 'user', content: 'me9@mail.example?' },
    { role: 'assistant', content: 'Yes.' },
  ],
});

before(async () => {
  const lines = Array.from({ length: 30 }, (_one, i) => chat(i));
  writeFileSync(join(folder, 'chats.jsonl'), [...lines, '{"broken"', short, ''].join('\n'));
  writeFileSync(
    join(folder, 'attune.yaml'),
    'name: tickets\ncollect:\n  max_bad_share: 0.5\n  sources:\n    - jsonl: chats.jsonl\n',
  );
  const { exit, err } = await cli('run --until split');
  assert.equal(exit, 0, err);
});

test('explain follows a record through every stage', async () => {
  const { exit, out } = await cli('data explain chat-3');
  assert.equal(exit, 0);
  assert.match(out, /^chat-3, from chats\.jsonl:4\n/);
  assert.match(out, /collect +collect +kept/);
  assert.match(
    out,
    /normalise +changed +took off markup in 1 text\n +- .*<b>find<\/b>.*\n +\+ .* where can I find it/,
  );
  assert.match(out, /pii +changed +masked 1 EMAIL/);
  assert.match(out, /split +in (?:train|validation|test)\n/);
  assert.doesNotMatch(out, /me3@mail/, 'what was masked is not shown');
});

test('explain shows what was said in a record that was left out, personal data masked', async () => {
  const { out } = await cli('data explain short');
  assert.match(out, /min_characters +dropped +\d+ characters, fewer than 50/);
  assert.match(out, /as it was when it was left out\n.*\n +user +\[EMAIL\]\?\n +assistant +Yes\.\n/);
  for (const id of ['short', 'chat-3']) {
    const { json } = await cli(`data explain ${id} --json`);
    assert.doesNotMatch(JSON.stringify(json), /me\d@mail/);
  }
});

test('explain knows a line that was no record, by its place', async () => {
  const { exit, out } = await cli('data explain chats.jsonl:31');
  assert.equal(exit, 0);
  assert.match(out, /dropped +not valid JSON/);
});

test('an unknown record is a mistake that says where ids are', async () => {
  const { exit, err } = await cli('data explain chat-99');
  assert.notEqual(exit, 0);
  assert.match(err, /no ledger of this project knows a record "chat-99"[^]*attune show curate/);
});

test('diff compares stages, files and artifacts', async () => {
  const { out, json } = await cli('data diff collect curate --json');
  assert.deepEqual(json.at(-1)!['changed'] instanceof Object, true, out);
  assert.equal((json.at(-1)!['changed'] as { count: number }).count, 30);
  const plain = await cli('data diff collect curate');
  assert.match(plain.out, /sentiment\n +only the second tells it\n\nturns\n +2 +100\.0% +100\.0%/);
  const same = await cli('data diff curate split');
  assert.match(same.out, /same +30\n/);
  const { exit, err } = await cli('data diff curate nothing-of-that-name');
  assert.notEqual(exit, 0);
  assert.match(err, /there is no artifact "nothing-of-that-name"/);
});

test('export writes the splits in another format, names what it cannot hold, and overwrites nothing', async () => {
  const { exit, out, err } = await cli('data export split out --format alpaca');
  assert.equal(exit, 0, err);
  assert.match(out, /out[\\/]train\.jsonl +\d+\n/);
  const records = ['train', 'validation', 'test'].flatMap((split) =>
    readFileSync(join(folder, 'out', `${split}.jsonl`), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ) as Record<string, unknown>[];
  assert.equal(records.length, 30);
  for (const record of records) assert.match(String(record['instruction']), /^Question number \d+: where/);
  const again = await cli('data export split out --format openai');
  assert.notEqual(again.exit, 0);
  assert.match(again.err, /out[\\/]train\.jsonl exists already/);
  // A folder where the last of them is written first.
  mkdirSync(join(folder, 'none', `test.jsonl.${process.pid}.tmp`), { recursive: true });
  const stopped = await cli('data export split none');
  assert.equal(stopped.exit, 7, stopped.err);
  assert.ok(!existsSync(join(folder, 'none', 'train.jsonl')), 'a part of an export is left');
  const preferences = await cli('data export curate pairs --format preference');
  assert.match(
    preferences.out,
    /examples\.jsonl +0\n[^]*30 have no place in preference and are left out\n +chat-0: [^\n]+\n[^]*and 25 more/,
  );
});

test('validate looks at the sources as they are, and ends with an error where one stands in the way', async () => {
  const { exit, out, err } = await cli('data validate');
  assert.notEqual(exit, 0);
  assert.match(out, /^32 records, 31 readable; for generation/);
  assert.match(out, /error +1 of 32 records cannot be read \(chats\.jsonl:31/);
  assert.match(err, /1 kind of error stands in the way of training/);
  const curated = await cli('data validate curate --task chat --json');
  const { records, task, errors } = curated.json.find(({ type }) => type === 'result') as {
    records: number;
    task: { type: string };
    errors: number;
  };
  assert.deepEqual([records, task.type, errors > 0], [30, 'chat', true]);
});

test('diff of sets without records, and of very long ones', async () => {
  writeFileSync(join(folder, 'empty.jsonl'), '');
  const none = await cli('data diff empty.jsonl empty.jsonl');
  assert.equal(none.exit, 0, none.err);
  assert.match(none.out, /records +0 +0\n/);
  const turn = [
    { role: 'user', content: 'a' },
    { role: 'assistant', content: 'b' },
  ];
  const messages = Array.from({ length: 20 }, () => turn).flat();
  writeFileSync(
    join(folder, 'long.jsonl'),
    `${JSON.stringify({ messages, meta: { id: 'a', source: 's' } })}\n`,
  );
  const long = await cli('data diff empty.jsonl long.jsonl');
  assert.match(long.out, /\nturns\n +30 and more +0\.0% +100\.0% +\+100\.0\n/);
});

test('advise tells what is missing where there is too little to split', async () => {
  const few = mkdtempSync(join(tmpdir(), 'attune-few-'));
  after(() => rmSync(few, { recursive: true, force: true }));
  writeFileSync(join(few, 'chats.jsonl'), [0, 1].map(chat).join('\n'));
  writeFileSync(join(few, 'attune.yaml'), 'name: few\ncollect:\n  sources:\n    - jsonl: chats.jsonl\n');
  assert.notEqual((await runLine(few, 'advise', stages)).exit, 0);
  assert.match((await runLine(few, 'run --until split', stages)).err, /leave nothing for/);
  const { exit, out } = await runLine(few, 'advise', stages);
  assert.equal(exit, 0);
  assert.match(out, /^collect more first: .*\n\nno +Is there enough to learn from\?\n +2 usable records/);
});

test('advise weighs what can be counted, and says what was not asked', async () => {
  const { exit, out } = await cli('advise');
  assert.equal(exit, 0);
  assert.match(out, /^collect more first: /);
  assert.match(out, /no +Is there enough to learn from\?\n +30 usable records/);
  assert.match(out, /unknown +Does prompting fall short\?\n.*no model was asked/);
  const half = await cli('advise --model m');
  assert.notEqual(half.exit, 0);
  assert.match(half.err, /both --base-url and --model/);
});
