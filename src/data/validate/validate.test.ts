import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Example, ExampleMeta, Message } from '../example.ts';
import { encodingDamage } from './encoding.ts';
import type { ValidationReport } from './report.ts';
import { type ValidationItem, type ValidationOptions, validateExamples } from './validate.ts';

const long = 'I would like to change the delivery address of my order, please.';
const user = (content: string): Message => ({ role: 'user', content });
const assistant = (content: string): Message => ({ role: 'assistant', content });

function item(id: string, messages: Message[], meta: Partial<ExampleMeta> = {}): ValidationItem {
  const example: Example = {
    messages: [{ role: 'system', content: 'S' }, ...messages],
    meta: { id, source: 's', place: `s:${id}`, ...meta },
  };
  return { example };
}

const sound = (count: number): ValidationItem[] =>
  Array.from({ length: count }, (_, i) =>
    item(`ok${i}`, [user(`${long} ${i}`), assistant(`Done, number ${i}, as you wished.`)]),
  );

const rules = ({ issues }: ValidationReport, rule: string): string[] =>
  issues.filter((one) => one.rule === rule).map(({ severity, message }) => `${severity}: ${message}`);

const validate = (items: ValidationItem[], options?: ValidationOptions): Promise<ValidationReport> =>
  validateExamples(items, options);

test('a sound set has no issues', async () => {
  const report = await validate(sound(100));
  assert.deepEqual(report.issues, []);
  assert.deepEqual([report.records, report.readable, report.errors, report.warnings], [100, 100, 0, 0]);
  assert.deepEqual(report.task, {
    type: 'generation',
    reason: 'most records are one question and one written answer',
  });
});

test('every fault of a record is told once, with its place', async () => {
  const call = { ...assistant(''), toolCalls: [{ name: 'find', arguments: {} }] };
  const result: Message = { role: 'tool', name: 'find', content: 'x' };
  const report = await validate([
    ...sound(100),
    item('empty', [user(' '), assistant('')]),
    item('gap', [user(long), assistant(''), user('?'), assistant('ok then')]),
    item('short', [user('hi'), assistant('yo')]),
    item('twice', [user(long), user('Well? Is anyone there today?'), assistant('Yes.')]),
    item('open', [user(long), assistant('Done, I think.'), user('thanks')]),
    item('greeting', [assistant('Welcome!'), user(long), assistant('Gladly.')]),
    item('tools', [user(long), call, result, assistant('I found it.')]),
    item('stray', [user(long), result, assistant('I found that.')]),
    item('silent', [user(long)]),
    item('system', [user(long), { role: 'system', content: 'x' }, assistant('Yes, of course.')]),
    item('lost', [user(`${long} caf\ufffd`), assistant('The caf\ufffd is open.')]),
    item('mojibake', [user(`${long} cafÃ©`), assistant('Itâ€™s open.')]),
    { place: 'x.jsonl:9', unreadable: 'not UTF-8' },
  ]);
  assert.deepEqual(rules(report, 'empty'), [
    'error: 1 of 113 records hold no words at all (s:empty).',
    'warning: 1 of 113 records have an empty message, which curation leaves out (s:gap).',
  ]);
  assert.deepEqual(
    rules(report, 'roles').map((line) => line.replace(/ of 113 records/, '')),
    [
      'error: 1 have a system message in the midst of the conversation (s:system).',
      'error: 1 have a tool result without a call before it (s:stray).',
      'error: 1 have no assistant message, so nothing to learn from (s:silent).',
      'warning: 2 end with the user; curation cuts what follows the last answer (s:open, s:silent).',
      'warning: 1 begin with the assistant (s:greeting).',
      'warning: 1 have two messages of one speaker in a row, which curation joins (s:twice).',
    ],
  );
  assert.equal(rules(report, 'too short').length, 1);
  assert.equal(rules(report, 'encoding').length, 2);
  assert.deepEqual(rules(report, 'unreadable'), [
    'error: 1 of 113 records cannot be read (x.jsonl:9: not UTF-8).',
  ]);
  assert.equal(report.errors, 5);
});

test('records that spell out special tokens of chat templates are told; HTML is not', async () => {
  const report = await validate([
    ...sound(100),
    item('left over', [user(`<|im_start|>user ${long}<|im_end|>`), assistant('Done, as you wished.')]),
    item('llama', [user(`[INST] ${long} [/INST]`), assistant('Done, as you wished, too.')]),
    item('html', [user(`${long} <s>now</s> |> <|`), assistant('Done <b>now</b>, as you wished.')]),
    item('long', [user(`${'<|a'.repeat(300_000)} ${'['.repeat(100_000)}`), assistant('Done, at last.')]),
  ]);
  const [found, ...more] = rules(report, 'special tokens');
  assert.deepEqual(more, []);
  assert.match(found!, /^warning: 2 of 104 records hold the text of special tokens.*s:left over, s:llama/);
});

