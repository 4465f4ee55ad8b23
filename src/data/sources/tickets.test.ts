import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { collectSource as run, ticketFixtures as fixtures } from '../../../test/support/collect-source.ts';
import { collectFiles } from '../collect-files.ts';
import { collectConfig } from '../config.ts';

test('Zendesk: the JSON export, with notes, a merged ticket and an automatic reply', async () => {
  const { examples, texts, dropped, changed, summary } = await run(
    { zendesk: 'zendesk-export.json', topic_from: 'tag' },
    {},
    'zendesk-export.json',
  );
  assert.deepEqual(texts, [
    [
      'user: Kettle does not switch off\n\nHello,\n\nthe kettle I bought last week keeps boiling.',
      'user: It also smells of plastic.',
      'assistant: Hi Ines,\n\nplease unplug it and send it back (https://northwind.example/returns); we replace it.',
      'user: Done, thank you!',
    ],
  ]);
  assert.deepEqual(examples[0]?.meta, {
    id: 's#35',
    source: 's',
    subject: 'Kettle does not switch off',
    outcome: 'resolved',
    status: 'solved',
    rating: 'good',
    createdAt: '2024-03-12T10:15:00Z',
    channel: 'email',
    tags: 'kettle, warranty',
    type: 'question',
    priority: 'normal',
    group: 'Appliances',
    brand: '360001',
    locale: 'en-US',
    topic: 'kettle',
    attachments: 1,
    place: 'zendesk-export.json:1',
  });
  assert.deepEqual(changed, [
    'merged: joined tickets that were merged into it (1)',
    'signatures: stripped signatures (1)',
    'thread: left out system events (1)',
    'thread: left out internal notes (1)',
    'quotes: stripped quoted messages (1)',
  ]);
  assert.deepEqual(dropped, [
    'zendesk-export.json:2 thread: merged into ticket 35',
    'zendesk-export.json:3 thread: no customer wrote in it',
  ]);
  assert.deepEqual([summary['kept'], summary['bad'], summary['left_out']], [1, 0, 2]);
});

test('Zendesk: tickets and users as the API returns them; people copied in are customers', async () => {
  const { texts, dropped, examples } = await run({ zendesk: 'zendesk-api.json' }, {}, 'zendesk-api.json');
  assert.deepEqual(texts, [
    [
      'user: Please send the invoice for March again.',
      'user: Adding to what Kim asked: the VAT number is missing too.',
      'assistant: Both are corrected, see your inbox.',
    ],
  ]);
  assert.equal(examples[0]?.meta.rating, 'bad');
  assert.equal(examples[0]?.meta.outcome, 'open');
  assert.match(dropped.join(), /zendesk-api\.json:18 read: the ticket has no comments/);
  await assert.rejects(run({ zendesk: 'a.csv' }, { 'a.csv': 'Id,Subject\n1,x\n' }), {
    code: 'data',
    message: 'a.csv is no JSON',
  });
});

test('Zendesk: a chat, whose messages are the lines of one comment', async () => {
  const plain_body =
    'Chat started on 2024-03-12 10:15 AM UTC\n\n(10:15:00 AM) Ida: hello\nare you there?\n(10:15:20 AM) *** Tom joined the chat ***\n(10:15:30 AM) Tom: Yes: what is it?\n(10:16:00 AM) Ida: my lamp';
  const comment = {
    author_id: 0,
    plain_body,
    public: true,
    created_at: '2024-03-12T10:20:00Z',
    via: { channel: 'chat' },
  };
  const ticket = {
    id: 1,
    subject: 'Chat with Ida',
    via: { channel: 'chat' },
    requester: { id: 5, name: 'Ida' },
    comments: [comment],
  };
  const { texts, changed } = await run({ zendesk: 'z.json' }, { 'z.json': JSON.stringify(ticket) });
  assert.deepEqual(texts, [['user: hello\nare you there?', 'assistant: Yes: what is it?', 'user: my lamp']]);
  assert.deepEqual(changed, ['thread: left out system events (1)']);
});

