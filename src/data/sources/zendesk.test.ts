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
