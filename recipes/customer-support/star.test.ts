import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Example, Message } from '../../src/data/example.ts';
import { templateCoverage } from '../../src/evaluate/action-baseline.ts';
import { loadTemplates } from '../../src/evaluate/action-templates.ts';
import type { PackedDialogue } from './packed.ts';
import { notPicked } from './offers.ts';
import { examples, toExample } from './star.ts';

const fixtures = JSON.parse(
  readFileSync(join(import.meta.dirname, 'fixtures', 'dialogues.json'), 'utf8'),
) as PackedDialogue[];
const fixture = (id: number): PackedDialogue => fixtures.find((dialogue) => dialogue.id === id)!;

async function collect(options: Parameters<typeof examples>[0]): Promise<Example[]> {
  const all: Example[] = [];
  for await (const example of examples(options)) all.push(example);
  return all;
}

test('a dialogue with a query becomes messages with a tool call and its answer', () => {
  const { messages, meta } = toExample(fixture(4806));
  assert.deepEqual(messages, [
    { role: 'user', content: 'Hello, can you check my bank balance for me? My name is John Smith.' },
    {
      role: 'assistant',
      content: 'Yes can I have your account number and PIN',
      meta: { action: 'custom', typed: true },
    },
    { role: 'user', content: '153531981 and my PIN is 7402.' },
    {
      role: 'assistant',
      content: '',
      toolCalls: [
        {
          name: 'bank_balance',
          arguments: { full_name: 'John Smith', account_number: '153531981', pin: '7402' },
        },
      ],
      meta: { action: 'query', typed: false },
    },
    { role: 'tool', name: 'bank_balance', content: '{"bank_balance":3789,"bank_name":"Bank of America"}' },
    {
      role: 'assistant',
      content: 'Your current balance is 3789 in credit.',
      meta: { action: 'bank_inform_balance', typed: false },
    },
  ]);
  assert.equal(meta.id, 'star-4806');
  assert.equal(meta.topic, 'bank_balance');
  assert.equal(meta.outcome, 'resolved');
  assert.equal(meta.createdAt, '2020-05-16T02:02:00.000Z');
});

test('the answer about the matter decides the outcome, not the one about manners', () => {
  assert.equal(toExample(fixture(3230)).meta.outcome, 'unresolved');
  assert.equal(toExample(fixture(6188)).meta.outcome, undefined);
});

test('a dialogue about several tasks has a topic of its own and names its tasks', () => {
  const { meta } = toExample(fixture(6188));
  assert.equal(meta.topic, 'multi_task');
  assert.equal(meta['tasks'], 'ride_status,ride_change,party_rsvp,trivia');
});

test('what the customer never saw is in no message', () => {
  const drafts = fixtures.flatMap(({ events }) =>
    events.flatMap((event) => ('draft' in event ? [event.draft] : [])),
  );
  const sent = fixtures.flatMap(({ events }) =>
    events.flatMap((event) => ('typed' in event ? [event.typed] : [])),
  );
  const contents = fixtures.flatMap((dialogue) => toExample(dialogue).messages.map(({ content }) => content));
  for (const draft of drafts.filter((text) => !sent.includes(text)))
    assert.ok(!contents.includes(draft), draft);
});

test('a tool answer says what is new, and says so when nothing was found', () => {
  const answerTo = (where: [string, string][], result: PackedDialogue['events'][number]): string => {
    const events = [{ query: 'hotel_search', where }, result];
    return toExample({ ...fixture(4806), events }).messages[1]!.content;
  };
  const where: [string, string][] = [
    ['Location', 'api.is_equal_to("North")'],
    ['Price', 'api.is_equal_to()'],
  ];
  assert.equal(answerTo(where, { result: null, total: 0 }), '{"result":"nothing found"}');
  assert.equal(
    answerTo(where, { result: { Name: 'Old Town Inn', Location: 'North', Cost: 'Cheap', id: 3 } }),
    '{"name":"Old Town Inn","cost":"Cheap"}',
  );
  assert.match(answerTo([], { result: { LicensePlate: '432 LSA', id: 499 } }), /"id":499/);
});

test('two bounds on one slot are both kept, an empty slot is not', () => {
  const query = {
    query: 'apartment_search',
    where: [
      ['Level', 'api.is_at_least(2)'],
      ['Level', 'api.is_at_most(5)'],
      ['Price', 'null'],
      ['NumRooms', '" 3 "'],
    ] as [string, string][],
  };
  const [message] = toExample({ ...fixture(4806), events: [query] }).messages;
  assert.deepEqual(message!.toolCalls![0]!.arguments, {
    level: { is_at_least: 2, is_at_most: 5 },
    num_rooms: '3',
  });
});

