import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { seededRandom } from '../../src/base/random.ts';
import { ircChannels } from './corpus-chats.ts';
import { cuadContracts, helpPages } from './corpus-documents.ts';
import { clinc150, multidogo } from './corpus-labelled.ts';
import { gsm8k, mmlu } from './corpus-questions.ts';
import { pieces, type CorpusRecord } from './corpus-record.ts';
import { scenes } from './corpus-scenes.ts';
import { fill, syntheticConversations } from './corpus-synthetic.ts';

async function dataFolder(t: TestContext, files: Record<string, string | Buffer>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'attune-corpus-'));
  t.after(() => rm(folder, { recursive: true }));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  return folder;
}

/** A record as one string: the text, or "role: content" lines. */
const shown = (record: CorpusRecord): string =>
  record.kind === 'document'
    ? record.text
    : record.example.messages.map((message) => `${message.role}: ${message.content}`).join('\n');

async function all(records: AsyncIterable<CorpusRecord>): Promise<string[]> {
  const texts: string[] = [];
  for await (const record of records) texts.push(shown(record));
  return texts;
}

test('synthetic conversations are the same for the same seed, and others for another', () => {
  const once = [...syntheticConversations(20, 1)];
  assert.deepEqual([...syntheticConversations(20, 1)], once);
  assert.notDeepEqual(
    [...syntheticConversations(20, 2)].map((e) => e.messages),
    once.map((e) => e.messages),
  );
});

test('every argument of a tool call was said by the customer, and the tool answers before the assistant goes on', () => {
  for (const { messages } of syntheticConversations(500, 3)) {
    for (const [i, message] of messages.entries()) {
      for (const call of message.toolCalls ?? []) {
        const said = messages
          .slice(0, i)
          .filter((earlier) => earlier.role === 'user')
          .map((earlier) => earlier.content);
        for (const value of Object.values(call.arguments)) {
          assert.ok(
            said.join('\n').toLowerCase().includes(String(value).toLowerCase()),
            `${String(value)} in ${said.join(' / ')}`,
          );
        }
        assert.equal(messages[i + 1]?.role, 'tool');
        assert.equal(messages[i + 2]?.role, 'assistant');
      }
    }
  }
});

test('every template of every scene can be filled', () => {
  const random = seededRandom(1);
  for (const scene of scenes) {
    const values = Object.fromEntries([
      ...scene.fields.map((field): [string, string] => [field.key, field.make(random)]),
      ...Object.entries(scene.result).map(([key, make]): [string, string] => [key, make(random)]),
    ]);
    const templates = [
      scene.success,
      scene.refusal.say,
      ...scene.questions.flatMap((q) => [q.question, q.answer]),
    ];
    for (const template of templates) assert.doesNotMatch(fill(template, values, random), /[{}[\]|]/);
    for (const { ask, say, early = '' } of scene.fields) {
      for (const text of [ask, say, early])
        assert.doesNotMatch(fill(text, { value: 'x' }, random), /[{}[\]|]/);
    }
  }
});

test('long texts are cut at paragraphs, none is lost', () => {
  assert.deepEqual(pieces('aa\n\nbb\n\ncc', 5), ['aa\n\nbb', 'cc']);
  assert.equal(pieces('x'.repeat(12), 5).join('').replaceAll('\n', ''), 'x'.repeat(12));
});

test('sums lose their calculator marks', async (t) => {
  const line = JSON.stringify({ question: 'How many?', answer: '2+2 = <<2+2=4>>4.\n#### 4' });
  const folder = await dataFolder(t, { 'gsm8k/grade_school_math/data/train.jsonl': `${line}\n` });
  assert.deepEqual(await all(gsm8k(folder)), ['user: How many?\nassistant: 2+2 = 4.\nThe answer is 4.']);
});

test('multiple choice: quoted line breaks, the right option as the answer, no test part', async (t) => {
  const folder = await dataFolder(t, {
    'mmlu/data/dev/world_facts_dev.csv': '"One,\ntwo?",a,b,c,d,C\n',
    'mmlu/data/val/.keep': '',
    'mmlu/data/test/world_facts_test.csv': 'secret?,a,b,c,d,A\n',
  });
  assert.deepEqual(await all(mmlu(folder)), [
    'system: Answer the question about world facts.\nuser: One,\ntwo?\nA. a\nB. b\nC. c\nD. d\nassistant: C. c',
  ]);
});