test('Zendesk: messaging, whose transcript names web users', async () => {
  const body =
    'Conversation with Web User 64ab\n\n(10:15:00) Web User 64ab: my lamp is dark\n(10:15:30) Tom: Press the switch.';
  const ticket = {
    id: 1,
    requester_id: 5,
    via: { channel: 'native_messaging' },
    comments: [{ author_id: 9, body, public: true, created_at: '2024-03-12T10:20:00Z' }],
  };
  const { texts } = await run({ zendesk: 'z.json' }, { 'z.json': JSON.stringify(ticket) });
  assert.deepEqual(texts, [['user: my lamp is dark', 'assistant: Press the switch.']]);
});

test('Zendesk: tickets merged in a circle, into themselves and into one that is not there', async () => {
  const ticket = (id: number, into: number, word: string): string =>
    JSON.stringify({
      id,
      requester_id: 1,
      tags: ['closed_by_merge'],
      comments: [
        { author_id: 1, plain_body: `${word}?`, public: true, created_at: `2024-01-0${id}T00:00:00Z` },
        { author_id: 2, plain_body: `${word}!`, public: true, created_at: `2024-01-0${id}T01:00:00Z` },
        {
          author_id: 2,
          plain_body: `merged into request #${into}`,
          body: `merged into request #${into}`,
          public: false,
        },
      ],
    })
      .replace('"comments":[', '"comments":[')
      .replaceAll(',"public":false}', ',"public":false,"created_at":"2024-01-09T00:00:00Z"}');
  const lines = [
    ticket(1, 2, 'a'),
    ticket(2, 3, 'b'),
    ticket(3, 1, 'c'),
    ticket(4, 4, 'd'),
    ticket(5, 99, 'e'),
  ];
  const { texts, dropped } = await run({ zendesk: 'z.json' }, { 'z.json': lines.join('\n') });
  assert.deepEqual(texts, [
    ['user: a?', 'assistant: a!', 'user: b?', 'assistant: b!', 'user: c?', 'assistant: c!'],
    ['user: d?', 'assistant: d!'],
    ['user: e?', 'assistant: e!'],
  ]);
  assert.equal(dropped.length, 2);
});

test('Intercom: JSON with a bot, notes and events; CSV with one message a row', async () => {
  const { texts, examples, changed, dropped } = await run(
    { intercom: 'intercom.json', topic_from: 'tag' },
    {},
    'intercom.json',
  );
  assert.deepEqual(texts, [
    [
      'user: How do I add a second seat?',
      'assistant*: Which plan are you on?',
      'user: Team',
      'assistant: Open Settings, then Seats:\n\n- press Add\n- enter the address',
      'assistant: Glad that worked!',
    ],
  ]);
  assert.equal(examples[0]?.meta.rating, 4);
  assert.equal(examples[0]?.meta.topic, 'Billing');
  assert.equal(examples[0]?.meta.createdAt, '2024-03-12T10:15:00Z');
  assert.equal(examples[0]?.meta['attachments'], 1);
  assert.deepEqual(changed, [
    'thread: left out system events (2)',
    'thread: left out internal notes (1)',
    'thread: left out messages of a bot beside those of an agent (1)',
  ]);
  assert.deepEqual(dropped, ['intercom.json:35 thread: no agent replied in it']);
  const rows = await run({ intercom: 'intercom.csv' }, {}, 'intercom.csv');
  assert.deepEqual(rows.texts, [['user: Can I pay by invoice?', 'assistant: Yes, from ten seats on.']]);
  assert.equal(rows.examples[0]?.meta['tags'], 'Billing, Invoice');
  assert.equal(rows.examples[0]?.meta.place, 'intercom.csv:2');
});

test('Freshdesk: both versions of the API, ratings in a file beside, spam, a merged ticket', async () => {
  const { texts, examples, dropped, changed } = await run(
    { freshdesk: 'f' },
    {
      'f/a.json': readFileSync(join(fixtures, 'freshdesk.json')),
      'f/ratings.json': readFileSync(join(fixtures, 'freshdesk-ratings.json')),
    },
  );
  assert.deepEqual(texts, [
    [
      'user: Wrong size delivered\n\nHello, I got size 39 and ordered 38.',
      'user: The box was open, too.',
      'assistant: Dear Eva,\na pair in 38 leaves today.',
      'user: Great.',
    ],
    ['user: Old shape\n\nIs the shop open on Sunday?', 'assistant: Yes, from ten.'],
  ]);
  assert.equal(examples[0]?.meta.rating, 5);
  assert.equal(examples[0]?.meta.outcome, 'resolved');
  assert.equal(examples[0]?.meta['channel'], 'email');
  assert.equal(examples[1]?.meta.createdAt, '2014-01-08T04:30:00Z');
  assert.deepEqual(dropped, [
    'f/a.json:17 thread: merged into ticket 20',
    'f/a.json:15 thread: marked as spam',
  ]);
  assert.ok(changed.includes('thread: left out forwards to somebody else (1)'));
});

