import assert from 'node:assert/strict';
import { test } from 'node:test';
import { collectSource as run } from '../../../test/support/collect-source.ts';

type Fields = Record<string, unknown>;

function comment(author: number, minute: number, body: string, fields: Fields = {}): Fields {
  return {
    id: minute,
    type: 'Comment',
    author_id: author,
    body,
    plain_body: body,
    public: true,
    via: { channel: 'email', source: { from: {}, to: {}, rel: null } },
    created_at: `2024-03-12T10:${minute}:00Z`,
    ...fields,
  };
}

function ticket(id: number, comments: readonly Fields[], fields: Fields = {}): Fields {
  return { id, requester_id: 1, assignee_id: 2, via: { channel: 'email' }, ...fields, comments };
}

const ask = comment(1, 10, 'It is dark.');
const copied = comment(7, 11, 'Here too.');
const reply = comment(2, 12, 'Press the switch.');
const asked = ['user: It is dark.', 'user: Here too.', 'assistant: Press the switch.'];

test('who was copied in is a customer, however the export tells', async () => {
  const role = 'end-user';
  const cases: [string, Fields, ...Fields[]][] = [
    ['in the list of copies', ticket(1, [ask, copied, reply], { email_cc_ids: [7] })],
    ['as a collaborator', ticket(1, [ask, copied, reply], { collaborator: [{ id: 7, role }] })],
    ['as the author', ticket(1, [ask, { ...copied, author: { id: 7, role } }, reply])],
    ['in a line of its own', ticket(1, [ask, copied, reply]), { id: 7, role, email: 'x@example.org' }],
    ['as the API answers for one', ticket(1, [ask, copied, reply]), { user: { id: 7, role } }],
  ];
  for (const [name, ...records] of cases) {
    const lines = records.map((record) => JSON.stringify(record)).join('\n');
    const { texts, dropped } = await run({ zendesk: 'z.json' }, { 'z.json': lines });
    assert.deepEqual([texts, dropped], [[asked], []], name);
  }
  const follower = ticket(1, [ask, copied, reply], { email_cc_ids: [7], follower_ids: [7] });
  const { texts } = await run({ zendesk: 'z.json' }, { 'z.json': JSON.stringify(follower) });
  assert.equal(texts[0]?.[1], 'assistant: Here too.');
});

test('ratings in words and in points, in the ticket and in a list beside it', async () => {
  const rated = (id: number, score: unknown): Fields =>
    ticket(id, [ask, reply], { satisfaction_rating: { score } });
  const scores = ['good', 'badwithcomment', 'good_with_comment', 'offered', 'unoffered', 4, '2', null];
  const { examples, dropped } = await run(
    { zendesk: 'z' },
    {
      'z/tickets.json': JSON.stringify({
        results: [...scores.map((score, i) => rated(i + 1, score)), ticket(99, [ask, reply])],
        count: 9,
      }),
      'z/ratings.json': JSON.stringify({
        satisfaction_ratings: [
          { id: 1, ticket_id: 99, score: 'bad', comment: 'no' },
          { id: 2, ticket_id: 1, score: 'unoffered' },
        ],
      }),
    },
  );
  assert.deepEqual(
    examples.map(({ meta }) => meta.rating),
    ['good', 'bad', 'good', undefined, undefined, 4, 2, undefined, 'bad'],
  );
  assert.deepEqual(dropped, []);
});

test('a merged ticket, whose note is in another language', async () => {
  const note = (into: string): Fields =>
    comment(2, 30, `Diese Anfrage wurde mit der Anfrage ${into} „Lampe“ zusammengeführt.`, {
      public: false,
      via: { channel: 'web', source: { from: {}, to: {}, rel: 'merge' } },
    });
  const merged = ticket(36, [copied, note('#35')], { requester_id: 7, tags: ['closed_by_merge'] });
  const untagged = ticket(37, [ask, reply, note('#35')]);
  const { texts, dropped } = await run(
    { zendesk: 'z.json' },
    { 'z.json': [ticket(35, [ask, reply]), merged, untagged].map((one) => JSON.stringify(one)).join('\n') },
  );
  assert.deepEqual(texts[0], asked);
  assert.equal(texts.length, 2);
  assert.deepEqual(dropped, ['z.json:2 thread: merged into ticket 35']);
});

