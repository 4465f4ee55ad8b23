import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecordError } from './field-checks.ts';
import type { UnknownRecord } from './field-checks.ts';
import { shapes } from './detect-format.ts';
import type { ParsedRecord } from './record-shape.ts';
import { validateExample } from './validate-example.ts';

const parse = (record: UnknownRecord): ParsedRecord => shapes.preference.parse(record);
const user = (content: string): UnknownRecord => ({ role: 'user', content });
const assistant = (content: string): UnknownRecord => ({ role: 'assistant', content });
const expected = [
  { role: 'user', content: 'Is it open?' },
  { role: 'assistant', content: 'From nine.', rejected: [{ content: 'No idea.' }] },
];

test('a preference is one thing, however it is written', () => {
  const written: UnknownRecord[] = [
    { prompt: 'Is it open?', chosen: 'From nine.', rejected: 'No idea.' },
    {
      prompt: [user('Is it open?')],
      chosen: [assistant('From nine.')],
      rejected: [assistant('No idea.')],
    },
    {
      chosen: [user('Is it open?'), assistant('From nine.')],
      rejected: [user('Is it open?'), assistant('No idea.')],
    },
    // As in UltraFeedback: the prompt once more as text.
    {
      prompt: 'Is it open?',
      chosen: [user('Is it open?'), assistant('From nine.')],
      rejected: [user('Is it open?'), assistant('No idea.')],
    },
    {
      chosen: '\n\nHuman: Is it open?\n\nAssistant: From nine.',
      rejected: '\n\nHuman: Is it open?\n\nAssistant: No idea.',
    },
    { prompt: '\n\nHuman: Is it open?\n\nAssistant:', chosen: ' From nine.', rejected: ' No idea.' },
  ];
  for (const record of written) {
    const { messages, meta } = parse(record);
    const trimmed = JSON.parse(JSON.stringify(messages).replace(/" /g, '"')) as unknown;
    assert.deepEqual(trimmed, expected, JSON.stringify(record));
    assert.deepEqual(meta, parse(written[0]!).meta, 'records with one prompt are one conversation');
  }
  const openai = shapes['openai-preference'].parse({
    input: { messages: [user('Is it open?')], tools: [], parallel_tool_calls: true },
    preferred_output: [assistant('From nine.')],
    non_preferred_output: [assistant('No idea.')],
  });
  assert.deepEqual([openai.messages, openai.ignored], [expected, []]);
});

test('a transcript is cut where a paragraph names the speaker, not where a turn quotes one', () => {
  const start =
    '\n\nHuman: My note says\nHuman: call back\n\nAssistant: Then call.\n\nHuman: When?\n\nAssistant:';
  const { messages } = parse({ chosen: `${start} At ten.`, rejected: `${start} Never.\n\nReally.` });
  assert.deepEqual(messages, [
    { role: 'user', content: 'My note says\nHuman: call back' },
    { role: 'assistant', content: 'Then call.', trained: false },
    { role: 'user', content: 'When?' },
    { role: 'assistant', content: 'At ten.', rejected: [{ content: 'Never.\n\nReally.' }] },
  ]);
  const earlier = start.slice(0, start.indexOf('Then call.'));
  const shorter = parse({ chosen: `${earlier}Yes.`, rejected: `${earlier}No.` });
  assert.equal(
    shorter.meta['conversation'],
    parse({ chosen: `${start} a`, rejected: `${start} b` }).meta['conversation'],
  );
});

test('records that hold no preference are refused with the reason', () => {
  const start = '\n\nHuman: Hi\n\nAssistant: Hello.\n\nHuman: How much?\n\nAssistant:';
  const other = '\n\nHuman: Hi\n\nAssistant: Go away.\n\nHuman: How much?\n\nAssistant:';
  const cases: [UnknownRecord, RegExp][] = [
    [
      { chosen: `${start} Ten.`, rejected: `${other} Ten.` },
      /chosen parts from the other answer 3 messages before its end/,
    ],
    [{ chosen: `${start} Ten.`, rejected: start }, /rejected is ""; an answer must not be empty/],
    [{ chosen: 'The sky is blue.', rejected: 'The sky is green.' }, /there is no prompt/],
    [{ prompt: 'Sky?', chosen: 'Blue.', rejected: 7 }, /rejected is 7; text is needed/],
    [
      { prompt: [user('a'), assistant('b')], chosen: 'c', rejected: 'd' },
      /prompt ends in an assistant message/,
    ],
    [{ prompt: [{ role: 'system', content: 'S' }], chosen: 'c', rejected: 'd' }, /no user message/],
    [
      { prompt: 'x', chosen: [user('a'), assistant('b')], rejected: [user('a'), assistant('c')] },
      /prompt is none of its messages/,
    ],
  ];
  for (const [record, reason] of cases)
    assert.throws(
      () => parse(record),
      (error: unknown) => error instanceof RecordError && reason.test(error.message),
      String(reason),
    );
});

test('an unpaired rating is a fact of the reply, and what was called bad is not imitated', () => {
  const of = (label: unknown): ParsedRecord =>
    shapes['unpaired-preference'].parse({ prompt: 'Sky?', completion: 'Blue.', label });
  assert.deepEqual(of(true).messages.at(-1), { role: 'assistant', content: 'Blue.', meta: { rating: true } });
  assert.deepEqual(of(false).messages.at(-1), {
    role: 'assistant',
    content: 'Blue.',
    meta: { rating: false },
    trained: false,
  });
  assert.equal(of(true).meta['conversation'], of(false).meta['conversation']);
  assert.throws(() => of(1), /label is 1; true \(good\) or false \(bad\) is needed/);
});

test("a module's rejected replies are checked like its messages", () => {
  const example = (reply: object): unknown => ({
    messages: [user('Hi'), { ...assistant('Hello.'), ...reply }],
  });
  const calls = [{ name: 'f', arguments: { x: 1 } }];
  const rejected = [{ content: 'Go.' }, { content: '', toolCalls: calls }];
  assert.deepEqual(validateExample(example({ rejected })).messages[1]!.rejected, rejected);
  assert.equal('rejected' in validateExample(example({ rejected: [] })).messages[1]!, false);
  const refused: [object, RegExp][] = [
    [{ rejected: 'Go.' }, /messages\[1\]\.rejected is "Go\."; a list is needed/],
    [{ rejected: [{ text: 'Go.' }] }, /rejected\[0\]\.text is not a field of a rejected reply/],
    [{ rejected: [{ content: 1 }] }, /rejected\[0\]\.content is 1; text is needed/],
  ];
  for (const [reply, reason] of refused) assert.throws(() => validateExample(example(reply)), reason);
  const onUser = { messages: [{ ...user('Hi'), rejected }, assistant('Hello.')] };
  assert.throws(() => validateExample(onUser), /rejected is not a field of a message of role user/);
});
