import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fc } from '../../../test/support/properties.ts';
import { collectSource as run, ticketFixtures } from '../../../test/support/collect-source.ts';

const events = readFileSync(join(ticketFixtures, 'zendesk-events.json'), 'utf8');

test('Zendesk: ticket events with their comments, put together, one ticket merged into another', async () => {
  const { texts, examples, changed, dropped, summary } = await run(
    { zendesk: 'z.json' },
    { 'z.json': events },
  );
  assert.deepEqual(texts, [
    [
      'user: Pan\n\nThe handle came off.',
      'user: Did you get my form?',
      'assistant: A new handle is on its way.',
    ],
  ]);
  assert.deepEqual(examples[0]?.meta, {
    id: 's#61',
    source: 's',
    subject: 'Pan',
    outcome: 'resolved',
    status: 'solved',
    rating: 'good',
    createdAt: '2024-03-12T10:15:00Z',
    channel: 'web',
    tags: 'pan, warranty',
    attachments: 1,
    place: 'z.json:3',
  });
  assert.deepEqual(changed, [
    'merged: joined tickets that were merged into it (1)',
    'thread: left out internal notes (1)',
    'thread: left out system events (1)',
  ]);
  assert.equal(dropped.length, 2);
  assert.match(dropped[0]!, /^z\.json:58 read: the event says that there is a comment, but not what it says/);
  assert.match(dropped[1]!, /^z\.json:16 thread: merged into ticket 61/);
  assert.deepEqual([summary['kept'], summary['bad'], summary['left_out']], [1, 1, 1]);
});

test('Zendesk: events, tickets and users in files of their own; an event that two exports have counts once', async () => {
  const tickets = {
    tickets: [
      {
        id: 61,
        subject: 'Pan handle',
        status: 'closed',
        requester_id: 5001,
        via: { channel: 'email' },
        priority: 'high',
      },
      { id: 99, subject: 'Without comments', status: 'open', requester_id: 5001 },
    ],
    users: [{ id: 7001, name: 'Ann', role: 'agent' }],
  };
  const { texts, examples, dropped } = await run(
    { zendesk: 'z' },
    { 'z/a.json': events, 'z/b.json': events, 'z/tickets.json': JSON.stringify(tickets) },
  );
  assert.equal(texts[0]?.[0], 'user: Pan handle\n\nThe handle came off.');
  assert.equal(texts[0]?.length, 3);
  assert.deepEqual(
    [examples[0]?.meta.place, examples[0]?.meta['status'], examples[0]?.meta['channel']],
    ['z/tickets.json:1', 'closed', 'email'],
  );
  assert.match(dropped.join('\n'), /z\/tickets\.json:1:\d+ read: the ticket has no comments/);
});

test('Zendesk: audits, and comments that name their ticket', async () => {
  const audit = (id: number, author: number, time: string, ...list: object[]): object => ({
    id,
    ticket_id: 47,
    created_at: time,
    author_id: author,
    metadata: {},
    via: { channel: 'web' },
    events: list,
  });
  const audits = {
    audits: [
      audit(
        1,
        5,
        '2024-03-12T10:15:00Z',
        { id: 10, type: 'Comment', body: 'My lamp is dark.', public: true, attachments: [] },
        { id: 11, type: 'Create', field_name: 'requester_id', value: '5' },
        { id: 12, type: 'Create', field_name: 'type', value: 'problem' },
        { id: 13, type: 'Notification', subject: 'Received', body: 'We received it.' },
      ),
      audit(2, 6, '2024-03-12T10:20:00Z', {
        id: 20,
        type: 'Comment',
        body: 'Press the switch.',
        public: true,
      }),
      audit(3, 6, '2024-03-12T10:21:00Z', { id: 21, type: 'Change', field_name: 'status', value: 'solved' }),
    ],
  };
  const { texts, examples } = await run({ zendesk: 'z.json' }, { 'z.json': JSON.stringify(audits) });
  assert.deepEqual(texts, [['user: My lamp is dark.', 'assistant: Press the switch.']]);
  assert.deepEqual([examples[0]?.meta['type'], examples[0]?.meta.outcome], ['problem', 'resolved']);
  const comment = (id: number, author: number, body: string): string =>
    JSON.stringify({
      id,
      ticket_id: 8,
      author_id: author,
      body,
      public: true,
      type: 'Comment',
      created_at: `2024-03-12T10:1${id}:00Z`,
    });
  const single = await run(
    { zendesk: 'z' },
    {
      'z/comments.jsonl': `${comment(2, 6, 'Press the switch.')}\n${comment(1, 5, 'My lamp is dark.')}\n`,
      'z/tickets.jsonl': `${JSON.stringify({ id: 8, requester_id: 5, status: 'open' })}\n`,
    },
  );
  assert.deepEqual(single.texts, [['user: My lamp is dark.', 'assistant: Press the switch.']]);
});

