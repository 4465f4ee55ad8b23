import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fc } from '../../../test/support/properties.ts';
import { collectSource as run, ticketFixtures } from '../../../test/support/collect-source.ts';
import { blocksText, slackText } from '../threads/slack-text.ts';
import { writeZip } from '../../../test/support/zip-writer.ts';

const thread = [
  'user: Hi @Ann, the export to Sheets (https://sheets.example/a?b=1&c=2) stops at 1000 rows & says <limit>. :cry:',
  'assistant: That is the limit of the free plan.\nOn the team plan it is 100,000; see #help or write to sales@northwind.example.',
  'user: Upgraded, works. Thanks @helpers',
];

test('Slack: threads over days, a bot, a direct message, people by their mail domain', async () => {
  const { texts, examples, changed, dropped } = await run(
    { slack: 'slack', agents: ['northwind.example'], topic_from: 'group' },
    {},
    'slack',
  );
  assert.deepEqual(texts, [
    ['user: Can I pay by invoice?\nFrom next month on', 'assistant: Yes, from ten seats on.'],
    ['assistant: By the way: is Tuesday fine?', 'user: It is.'],
    thread,
  ]);
  assert.deepEqual(examples[2]?.meta, {
    id: 's#help/1710238500.000200',
    source: 's',
    channel: 'chat',
    group: 'help',
    createdAt: '2024-03-12T10:15:00Z',
    people: 2,
    attachments: 1,
    topic: 'help',
    place: 'slack/help/2024-03-12.json:9',
  });
  assert.deepEqual(changed, ['thread: left out messages of a bot beside those of an agent (1)']);
  assert.deepEqual(dropped, [
    'slack/help/2024-03-13.json:11 thread: no customer wrote in it',
    'slack/help/2024-03-12.json:2 thread: no customer wrote in it',
  ]);
});

test('Slack: without agents who begins a thread or a chat of two asks, and what cannot be told is left out', async () => {
  const stray = JSON.stringify([
    { type: 'message', user: 'U1', text: 'one', ts: '1710238500.000200' },
    { type: 'message', user: 'U2', text: 'two', ts: '1710238501.000200' },
    { type: 'message', user: 'U3', text: 'three', ts: '1710238502.000200' },
    { type: 'message', user: 'U4', text: 'late', ts: '1710238503.000200', thread_ts: '1700000000.000100' },
  ]);
  const { texts, dropped } = await run({ slack: 'slack' }, { 'slack/zoo/2024-03-12.json': stray }, 'slack');
  assert.deepEqual(texts, [
    ['user: Can I pay by invoice?\nFrom next month on', 'assistant: Yes, from ten seats on.'],
    ['user: By the way: is Tuesday fine?', 'assistant: It is.'],
    thread,
  ]);
  assert.match(dropped.join('\n'), /zoo\/2024-03-12\.json:1 thread: 3 people talk outside a thread/);
  assert.match(dropped.join('\n'), /the message that began the thread is missing or a program wrote it/);
});

test('Slack: who answers a form that a program posted is not taken for the customer', async () => {
  const form = [
    {
      type: 'message',
      subtype: 'bot_message',
      bot_id: 'B1',
      text: 'New request',
      ts: '1710238500.000200',
      thread_ts: '1710238500.000200',
    },
    {
      type: 'message',
      user: 'U1',
      text: 'I take it.',
      ts: '1710238600.000200',
      thread_ts: '1710238500.000200',
    },
    { type: 'message', user: 'U2', text: 'Thanks.', ts: '1710238700.000200', thread_ts: '1710238500.000200' },
  ];
  const { texts, dropped } = await run(
    { slack: 'slack' },
    { 'slack/zoo/2024-03-12.json': JSON.stringify(form) },
    'slack',
  );
  assert.equal(texts.length, 3);
  assert.match(
    dropped.join('\n'),
    /zoo\/2024-03-12\.json:1 thread: the message that began the thread is missing or a program/,
  );
});

test('Slack: the archive says what its folder says, and a broken one is refused', async () => {
  const folder = join(ticketFixtures, 'slack');
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.json'),
  );
  const zip = writeZip(names.map((name) => ({ name, data: readFileSync(join(folder, name)) })));
  const source = { slack: 'export.zip', agents: ['northwind.example'] };
  const { texts, examples } = await run(source, { 'export.zip': zip });
  assert.equal(texts.length, 3);
  assert.deepEqual(texts[2], thread);
  assert.equal(examples[2]?.meta.place, 'export.zip/help/2024-03-12.json:9');
  await assert.rejects(run(source, { 'export.zip': zip.subarray(0, 2000) }), {
    code: 'data',
    message: 'export.zip: it is no ZIP archive, or is cut off',
  });
  await assert.rejects(
    run(source, { 'export.zip': writeZip([{ name: 'users.json', data: Buffer.from('[]') }]) }),
    {
      code: 'data',
      message: 'export.zip holds no channels',
    },
  );
});