test('labelled turns: quoted tabs, slots side by side, joined intents', async (t) => {
  const header = 'conversationId\tturnNumber\tutteranceId\tutterance\tslot-labels\tintent\n';
  const path = 'multidogo/data/paper_splits/splits_annotated_at_turn_level';
  const rows =
    '1\t1\tx\t"ravi kumar \t here"\tname name O O\tcontentonly\n1\t3\ty\tok\tO\tconfirmation<div>thankyou\n';
  const folder = await dataFolder(t, {
    [`${path}/airline/train.tsv`]: header + rows,
    [`${path}/fastfood/train.tsv`]: header,
    [`${path}/insurance/train.tsv`]: header,
    [`${path}/media/train.tsv`]: header,
  });
  assert.deepEqual(await all(multidogo(folder)), [
    'system: Label each airline message with its intent and values.\n' +
      'user: ravi kumar here\nassistant: {"intent":"content only","name":"ravi kumar"}\n' +
      'user: ok\nassistant: {"intent":"confirmation, thank you"}',
  ]);
});

test('queries: only the training part, out-of-scope as "other"', async (t) => {
  const data = {
    train: [['hi there', 'greeting_word']],
    oos_train: [['what', 'oos']],
    test: [['secret', 'x']],
  };
  const folder = await dataFolder(t, { 'clinc150/data/data_full.json': JSON.stringify(data) });
  const [chat = ''] = await all(clinc150(folder));
  assert.match(chat, /user: hi there\nassistant: greeting word/);
  assert.match(chat, /user: what\nassistant: other/);
  assert.doesNotMatch(chat, /secret/);
});

test('chat logs: reply links make conversations, nobody keeps name or address', async (t) => {
  const log = [
    '=== joe [~joe@host.example.net] has joined',
    '[10:00] <joe> how do I mount a disk at 10.1.2.3?',
    '[10:01] <anna> Joe: write me at anna@host.net',
    '[10:02] <carl> something else, anna',
  ].join('\n');
  const folder = await dataFolder(t, {
    'irc-ubuntu/data/dev/a.ascii.txt': log,
    'irc-ubuntu/data/dev/a.annotation.txt': '1 1 -\n1 2 -\n',
    'irc-ubuntu/data/new-domains/.keep': '',
  });
  const [chat = '', rest = ''] = await all(ircChannels(folder));
  assert.match(
    chat,
    /^user: how do I mount a disk at 192\.0\.2\.1\?\nassistant: \w+: write me at someone@example\.com$/,
  );
  assert.match(rest, /^\w+: something else, \w+$/);
  assert.doesNotMatch(chat + rest, /joe|anna|carl|10\.1\.2\.3|host/i);
});

test('help pages without front matter and markup, other languages left out', async (t) => {
  const page = (text: string): string => `---\nlayout: help\ntitle: Keys\n---\n\n${text}\n`;
  const long =
    'Press **the** [button](/x) <b>now</b>.{: .list} {% include icon %}' +
    ' Then wait for the light.'.repeat(6);
  const folder = await dataFolder(t, {
    'kb-logingov/content/_help/a._en.md': page(long),
    'kb-logingov/content/_help/a._es.md': page(long),
  });
  const [text = '', ...more] = await all(helpPages(folder));
  assert.match(text, /^Keys\n\nPress the button now\. {1,2}Then wait/);
  assert.deepEqual(more, []);
});

test('contracts are read from the archive and cut short', async (t) => {
  const header = Buffer.alloc(512);
  const body = Buffer.from('ARTICLE  1\r\n\r\nThe parties agree.');
  header.write('a.txt', 0);
  header.write(body.length.toString(8).padStart(11, '0'), 124);
  header.write('0', 156);
  const file = Buffer.concat([header, body, Buffer.alloc(512 - body.length), Buffer.alloc(1024)]);
  const folder = await dataFolder(t, { 'cuad/full_contract_txt.tar.gz': gzipSync(file) });
  assert.deepEqual(await all(cuadContracts(folder)), ['ARTICLE 1\n\nThe parties agree.']);
  assert.deepEqual(await all(cuadContracts(folder, 9)), ['ARTICLE 1']);
});