test('Zendesk: a ticket or comments with users loaded beside them are one record, and none is lost', async () => {
  const comments = [
    { author_id: 1, body: 'It is dark in here.', public: true },
    { author_id: 2, body: 'Press the switch.', public: true },
  ];
  const users = [
    { id: 1, name: 'Kim', role: 'end-user' },
    { id: 2, name: 'Ann', role: 'agent' },
  ];
  const { texts, dropped } = await run(
    { zendesk: 'z' },
    {
      'z/1.json': JSON.stringify({ ticket: { id: 1, comments }, users }),
      'z/2.json': JSON.stringify({ comments, users, count: 2 }),
      'z/3.json': JSON.stringify({ users, comments }),
    },
  );
  assert.deepEqual(texts, [['user: It is dark in here.', 'assistant: Press the switch.']]);
  assert.deepEqual(dropped, [
    'z/2.json:1 read: the comments do not say which ticket they belong to; put those of each ticket into it as comments',
    'z/3.json:1:1 read: "comments" stands behind a list; put it before',
  ]);
});

test('Zendesk: comments of which nothing tells who asked are left out with that reason', async () => {
  const comment = { ticket_id: 3, type: 'Comment', body: 'Hello', author_id: 4, public: true };
  const { dropped } = await run(
    { zendesk: 'z' },
    { 'z/a.jsonl': `${JSON.stringify(comment)}\n`, 'z/b.json': events },
  );
  assert.match(dropped.join('\n'), /z\/a\.jsonl:1 thread: nothing tells who asked/);
});

test('Zendesk: a voice mail is what its transcript says', async () => {
  const call = (data: object): object => ({
    type: 'VoiceComment',
    author_id: 1,
    public: true,
    body: 'Voicemail from: +1 555 0100',
    data,
  });
  const ticket = {
    id: 1,
    requester_id: 1,
    comments: [
      call({ transcription_text: 'My lamp is dark, please call back.', answered_by_id: null }),
      call({ answered_by_id: 2, call_duration: 60 }),
      { author_id: 2, body: 'Press the switch.', public: true },
    ],
  };
  const { texts } = await run({ zendesk: 'z.json' }, { 'z.json': JSON.stringify(ticket) });
  assert.deepEqual(texts, [['user: My lamp is dark, please call back.', 'assistant: Press the switch.']]);
});

test('Zendesk: whatever stands in the fields of events, the run ends and counts them', async () => {
  const odd = fc.oneof(
    fc.string(),
    fc.constantFrom(null, 0, 61, true, [], {}, 'Comment', 'merged into ticket #61'),
    fc.nat(3),
  );
  const child = fc.record(
    { id: odd, type: odd, event_type: odd, body: odd, via: odd, public: odd, tags: odd, field_name: odd },
    { requiredKeys: [] },
  );
  const event = fc.record(
    {
      id: odd,
      ticket_id: odd,
      created_at: odd,
      via: odd,
      child_events: fc.oneof(odd, fc.array(child, { maxLength: 3 })),
    },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 6 }), async (list) => {
      const { summary } = await run(
        { zendesk: 'z' },
        { 'z/a.json': events, 'z/b.json': JSON.stringify({ ticket_events: list }) },
      );
      assert.ok(Number(summary['kept']) >= 1);
    }),
    { numRuns: 10, seed: 1 },
  );
});