test('Help Scout: threads from newest to oldest, notes, line items, drafts and a rating', async () => {
  const { texts, examples, dropped, changed } = await run(
    { helpscout: 'helpscout.json' },
    {},
    'helpscout.json',
  );
  assert.deepEqual(texts, [
    [
      'user: Printer offline\n\nThe printer says offline since this morning.',
      'assistant: Please hold the power button for ten seconds.',
    ],
  ]);
  assert.equal(examples[0]?.meta.rating, 5);
  assert.equal(examples[0]?.messages.at(-1)?.meta?.['rating'], 5);
  assert.equal(examples[0]?.meta['tags'], 'hardware');
  assert.deepEqual(dropped, ['helpscout.json:18 thread: marked as spam']);
  assert.deepEqual(changed, [
    'thread: left out internal notes (1)',
    'signatures: stripped signatures (1)',
    'thread: left out drafts (1)',
    'thread: left out system events (1)',
  ]);
});

test('a change of any file in the folder makes collect run again', async () => {
  const projectFolder = mkdtempSync(join(tmpdir(), 'attune-tickets-'));
  mkdirSync(join(projectFolder, 'z', 'sub'), { recursive: true });
  for (const name of ['z/b.json', 'z/sub/a.ndjson', 'z/readme.txt'])
    writeFileSync(join(projectFolder, name), '');
  const files = await collectFiles(collectConfig.parse({ sources: [{ zendesk: 'z' }] }), projectFolder);
  assert.deepEqual(files, [join(projectFolder, 'z/b.json'), join(projectFolder, 'z/sub/a.ndjson')]);
  const missing = collectFiles(collectConfig.parse({ sources: [{ zendesk: 'none' }] }), projectFolder);
  await assert.rejects(missing, { code: 'data', message: 'none does not exist' });
});

test('Zendesk: one ticket as the API answers for it', async () => {
  const ticket = { id: 7, requester_id: 1, subject: 'Lamp', status: 'open' };
  const comments = [
    { author_id: 1, body: 'It is dark in here.', public: true },
    { author_id: 2, body: 'Press the switch.', public: true },
  ];
  const { texts, examples } = await run(
    { zendesk: 'z' },
    {
      'z/7.json': JSON.stringify({ ticket: { ...ticket, comments } }),
      'z/8.json': JSON.stringify({ ticket: { ...ticket, id: 8 }, comments }),
    },
  );
  assert.deepEqual(
    texts,
    Array(2).fill(['user: Lamp\n\nIt is dark in here.', 'assistant: Press the switch.']),
  );
  assert.deepEqual(
    examples.map(({ meta }) => meta.id),
    ['s#7', 's#8'],
  );
});

test('Freshdesk: what a rule wrote is no reply', async () => {
  const note = { incoming: false, private: false, created_at: '2024-02-01T10:00:00Z' };
  const ticket = {
    id: 1,
    subject: 'Lamp',
    source: 1,
    description: '<div>It is dark.</div>',
    description_text: 'It is dark.',
    created_at: '2024-02-01T09:00:00Z',
    conversations: [
      { ...note, body: '<div>We received your ticket 1.</div>', auto_response: true },
      { ...note, body: '<div>Press the switch.</div>', auto_response: false, automation_id: null },
      { ...note, body: '<div>Escalated.</div>', automation_id: 12, automation_type_id: 2 },
    ],
  };
  const { texts, changed } = await run({ freshdesk: 'f.json' }, { 'f.json': JSON.stringify(ticket) });
  assert.deepEqual(texts, [['user: Lamp\n\nIt is dark.', 'assistant: Press the switch.']]);
  assert.deepEqual(changed, ['thread: left out automatic messages (2)']);
});