test('Slack: fields of the wrong kind are refused with their place, and cost nothing else', async () => {
  const good = [
    { type: 'message', user: 'U1', text: 'Q?', ts: '1710238500.000200' },
    { type: 'message', user: 'U2', text: 'A.', ts: '1710238501.000200' },
  ];
  const bad = [
    7,
    { type: 'message', user: 'U1', text: 'x', ts: 'soon' },
    { type: 'message', user: 'U1', text: ['x'], ts: '1710238500.000200' },
    { type: 'message', text: 'x', ts: '1710238500.000200' },
  ];
  const lines = [...bad, ...good].map((one) => JSON.stringify(one)).join(',\n');
  const { texts, dropped } = await run({ slack: 's' }, { 's/a/2024-01-01.json': `[${lines}]` });
  assert.deepEqual(texts, [['user: Q?', 'assistant: A.']]);
  assert.deepEqual(dropped, [
    's/a/2024-01-01.json:1 read: the message is 7; an object is needed',
    's/a/2024-01-01.json:2 read: ts is "soon"; Slack writes it as "1355517523.000005"',
    's/a/2024-01-01.json:3 read: text is a list of 1; text is needed',
    's/a/2024-01-01.json:4 read: user is missing; an id is needed',
  ]);
});

test('Slack: whatever stands in the fields, every message ends in an example or in the ledger', async () => {
  const odd = fc.oneof(
    fc.string(),
    fc.constantFrom(null, 0, true, [], {}, '1710238500.000200'),
    fc.integer(),
  );
  const message = fc.record(
    { type: odd, subtype: odd, user: odd, text: odd, ts: odd, thread_ts: odd, files: odd, user_profile: odd },
    { requiredKeys: [] },
  );
  const base = { type: 'message', ts: '1710238500.000200' };
  await fc.assert(
    fc.asyncProperty(fc.array(message, { maxLength: 8 }), async (messages) => {
      const known = [
        { ...base, user: 'U1', text: 'Q?' },
        { ...base, user: 'U2', text: 'A.', ts: '1710238501.000200' },
      ];
      const { summary } = await run(
        { slack: 's' },
        {
          's/a/2024-01-01.json': JSON.stringify(known),
          's/b/2024-01-01.json': JSON.stringify(messages),
        },
      );
      const counts = ['kept', 'bad', 'left_out'].map((name) => Number(summary[name] ?? 0));
      assert.ok(counts[0]! >= 1);
      assert.equal(
        summary['in'],
        counts.reduce((sum, count) => sum + count, 0),
      );
    }),
    { numRuns: 15, seed: 1 },
  );
});

test('Slack: a message that has its words in blocks alone', async () => {
  const rich = {
    type: 'rich_text',
    elements: [
      {
        type: 'rich_text_section',
        elements: [
          { type: 'text', text: 'Press ' },
          { type: 'link', url: 'https://a.example', text: 'here' },
          { type: 'text', text: ' ' },
          { type: 'user', user_id: 'U2' },
          { type: 'emoji', name: 'wave' },
        ],
      },
      {
        type: 'rich_text_list',
        elements: ['one', 'two'].map((text) => ({
          type: 'rich_text_section',
          elements: [{ type: 'text', text }],
        })),
      },
    ],
  };
  const section = { type: 'section', text: { type: 'mrkdwn', text: 'and *wait*' } };
  const messages = [
    { type: 'message', user: 'U2', ts: '1710238200.000100', text: 'My lamp is dark' },
    {
      type: 'message',
      user: 'U1',
      ts: '1710238260.000100',
      text: '',
      blocks: [rich, { type: 'divider' }, section],
    },
  ];
  const { texts } = await run(
    { slack: 's', agents: ['U1'] },
    { 's/help/2024-03-12.json': JSON.stringify(messages) },
  );
  assert.deepEqual(texts, [
    ['user: My lamp is dark', 'assistant: Press here (https://a.example) @U2:wave:\none\ntwo\nand *wait*'],
  ]);
  let deep: unknown = { type: 'text', text: 'deep' };
  for (let i = 0; i < 1e4; i++) deep = { elements: [deep] };
  assert.equal(blocksText([deep]), '');
});

test('Slack: markup of every kind, and lines made to be slow', () => {
  const nameOf = (id: string): string | undefined => (id === 'U1' ? 'Ann' : undefined);
  for (const [text, plain] of [
    ['<@U1> <@U2> <@U2|bo> <#C1> <#C1|help>', '@Ann @U2 @bo #C1 #help'],
    [
      '<!here> <!channel> <!subteam^S1|@desk> <!subteam^S1> <!date^1^{date}|May>',
      '@here @channel @desk @subteam May',
    ],
    [
      '<https://a.example> <https://a.example|a.example> <https://a.example|A> <tel:1|+1>',
      'https://a.example a.example A (https://a.example) +1',
    ],
    ['a &lt;b&gt; &amp;amp; 1 < 2 > 0 <not a link>', 'a <b> &amp; 1 < 2 > 0 <not a link>'],
  ] as const)
    assert.equal(slackText(text, nameOf), plain);
  for (const text of ['<'.repeat(1e6), '<@'.repeat(5e5), `<${'a'.repeat(1e6)}`, '<a|'.repeat(3e5)])
    assert.equal(slackText(text, nameOf), text);
});