test('duplicates, conflicting topics, ids and balance', async () => {
  const report = await validate([
    ...sound(120),
    item('twin', [user(` ${long.toUpperCase()} 3`), assistant('done, number 3, as you wished.')], {
      topic: 'x',
    }),
    item('ok5', [user(`${long} once more`), assistant('Certainly.')], { topic: 'y' }),
    ...Array.from({ length: 15 }, (_, i) =>
      item(`x${i}`, [user(`${long} x${i}`), assistant('Certainly.')], { topic: 'x' }),
    ),
  ]);
  assert.deepEqual(rules(report, 'duplicated'), [
    'warning: 1 of 137 records have the id of another record, to which collect adds a number (s:ok5).',
    'warning: 1 of 137 records say the same as an earlier one of another topic: one of the two is wrong (s:twin).',
    'warning: 1 of 137 records say the same as an earlier one; curation keeps the first (s:twin).',
  ]);
  assert.deepEqual(rules(report, 'topics').length, 3);
  assert.deepEqual(report.topics, { '(no topic)': 120, x: 16, y: 1 });
});

test('records that say the same count once towards what a task needs', async () => {
  const report = await validate([...sound(9), ...Array.from({ length: 300 }, () => sound(1)[0]!)]);
  assert.deepEqual(rules(report, 'too few'), [
    'error: Without those that say the same, 9 records are few for classification: at least 100 are advised. Collect more, or write and synthesise some.',
  ]);
});

test('thousands of topics are told by a few short names', async () => {
  const report = await validate(
    sound(3000).map(({ example }, i) => ({
      example: { ...example!, meta: { ...example!.meta, topic: `${i}${'x'.repeat(500)}` } },
    })),
  );
  const [topics, ...more] = rules(report, 'topics');
  assert.deepEqual(more, []);
  assert.match(topics!, /^warning: 3,000 of 3,000 topics have fewer than 10 records \(0x{59}…, /);
});

test('system prompts that some lack', async () => {
  const without = ({ example }: ValidationItem): ValidationItem => ({
    example: { ...example!, messages: example!.messages.slice(1) },
  });
  const mixed = await validate([...sound(90), ...sound(110).slice(90).map(without)]);
  assert.match(rules(mixed, 'system prompt')[0]!, /^warning: 20 of 110 records have no system prompt/);
  assert.match(
    rules(await validate(sound(100).map(without)), 'system prompt')[0]!,
    /No record has a system prompt/,
  );
});

test('the task is told from the data, and each has its least number', async () => {
  const make = (count: number, turns: (i: number) => Message[]): ValidationItem[] =>
    Array.from({ length: count }, (_, i) => item(`i${i}`, turns(i)));
  const chat = make(120, (i) => [
    user(`${long} ${i}`),
    assistant('Which one?'),
    user(`number ${i}`),
    assistant('Done.'),
  ]);
  const labels = make(60, (i) => [
    user(`${long} ${i}`),
    assistant(['billing', 'delivery', 'Other request'][i % 3]!),
  ]);
  const code = make(250, (i) => [
    user(`Write a function that adds ${i}`),
    assistant(`const add = (x) => {\n  return x + ${i};\n};`),
  ]);
  const summaries = make(100, (i) => [
    user(`${i} ${long.repeat(10)}`),
    assistant(`A customer wants to change address ${i}.`),
  ]);
  const summariesInChinese = make(100, (i) => [
    user(`${i} ${'我想修改订单的收货地址，请问应该怎么操作？'.repeat(24)}`),
    assistant(`客户${i}想要修改订单的收货地址，并且希望知道具体的操作步骤。`),
  ]);
  for (const [items, type, few] of [
    [chat, 'chat', /^warning: 120 records are few for chat: at least 500/],
    [labels, 'classification', /^warning: 60 records are few for classification: at least 100/],
    [code, 'code', undefined],
    [summaries, 'summarisation', undefined],
    [summariesInChinese, 'summarisation', undefined],
    [sound(9), 'generation', /^error: 9 records are few for generation/],
  ] as const) {
    const report = await validate([...items]);
    assert.equal(report.task.type, type, report.task.reason);
    if (few) assert.match(rules(report, 'too few')[0]!, few);
    else assert.deepEqual(rules(report, 'too few'), []);
  }
  const set = await validate(code, { taskType: 'chat' });
  assert.deepEqual(set.task, { type: 'chat', reason: 'as configured' });
});

test('misread characters are found, and proper accents are not', () => {
  for (const text of [
    'cafÃ©',
    Buffer.from('包裹显示已签收').toString('latin1'),
    'Itâ€™s',
    'Â£5',
    'ï»¿name',
    'Ã¼ber',
    'ðŸ™‚',
    'a\ufffdb',
  ])
    assert.ok(encodingDamage(text), text);
  for (const text of [
    'café',
    'Über',
    'SÃO PAULO',
    'Ângela',
    'â, ê',
    '£5',
    '5 €',
    'naïve',
    '我',
    'Åsa',
    'Ä€'.normalize('NFD').slice(0, 1),
  ])
    assert.equal(encodingDamage(text), undefined, text);
  for (const piece of ['Ã', 'â€', 'a', 'ï»']) encodingDamage(piece.repeat(1_000_000));
});