test('tickets that stand on one line are told apart by their columns', async () => {
  const ticket = {
    requester_id: 1,
    comments: [
      { author_id: 1, body: 'Q?' },
      { author_id: 2, body: 'A.' },
    ],
  };
  const { examples, dropped } = await run(
    { zendesk: 'z.json' },
    { 'z.json': JSON.stringify({ tickets: [ticket, { id: 5 }, ticket] }) },
  );
  assert.deepEqual(
    examples.map(({ meta }) => [meta.id, meta.place]),
    [
      ['s:1', 'z.json:1'],
      ['s:1:110', 'z.json:1:110'],
    ],
  );
  assert.match(dropped.join(), /^z\.json:1:101 read: the ticket has no comments/);
});

test('a file that is none of the help desk costs no other file of the folder', async () => {
  const ticket = JSON.stringify({
    id: 1,
    requester_id: 1,
    comments: [
      { author_id: 1, body: 'Q?' },
      { author_id: 2, body: 'A.' },
    ],
  });
  const { texts, dropped } = await run(
    { zendesk: 'z' },
    {
      'z/1.json': Buffer.from([0x1f, 0x8b, 8, 0]),
      'z/2.json': `\ufeff\ufeff${ticket.replace('{', '{\r\n')}`,
    },
  );
  assert.equal(texts.length, 1);
  assert.match(dropped.join(), /^z\/1\.json:1 read: .*compressed with gzip/);
});

test('Freshdesk: conversations in files beside the list of tickets', async () => {
  const reply = (id: number, ticket: number, incoming: boolean, body: string): object => ({
    id,
    ticket_id: ticket,
    incoming,
    private: false,
    source: 0,
    body: `<div>${body}</div>`,
    body_text: body,
    created_at: `2024-02-01T1${id}:00:00Z`,
  });
  const { texts, dropped, examples } = await run(
    { freshdesk: 'f' },
    {
      'f/tickets.json': JSON.stringify([
        {
          id: 1,
          subject: 'Lamp',
          status: 4,
          description: '<div>It is dark.</div>',
          description_text: 'It is dark.',
          created_at: '2024-02-01T09:00:00Z',
        },
        { id: 2, subject: 'Bulb', status: 2 },
      ]),
      'f/1.json': JSON.stringify([
        reply(2, 1, true, 'Thanks.'),
        reply(1, 1, false, 'Press the switch.'),
        reply(1, 1, false, 'Press the switch.'),
      ]),
      'f/3.json': JSON.stringify([reply(3, 3, false, 'Hello?')]),
    },
  );
  assert.deepEqual(texts, [['user: Lamp\n\nIt is dark.', 'assistant: Press the switch.', 'user: Thanks.']]);
  assert.deepEqual([examples[0]?.meta.place, examples[0]?.meta.outcome], ['f/tickets.json:1', 'resolved']);
  assert.match(
    dropped.join('\n'),
    /f\/3\.json:1 thread: the ticket itself, with what was asked, is not in the export/,
  );
  assert.match(dropped.join('\n'), /f\/tickets\.json:1:\d+ read: the ticket has no conversations/);
});

test('Intercom: tickets, with the form that the customer filled in', async () => {
  const part = {
    part_type: 'comment',
    author: { type: 'admin' },
    created_at: 1710238600,
    body: '<p>Press it.</p>',
  };
  const ticket = (id: string, category: string, state: unknown): object => ({
    type: 'ticket',
    id,
    category,
    ticket_attributes: { _default_title_: 'Lamp', _default_description_: '<p>It is dark.</p>' },
    ticket_state: state,
    created_at: 1710238500,
    ticket_parts: { type: 'ticket_part.list', ticket_parts: [part], total_count: 1 },
  });
  const tickets = [
    ticket('1', 'Customer', { type: 'ticket_state', category: 'resolved' }),
    ticket('2', 'Customer', 'in_progress'),
    ticket('3', 'Back-office', 'submitted'),
  ];
  const { texts, examples, dropped } = await run(
    { intercom: 'i.json' },
    { 'i.json': JSON.stringify({ type: 'ticket.list', tickets }) },
  );
  assert.deepEqual(texts[0], ['user: Lamp\n\nIt is dark.', 'assistant: Press it.']);
  assert.deepEqual(
    examples.map(({ meta }) => [meta.id, meta['outcome'], meta['type']]),
    [
      ['s#1', 'resolved', 'ticket'],
      ['s#2', 'open', 'ticket'],
    ],
  );
  assert.match(dropped.join(), /thread: a ticket that agents have among themselves$/);
});

