import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '../../../test/support/properties.ts';
import type { Example, Message, ToolCall } from '../example.ts';
import { RecordError } from './field-checks.ts';
import { detectFormat, shapes } from './detect-format.ts';
import type { UnknownRecord } from './field-checks.ts';
import type { RecordFormat } from '../config/record-formats.ts';

const text = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' });
const argumentsOf = fc.dictionary(
  fc.stringMatching(/^[a-z]{1,5}$/),
  fc.oneof(text, fc.integer(), fc.boolean()),
  { maxKeys: 3, noNullPrototype: true },
);
const call: fc.Arbitrary<ToolCall> = fc.record(
  { name: fc.constantFrom('search', 'book'), arguments: argumentsOf },
  { noNullPrototype: true },
);

const exchange: fc.Arbitrary<Message[]> = fc.tuple(text, text).map(([a, b]) => [
  { role: 'user', content: a },
  { role: 'assistant', content: b },
]);
const lookup: fc.Arbitrary<Message[]> = fc
  .tuple(text, fc.array(call, { minLength: 1, maxLength: 2 }), text, text)
  .map(([question, toolCalls, result, reply]): Message[] => [
    { role: 'user', content: question },
    { role: 'assistant', content: '', toolCalls },
    ...toolCalls.map(({ name }): Message => ({ role: 'tool', content: result, name })),
    { role: 'assistant', content: reply, trained: false },
  ]);
const system = fc
  .option(text, { nil: undefined })
  .map((content): Message[] => (content === undefined ? [] : [{ role: 'system', content }]));
const plain = fc
  .tuple(system, fc.array(exchange, { minLength: 1, maxLength: 3 }))
  .map((parts) => parts.flat(2));
const withTools = fc
  .tuple(plain, fc.array(lookup, { maxLength: 2 }))
  .map((parts) => parts.flat(2) as Message[]);

const preferred: fc.Arbitrary<Message[]> = fc
  .tuple(plain, text, fc.string({ minLength: 1, maxLength: 9, unit: 'grapheme' }))
  .filter(([, , rejected]) => rejected.trim() !== '')
  .map(([messages, , rejected]): Message[] => [
    ...messages.slice(0, -1).map(asGiven),
    { ...messages.at(-1)!, content: 'Chosen.', rejected: [{ content: rejected }] },
  ]);
const rated: fc.Arbitrary<Message[]> = fc
  .tuple(plain, fc.boolean())
  .map(([messages, rating]): Message[] => [
    ...messages.slice(0, -1).map(asGiven),
    { ...messages.at(-1)!, meta: { rating }, ...(!rating && { trained: false }) },
  ]);
function asGiven(one: Message): Message {
  return one.role === 'assistant' ? { ...one, trained: false } : one;
}

const roundTrips: [RecordFormat, fc.Arbitrary<Message[]>][] = [
  ['openai', withTools],
  ['sharegpt', withTools],
  ['alpaca', plain],
  ['prompt-completion', fc.tuple(system, exchange).map((parts) => parts.flat())],
  ['preference', preferred],
  ['openai-preference', preferred],
  ['unpaired-preference', rated],
];

for (const [format, conversations] of roundTrips)
  test(`${format}: what is written is told by its form and read back`, () => {
    fc.assert(
      fc.property(conversations, (messages) => {
        const example: Example = { messages, meta: { id: '1', source: 's' } };
        const record = JSON.parse(JSON.stringify(shapes[format].write(example))) as UnknownRecord;
        assert.equal(detectFormat([record], 'file'), format);
        assert.deepEqual(shapes[format].parse(record).messages, messages);
      }),
      { numRuns: 200 },
    );
  });

test('openai: what is said beside a tool call is written and read back', () => {
  const messages: Message[] = [
    { role: 'user', content: 'Where is it?' },
    { role: 'assistant', content: 'One moment.', toolCalls: [{ name: 'find', arguments: { id: 1 } }] },
    { role: 'tool', content: 'found', name: 'find' },
    { role: 'assistant', content: 'Here.' },
  ];
  const record = shapes.openai.write({ messages, meta: { id: '1', source: 's' } }) as UnknownRecord;
  assert.deepEqual(shapes.openai.parse(record).messages, messages);
});

test('sharegpt: what else a turn says is a fact of it; what is no fact is named', () => {
  const { messages, ignored } = shapes.sharegpt.parse({
    conversations: [
      { from: 'human', value: 'a', mood: null },
      { from: 'gpt', value: 'b', action: 'greet', spans: [1] },
    ],
  });
  assert.deepEqual(messages, [
    { role: 'user', content: 'a' },
    { role: 'assistant', content: 'b', meta: { action: 'greet' } },
  ]);
  assert.deepEqual(ignored, ['conversations[].spans']);
});

