import assert from 'node:assert/strict';
import { test } from 'node:test';
import { collectSource as run } from '../../../test/support/collect-source.ts';

test('Telegram: a personal chat, cut at a silence, with links, pictures and service messages', async () => {
  const { texts, examples, changed } = await run({ telegram: 'telegram.json' }, {}, 'telegram.json');
  assert.deepEqual(texts, [
    [
      'user: Is this the right lamp (https://shop.example/l1)? Mine is dark.',
      'assistant: It is. Press the switch.',
    ],
    ['user: Can I return it?', 'assistant: Within 30 days.'],
  ]);
  assert.deepEqual(
    examples.map(({ meta }) => [meta.id, meta.createdAt, meta['attachments']]),
    [
      ['s#telegram/1', '2024-03-12T10:14:00Z', 1],
      ['s#telegram/5', '2024-03-14T08:00:00Z', undefined],
    ],
  );
  assert.deepEqual(changed, ['thread: left out system events (1)']);
});

test('Discord: a channel of a ticket, agents by their role, a bot that greets', async () => {
  const { texts, examples } = await run(
    { discord: 'discord.json', agents: ['Support'], topic_from: 'group' },
    {},
    'discord.json',
  );
  assert.deepEqual(texts, [
    [
      'assistant*: Hello! Somebody will be with you soon.',
      'user: my lamp stays dark 💡',
      'assistant: press the switch',
      'assistant: or wait, is it the new one?',
      'user: works',
    ],
  ]);
  assert.deepEqual([examples[0]?.meta.topic, examples[0]?.meta['attachments']], ['discord', 1]);
  await assert.rejects(run({ discord: 'discord.json' }, {}, 'discord.json'), {
    code: 'data',
    message: /discord\.json:7: 3 people talk outside a thread; name who answers as agents/,
  });
});

test('Telegram and Discord: fields of the wrong kind are refused with their place', async () => {
  const good = (id: number, from: string, text: string): object => ({
    id,
    type: 'message',
    date: '2024-03-12T11:15:00',
    from_id: from,
    text,
  });
  const messages = [
    null,
    { ...good(1, 'a', 'x'), id: {} },
    { ...good(1, 'a', 'x'), date: 'soon' },
    { ...good(1, 'a', 'x'), from_id: null },
    { ...good(1, 'a', 'x'), text: [{ type: 'bold' }] },
    good(2, 'a', 'Q?'),
    good(3, 'b', 'A.'),
  ];
  const telegram = await run(
    { telegram: 't' },
    {
      't/a.json': JSON.stringify({ name: 'a', messages }),
      't/b.json': JSON.stringify({ about: 'x', chats: { list: [] } }),
    },
  );
  assert.deepEqual(telegram.texts, [['user: Q?', 'assistant: A.']]);
  assert.deepEqual(
    telegram.dropped.map((line) => line.replace(/^\S+ /, '')),
    [
      'read: the message is null; an object is needed',
      'read: id is an object; a number is needed',
      'read: date is "soon"; a time as 2024-03-12T10:15:00 is needed',
      'read: from_id is null; an id is needed',
      'read: text is an object; a text is needed',
      'read: this is an export of the whole account; export each chat on its own',
    ],
  );
  const discord = await run(
    { discord: 'd.json' },
    {
      'd.json': JSON.stringify({
        messages: [
          { id: '1', type: 'Default', timestamp: 'x', content: 'x', author: { id: '1' } },
          {
            id: '1',
            type: 'Default',
            timestamp: '2024-03-12T10:15:00+00:00',
            content: [],
            author: { id: '1' },
          },
          { id: '1', type: 'Default', timestamp: '2024-03-12T10:15:00+00:00', content: 'x', author: 'kim' },
          {
            id: '1',
            type: 'Default',
            timestamp: '2024-03-12T10:15:00+00:00',
            content: 'Q?',
            author: { id: '1' },
          },
          {
            id: '2',
            type: 'Reply',
            timestamp: '2024-03-12T10:16:00.5+00:00',
            content: 'A.',
            author: { id: '2' },
          },
        ],
      }),
    },
  );
  assert.deepEqual(discord.texts, [['user: Q?', 'assistant: A.']]);
  assert.equal(discord.dropped.length, 3);
});