test('Freshdesk: statuses of an account, and what its search answers', async () => {
  const reply = { body_text: 'Press the switch.', incoming: false, private: false };
  const ticket = { id: 1, subject: 'Lamp', description_text: 'It is dark.', conversations: [reply] };
  const results = [
    { ...ticket, status: 6 },
    { ...ticket, id: 2, status: 7, status_name: 'Waiting on Third Party' },
    { ...ticket, id: 3, status: 5 },
  ];
  const { examples } = await run(
    { freshdesk: 'f.json' },
    { 'f.json': JSON.stringify({ total: 3, results }) },
  );
  assert.deepEqual(
    examples.map(({ meta }) => [meta['outcome'], meta['status']]),
    [
      ['open', '6'],
      ['open', 'Waiting on Third Party'],
      ['resolved', 'closed'],
    ],
  );
});

test('Freshdesk: the XML of the account export', async () => {
  const note = (body: string, fields: string): string =>
    `<helpdesk-note><body>${body}</body><body-html>&lt;div&gt;${body}&lt;/div&gt;</body-html>${fields}<created-at type="datetime">2024-03-12T11:00:00+05:30</created-at></helpdesk-note>`;
  const ticket = (id: number, fields: string, notes: string): string =>
    `<helpdesk-ticket><created-at type="datetime">2024-03-12T10:00:00+05:30</created-at><deleted type="boolean">false</deleted><description>It is dark.</description><description-html>&lt;p&gt;It is &lt;b&gt;dark&lt;/b&gt;.&lt;/p&gt;</description-html><display-id type="integer">${id}</display-id><id type="integer">${id + 900}</id><source type="integer">1</source><status type="integer">5</status><status-name>Closed</status-name><subject>Lamp</subject>${fields}<notes type="array">${notes}</notes></helpdesk-ticket>`;
  const said = '<incoming type="boolean">false</incoming><private type="boolean">false</private>';
  const tickets = [
    ticket(
      1,
      '<spam type="boolean">false</spam><tags type="array"><tag><name>lamp</name></tag></tags>',
      note('Press the switch.', said) +
        note('Secret.', '<incoming>false</incoming><private>true</private>') +
        note('It works.', '<incoming>true</incoming><private>false</private>'),
    ),
    ticket(2, '<spam type="boolean">true</spam>', ''),
  ];
  const { texts, examples, dropped } = await run(
    { freshdesk: 'Tickets0.xml' },
    { 'Tickets0.xml': `<helpdesk-tickets type="array">${tickets.join('\n')}</helpdesk-tickets>` },
  );
  assert.deepEqual(texts, [['user: Lamp\n\nIt is dark.', 'assistant: Press the switch.', 'user: It works.']]);
  const { id, createdAt, tags, outcome } = examples[0]!.meta;
  assert.deepEqual([id, createdAt, tags, outcome], ['s#1', '2024-03-12T04:30:00Z', 'lamp', 'resolved']);
  assert.deepEqual(dropped, ['Tickets0.xml:2 thread: marked as spam']);
});

test('Help Scout: what an agent noted of a call is no message', async () => {
  const thread = (id: number, type: string, by: string, body: string): object => ({
    id,
    type,
    state: 'published',
    body,
    createdBy: { id, type: by },
    createdAt: `2024-03-12T1${id}:00:00Z`,
  });
  const conversation = {
    id: 1,
    subject: 'Lamp',
    threads: [
      thread(1, 'customer', 'customer', 'It is dark.'),
      thread(2, 'phone', 'user', 'Called him, he was angry.'),
      thread(3, 'message', 'user', 'Press the switch.'),
    ],
  };
  const { texts } = await run({ helpscout: 'h.json' }, { 'h.json': JSON.stringify(conversation) });
  assert.deepEqual(texts, [['user: Lamp\n\nIt is dark.', 'assistant: Press the switch.']]);
});