test('what the system wrote is no reply, and a side conversation no ticket', async () => {
  const system = comment(-1, 20, 'The ticket was closed.', { via: { channel: 'system' } });
  const lines = [
    ticket(1, [ask, reply, system]),
    ticket(2, [ask, reply], { via: { channel: 'side_conversation' } }),
  ];
  const { texts, changed, dropped } = await run(
    { zendesk: 'z.json' },
    { 'z.json': lines.map((line) => JSON.stringify(line)).join('\n') },
  );
  assert.deepEqual(texts, [['user: It is dark.', 'assistant: Press the switch.']]);
  assert.deepEqual(changed, ['thread: left out automatic messages (1)']);
  assert.deepEqual(dropped, ['z.json:2 thread: a side conversation, which agents have among themselves']);
});

test('the XML export, with the users in a file beside it', async () => {
  const say = (author: number, minute: number, value: string, isPublic = true): string =>
    `<comment><author-id type="integer">${author}</author-id><created-at type="datetime">2024-03-12T10:${minute}:00Z</created-at><is-public type="boolean">${isPublic}</is-public><value>${value}</value><via-id type="integer">4</via-id></comment>`;
  const tickets = `<?xml version="1.0" encoding="UTF-8"?>
<tickets type="array">
  <ticket>
    <created-at type="datetime">2024-03-12T10:10:00Z</created-at><current-tags>lamp dark</current-tags>
    <id type="integer">900</id><nice-id type="integer">35</nice-id><group-id type="integer">2</group-id>
    <priority-id type="integer">3</priority-id><requester-id type="integer">1</requester-id>
    <status-id type="integer">3</status-id><subject>Lamp</subject><ticket-type-id type="integer">1</ticket-type-id>
    <via-id type="integer">4</via-id><assignee-updated-at type="datetime" nil="true"/>
    <comments type="array">${say(1, 10, 'It is dark &amp; cold.')}${say(7, 11, 'Here too.')}${say(2, 12, 'Who knows?', false)}${say(2, 13, 'Press the switch.')}</comments>
  </ticket>
  <ticket>
    <id type="integer">901</id><nice-id type="integer">36</nice-id><requester-id type="integer">7</requester-id>
    <status-id type="integer">4</status-id><subject>Lamp</subject><current-tags>closed_by_merge</current-tags>
    <comments type="array">${say(7, 14, 'And mine?')}${say(2, 15, 'This request was closed and merged into request #35', false)}</comments>
  </ticket>
</tickets>`;
  const user = (id: number, role: number): string =>
    `<user><id type="integer">${id}</id><name>N</name><roles type="integer">${role}</roles></user>`;
  const { texts, examples, dropped } = await run(
    { zendesk: 'z', topic_from: 'tag' },
    {
      'z/tickets.xml': tickets,
      'z/users.xml': `<users type="array">${user(1, 0)}${user(2, 4)}${user(7, 0)}</users>`,
      'z/organizations.xml':
        '<organizations type="array"><organization><id>1</id></organization></organizations>',
    },
  );
  assert.deepEqual(texts, [
    [
      'user: Lamp\n\nIt is dark & cold.',
      'user: Here too.',
      'assistant: Press the switch.',
      'user: And mine?',
    ],
  ]);
  assert.deepEqual(examples[0]?.meta, {
    id: 's#35',
    source: 's',
    subject: 'Lamp',
    outcome: 'resolved',
    status: 'solved',
    createdAt: '2024-03-12T10:10:00Z',
    channel: 'email',
    tags: 'lamp, dark',
    type: 'question',
    priority: 'high',
    group: '2',
    topic: 'lamp',
    place: 'z/tickets.xml:3',
  });
  assert.deepEqual(dropped, [
    'z/organizations.xml thread: there is no ticket in it',
    'z/tickets.xml:11 thread: merged into ticket 35',
  ]);
});