test('the shipped data are whole, and every dialogue alternates customer and agent', async () => {
  const all = await collect({});
  const messages = all.flatMap((example) => example.messages);
  const count = (wanted: (message: Message) => boolean): number => messages.filter(wanted).length;
  // Counted on the upstream files by other means.
  assert.equal(all.length, 5257);
  assert.equal(
    count(({ role }) => role === 'user'),
    47_785,
  );
  assert.equal(
    count(({ role, toolCalls }) => role === 'assistant' && toolCalls === undefined),
    47_785,
  );
  assert.equal(
    count(({ toolCalls }) => toolCalls !== undefined),
    19_604,
  );
  assert.equal(
    count(({ role }) => role === 'tool'),
    19_604,
  );
  assert.equal(new Set(all.map(({ meta }) => meta.id)).size, all.length);
  for (const example of all) {
    const shape = example.messages
      .map(({ role, toolCalls }) => (toolCalls === undefined ? role[0] : 'q'))
      .join('');
    assert.match(shape, /^(u(qt)*a)+$/, example.meta.id);
  }
});

test('options choose dialogues', async () => {
  const happy = await collect({ only: 'single-task', happy: true });
  assert.equal(happy.length, 2414);
  assert.ok(happy.every(({ meta }) => meta['happy'] === true && meta['multi_task'] === false));
  assert.equal(new Set(happy.map(({ meta }) => meta.topic)).size, 24);
  assert.equal((await collect({ only: 'single-task' })).length, 3750);
});

test('a wrong option is refused by name', async () => {
  const read = (options: object): Promise<Example[]> => collect(options as Parameters<typeof examples>[0]);
  await assert.rejects(read({ hapy: true }), /"hapy".*only, happy/);
  await assert.rejects(read({ only: 'single' }), /only.*"single".*single-task/);
  await assert.rejects(read({ happy: 'yes' }), /happy.*"yes"/);
});

test('the shipped templates recognise at least 99% of the ready-made replies by their text', async () => {
  const templates = await loadTemplates(join(import.meta.dirname, 'templates.json'));
  const turns = (await collect({ only: 'single-task', happy: true })).flatMap(({ messages, meta }) =>
    messages
      .filter(({ role }) => role === 'assistant')
      .map((message) => ({
        topic: meta.topic,
        gold: String(message.meta!['action']),
        typed: message.meta!['typed'] === true,
        text: message.content,
      })),
  );
  const { accuracy, count } = templateCoverage(turns, templates);
  assert.equal(count, 13_447);
  assert.ok(accuracy >= 0.99, `${accuracy}`);
});

test('what was offered and not picked is told by its wording, and only where neither side has a slot', () => {
  const responses = {
    hotel: {
      hello: ['Hello!'],
      ask_name: ['Your name?', 'Name?'],
      inform: ['{hotel_name:s} is free.'],
      bye: ['Bye.'],
      again: ['hello!'],
    },
    bank: { ask_pin: ['Your PIN?'] },
  };
  const picked = (reply: string, action: string, others: string[]): string[] =>
    notPicked({ reply, action, others }, ['hotel'], responses).map(({ content }) => content);
  assert.deepEqual(
    picked('Hello!', 'hello', ['inform', 'bye', 'ask_name', 'ask_pin', 'again', 'custom', 'lost']),
    ['Bye.', 'Your PIN?', 'Your name?'],
  );
  assert.deepEqual(picked('Name?', 'ask_name', ['hello']), ['Hello!']);
  assert.deepEqual(picked('Old Town Inn is free.', 'inform', ['bye']), [], 'a filled slot');
  assert.deepEqual(picked('Hello! John', 'hello', ['bye']), [], 'in no known wording');
  assert.deepEqual(picked('Anything.', 'custom', ['bye']), []);
});

test('nothing in the form of a reply tells whether it was picked', async () => {
  const picked = (await collect({})).flatMap(({ messages }) => messages.filter(({ rejected }) => rejected));
  const rejected = picked.flatMap((message) => message.rejected!);
  assert.deepEqual([picked.length, rejected.length], [26_292, 54_775]);
  assert.ok(picked.every(({ meta }) => meta?.['picked'] === true && meta['typed'] === false));
  for (const feature of [/[{}]/, /\d/, /\(\)|\s[.,?]|  /, /^\s|\s$/]) {
    const share = (replies: readonly { content: string }[]): number =>
      replies.filter(({ content }) => feature.test(content)).length / replies.length;
    assert.ok(
      Math.abs(share(picked) - share(rejected)) < 0.002,
      `${feature}: ${share(picked)}, ${share(rejected)}`,
    );
  }
  for (const { content, rejected: others } of picked)
    assert.ok(new Set([content, ...others!.map((one) => one.content)]).size === others!.length + 1, content);
});