test('openai: tool calls, text parts, weights, names and tools', () => {
  const tools = [{ type: 'function', function: { name: 'find' } }];
  const parsed = shapes.openai.parse({
    id: 12,
    created_at: '2024-01-01',
    metadata: { topic: 'billing', score: 3, nested: {} },
    messages: [
      { role: 'developer', content: 'Be kind' },
      {
        role: 'user',
        name: 'ann',
        content: [
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b' },
        ],
      },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'c1', type: 'function', function: { name: 'find', arguments: '{"q":[1]}' } }],
      },
      { role: 'tool', tool_call_id: 'c1', content: 'found' },
      { role: 'assistant', content: 'ok', weight: 0, internal: true },
    ],
    tools,
  });
  assert.deepEqual(parsed, {
    messages: [
      { role: 'system', content: 'Be kind' },
      { role: 'user', content: 'ab', meta: { name: 'ann' } },
      { role: 'assistant', content: '', toolCalls: [{ name: 'find', arguments: { q: [1] } }] },
      { role: 'tool', content: 'found', name: 'find' },
      { role: 'assistant', content: 'ok', trained: false, meta: { internal: true } },
    ],
    meta: { id: '12', createdAt: '2024-01-01', topic: 'billing', score: 3 },
    tools,
    ignored: ['metadata.nested'],
  });
});

test('a refused record is told by field and value', () => {
  const user = { role: 'user', content: 'a' };
  const cases: [RecordFormat, UnknownRecord, RegExp][] = [
    ['openai', { messages: 'x' }, /^messages is "x"; a list is needed/],
    ['openai', { messages: [] }, /^messages is empty/],
    ['openai', { messages: [user] }, /no assistant message/],
    [
      'openai',
      { messages: [{ role: 'bot', content: 'a' }] },
      /^messages\[0\]\.role is "bot"; allowed are system, /,
    ],
    [
      'openai',
      { messages: [user, { role: 'assistant' }] },
      /^messages\[1\]\.content is missing; text is needed/,
    ],
    [
      'openai',
      { messages: [{ role: 'user', content: [{ type: 'image_url' }] }] },
      /^messages\[0\]\.content\[0\]\.type is "image_url"/,
    ],
    ['openai', { messages: [{ ...user, weight: 1 }] }, /only a message of role assistant has it/],
    [
      'openai',
      { messages: [user, { role: 'assistant', content: 'b', weight: 2 }] },
      /weight is 2; allowed are 0 and 1/,
    ],
    [
      'openai',
      { messages: [{ role: 'tool', tool_call_id: 'x', content: '' }] },
      /tool_call_id is "x"; it must be the id of a call/,
    ],
    [
      'openai',
      {
        messages: [
          user,
          { role: 'assistant', tool_calls: [{ function: { name: 'f', arguments: '{"a":1,"a":2}' } }] },
        ],
      },
      /arguments is the key "a" stands twice/,
    ],
    [
      'openai',
      { id: 2 ** 60, messages: [user, { role: 'assistant', content: 'b' }] },
      /^id is .*write it in quotes/,
    ],
    [
      'sharegpt',
      { conversations: [{ from: 'narrator', value: 'a' }] },
      /^conversations\[0\]\.from is "narrator"; allowed are/,
    ],
    ['sharegpt', { conversations: [{ from: 'human', value: 5 }] }, /^conversations\[0\]\.value is 5/],
    ['sharegpt', { conversations: [{ from: 'observation', value: 'a' }] }, /no call stands before it/],
    ['alpaca', { instruction: 'a', output: null }, /^output is null; text is needed/],
    ['alpaca', { instruction: 'a', output: 'b', history: [['x']] }, /^history\[0\] is a list of 1/],
    ['prompt-completion', { prompt: 'a', completion: 7 }, /^completion is 7/],
  ];
  for (const [format, record, reason] of cases)
    assert.throws(
      () => shapes[format].parse(record),
      (error) => error instanceof RecordError && reason.test(error.message),
      String(reason),
    );
});

test('a blank fact is not known, and a field may be called as a property of every object is', () => {
  const { meta } = shapes['prompt-completion'].parse({
    prompt: 'a',
    completion: 'b',
    topic: ' ',
    id: '',
    created_at: '2024-01-01',
    conversation_id: 7,
    constructor: 'x',
    metadata: { outcome: '', toString: 3, note: '' },
  });
  assert.deepEqual(meta, {
    createdAt: '2024-01-01',
    conversation: '7',
    constructor: 'x',
    toString: 3,
    note: '',
  });
});

test('a reason hides e-mail addresses and long numbers', () => {
  const record = { messages: [{ role: 'mary@example.com 4155552671', content: '' }] };
  assert.throws(
    () => shapes.openai.parse(record),
    (error) => error instanceof RecordError && !/mary|4155/.test(error.message),
  );
});

test('a file of unknown or wrong form is refused with its fields', () => {
  assert.throws(
    () => detectFormat([{ question: 'a', answer: 'b' }], 'f.jsonl'),
    /f\.jsonl: cannot tell the format.*question, answer/,
  );
  assert.throws(() => detectFormat([[{ instruction: 'a' }]], 'f.json'), /holds a JSON list/);
});

test('an example that a format has no place for is refused', () => {
  const meta = { id: '1', source: 's' };
  const messages: Message[] = [
    { role: 'user', content: 'a' },
    { role: 'assistant', content: '', toolCalls: [{ name: 'f', arguments: {} }] },
  ];
  assert.throws(() => shapes.alpaca.write({ messages, meta }), RecordError);
});
