import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { silent } from '../base/progress.ts';
import { writeJsonLines } from '../formats/jsonl.ts';
import { curateConfig } from './config.ts';
import { curate } from './curate.ts';
import type { FunnelRow } from './engine/funnel-row.ts';
import type { Example, ExampleMeta, Message } from './example.ts';
import { chooseSample } from './rules/budget.ts';
import type { LedgerEntry } from './ledger.ts';

const long = 'I would like to change the delivery address of my order, please.';

function example(id: string, messages: Message[], meta: Partial<ExampleMeta> = {}): Example {
  return {
    messages: [{ role: 'system', content: 'S' }, ...messages],
    meta: { id, source: 's', place: `s:${id}`, ...meta },
  };
}
const user = (content: string): Message => ({ role: 'user', content });
const assistant = (content: string, more: Partial<Message> = {}): Message => ({
  role: 'assistant',
  content,
  ...more,
});

/** Levels 2 and 3 have tests of their own (rules/levels.test.ts). */
const levelOneOnly = { quality: { enabled: false }, diversity: { enabled: false } };

async function run(examples: Example[], config: object = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'attune-curate-'));
  const outputFolder = join(folder, 'out');
  await writeJsonLines(join(folder, 'in.jsonl'), examples);
  await writeJsonLines(join(outputFolder, 'made'), []);
  const { signal } = new AbortController();
  const context = {
    config: curateConfig.parse({ ...levelOneOnly, ...config }),
    projectFolder: folder,
    examplesPaths: [join(folder, 'in.jsonl')],
    outputFolder,
    workFolder: join(folder, 'work'),
    seed: 3,
    report: silent,
    signal,
  };
  const summary = await curate(context);
  const lines = <T>(name: string): T[] =>
    readFileSync(join(outputFolder, name), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as T);
  const funnel = JSON.parse(readFileSync(join(outputFolder, 'funnel.json'), 'utf8')) as FunnelRow[];
  const kept = lines<Example>('examples.jsonl');
  return {
    summary,
    folder: outputFolder,
    funnel,
    kept,
    ledger: lines<LedgerEntry>('ledger.jsonl'),
    files: await readdir(outputFolder),
  };
}

test('the funnel counts records, not the changes within one', async () => {
  const { funnel, ledger } = await run([
    example('a', [user('Write to ann.lee@example.org or call +1 415 555 0132.'), assistant('I will do so.')]),
  ]);
  const row = funnel.find(({ rule }) => rule === 'pii')!;
  assert.equal(ledger.filter(({ rule }) => rule === 'pii').length, 2);
  assert.equal(row.changed, 1);
  assert.deepEqual(row.reasons, { 'masked EMAIL': 1, 'masked PHONE': 1 });
});

test('the funnel adds up, rule by rule, and every example has one end in the ledger', async () => {
  const { summary, funnel, kept, ledger } = await run([
    example('good', [user(`<p>${long}</p>`), assistant('Sure.')]),
    example('twin', [user(`${long.toUpperCase()} `), assistant('SURE.')]),
    example('short', [user('hi'), assistant('yo')]),
    example('silent', [user(long)]),
    example('note', [
      user(long),
      assistant('[internal] he is rude'),
      assistant('Certainly, it goes to your office now.'),
    ]),
  ]);
  funnel.forEach((row, i) => {
    assert.equal(row.in, i === 0 ? 5 : funnel[i - 1]!.out, row.rule);
    assert.equal(row.out, row.in - row.dropped, row.rule);
  });
  assert.deepEqual(
    funnel
      .filter(({ changed, dropped }) => changed + dropped > 0)
      .map(({ rule, changed, dropped }) => [rule, changed, dropped]),
    [
      ['normalise', 2, 0],
      ['internal_notes', 1, 0],
      ['structure', 0, 1],
      ['min_characters', 0, 1],
      ['deduplicate', 0, 1],
    ],
  );
  assert.deepEqual([summary['in'], summary['kept'], summary['dropped']], [5, 2, 3]);
  assert.deepEqual(
    kept.map(({ meta }) => meta.id),
    ['good', 'note'],
  );
  const ends = ledger
    .filter(({ action }) => action !== 'changed')
    .map(({ id, action, rule, place }) => `${id} ${action} ${rule} ${place}`);
  assert.deepEqual(ends.sort(), [
    'good kept curate s:good',
    'note kept curate s:note',
    'short dropped min_characters s:short',
    'silent dropped structure s:silent',
    'twin dropped deduplicate s:twin',
  ]);
});

test('structure mends what can be mended and drops the rest with the reason', async () => {
  const calls = { toolCalls: [{ name: 'find', arguments: {} }] };
  const result: Message = { role: 'tool', name: 'find', content: '' };
  const { kept, ledger } = await run(
    [
      example('merge', [
        user('a'),
        user('b'),
        assistant('', {}),
        assistant('c', { meta: { act: 'x', k: 1 } }),
        assistant('d', { meta: { act: 'y', k: 1 } }),
        user('bye'),
      ]),
      example('tools', [assistant('Welcome'), user(long), assistant('', calls), result, assistant('e')]),
      example('stray', [user(long), result, assistant('e')]),
      example('two-results', [user(long), assistant('', calls), result, result, assistant('e')]),
      example('system', [user(long), { role: 'system', content: 'x' }, assistant('e')]),
      example('no-user', [assistant(long)]),
      example('untrained', [user(long), assistant('e', { trained: false })]),
    ],
    { min_characters: 0 },
  );
  assert.deepEqual(
    kept.map(({ meta, messages }) => [meta.id, ...messages.slice(1)]),
    [
      ['merge', user('a\nb'), assistant('c\nd', { meta: { k: 1 } })],
      ['tools', assistant('Welcome'), user(long), assistant('', calls), result, assistant('e')],
    ],
  );
  const dropped = ledger.filter(({ action }) => action === 'dropped').map(({ id, reason }) => [id, reason]);
  assert.deepEqual(dropped, [
    ['stray', 'a tool result without a call before it'],
    ['two-results', 'a tool result without a call before it'],
    ['system', 'a system message in the midst of the conversation'],
    ['no-user', 'no user turn before the last reply'],
    ['untrained', 'no assistant turn that is trained on'],
  ]);
});

test('personal data is masked in messages, tool calls and results, and never reaches the ledger', async () => {
  const { kept, ledger } = await run([
    example('p', [
      user('I am mary@example.com, call 415-555-2671. My order is 4155550000.'),
      assistant('', {
        toolCalls: [
          {
            name: 'find',
            arguments: {
              contact: { phone: 4155552671, mail: 'mary@example.com' },
              order: 4155550000,
              code: '+1 (415) 555-2671',
            },
          },
        ],
      }),
      {
        role: 'tool',
        name: 'find',
        content:
          '{"owner": {"value": "4155552671", "ip": "8.8.8.8"}, "price": 1299000, "paid": "4111111111111111"}',
      },
      assistant('Found it at mary@example.com.'),
    ]),
  ]);
  const [, first, second, third, fourth] = kept[0]!.messages;
  assert.equal(first?.content, 'I am [EMAIL], call [PHONE]. My order is 4155550000.');
  assert.deepEqual(second?.toolCalls?.[0]?.arguments, {
    contact: { phone: '[PHONE]', mail: '[EMAIL]' },
    order: 4155550000,
    code: '[PHONE]',
  });
  assert.equal(third?.content, '{"owner":{"value":"[PHONE]","ip":"[IP]"},"price":1299000,"paid":"[CARD]"}');
  assert.equal(fourth?.content, 'Found it at [EMAIL].');
  const changes = ledger.filter(({ rule }) => rule === 'pii');
  assert.deepEqual(
    changes.map(({ reason }) => reason),
    ['masked 3 EMAIL', 'masked 4 PHONE', 'masked 1 IP', 'masked 1 CARD'],
  );
  assert.deepEqual(changes[0]?.details?.[0], {
    type: 'EMAIL',
    message: 1,
    field: 'content',
    start: 5,
    end: 21,
  });
  assert.doesNotMatch(JSON.stringify(ledger), /mary|415|4111|8\.8/);
});

test('internal notes are known by facts and by their beginning; a conversation of notes alone is dropped', async () => {
  const { kept, ledger } = await run([
    example('a', [
      user(long),
      assistant('secret', { meta: { internal: true } }),
      assistant('Internal note: vip'),
      assistant('Internal affairs are fine.'),
    ]),
    example('b', [user(long), assistant('(private) x')]),
  ]);
  assert.deepEqual(
    kept.map(({ messages }) => messages.at(-1)?.content),
    ['Internal affairs are fine.'],
  );
  assert.equal(kept[0]?.messages.length, 3);
  assert.deepEqual(
    ledger.filter(({ action }) => action === 'dropped').map(({ id, rule }) => [id, rule]),
    [['b', 'internal_notes']],
  );
});

test('duplicates: the first stays, and another topic is told', async () => {
  const turns = [user(long), assistant('ok')];
  const { kept, funnel, ledger } = await run([
    example('1', turns, { topic: 'x' }),
    example('2', turns, { topic: 'y' }),
    { ...example('3', turns, { topic: 'x' }), messages: turns },
    example('4', [user(`${long}1.5`), assistant('ok')]),
    example('5', [user(`${long}15`), assistant('ok')]),
  ]);
  assert.deepEqual(
    kept.map(({ meta }) => meta.id),
    ['1', '4', '5'],
  );
  assert.deepEqual(funnel.find(({ rule }) => rule === 'deduplicate')?.reasons, {
    'exact duplicate with another topic': 1,
    'exact duplicate': 1,
  });
  assert.match(ledger.find(({ id }) => id === '2')?.reason ?? '', /the same as 1, but its topic is y, not x/);
});

test('the stars that customers gave do not keep duplicates apart, a dislike beside a like does', async () => {
  const turns = [user(long), assistant('It is on its way, and comes tomorrow.')];
  const { kept } = await run([
    example('none', turns),
    example('five', turns, { rating: 5 }),
    example('good', turns, { rating: 'good' }),
    example('one', turns, { rating: 1 }),
    example('bad', turns, { rating: 'bad' }),
  ]);
  assert.deepEqual(
    kept.map(({ meta }) => meta.id),
    ['none', 'one'],
  );
});

test('near-duplicates: the longest stays, other preferences are no duplicates, and the clusters are in a file', async () => {
  const story = Array.from({ length: 40 }, (_, i) => `word${i}`).join(' ');
  const about = (id: string, text: string, meta: Partial<ExampleMeta> = {}): Example =>
    example(id, [user(text), assistant('It is on its way.')], meta);
  const { kept, ledger, summary, folder } = await run([
    about('short', story, { topic: 'x' }),
    about('long', `${story} thanks`, { topic: 'x' }),
    about('other', story.replace('word0', 'Please'), { topic: 'y' }),
    about('liked', `Hello ${story}`, { rating: 'up', topic: 'x' }),
    about('disliked', `Hello ${story} now`, { rating: 'down' }),
    about('far', story.replaceAll('word1', 'thing')),
  ]);
  assert.deepEqual(
    kept.map(({ meta }) => meta.id),
    ['long', 'disliked', 'far'],
  );
  const reasons = ledger
    .filter(({ rule }) => rule === 'near_duplicates')
    .map(({ id, reason }) => [id, reason]);
  assert.deepEqual(reasons, [
    ['short', 'nearly the same as long (similarity 0.89)'],
    ['other', 'nearly the same as long (similarity 0.85), but its topic is y, not x'],
    ['liked', 'nearly the same as long (similarity 0.87)'],
  ]);
  const report = JSON.parse(readFileSync(join(folder, 'near-duplicates.json'), 'utf8')) as Record<
    string,
    unknown
  >;
  assert.deepEqual(
    [
      report['records'],
      report['clusters'],
      report['removed'],
      report['removed_by_topic'],
      report['topic_conflicts'],
    ],
    [
      6,
      1,
      3,
      { x: { removed: 2, other_topic: 0 }, y: { removed: 1, other_topic: 1 } },
      [{ kept: 'x', removed: 'y', count: 1 }],
    ],
  );
  assert.equal(summary['kept'], 3);
});

test('a budget keeps topics in proportion, by the seed, and leaves no scratch file', async () => {
  const examples = Array.from({ length: 60 }, (_, i) =>
    example(String(i), [user(`${long}\u2028 ${i}`), assistant('ok')], { topic: i < 40 ? 'a' : 'b' }),
  );
  const first = await run(examples, { budget: { examples: 12 } });
  assert.equal(first.kept.filter(({ meta }) => meta.topic === 'a').length, 8);
  assert.equal(first.kept.length, 12);
  const own = [
    'examples.jsonl',
    'funnel.json',
    'ledger.jsonl',
    'made',
    'near-duplicates.json',
    'report.html',
    'report.json',
  ];
  assert.deepEqual(
    first.files.filter((file) => !own.includes(file)),
    [],
  );
  const second = await run(examples, { budget: { examples: 12 } });
  assert.deepEqual(second.kept, first.kept);
  const topics = { names: [''], ids: new Uint32Array(examples.length) };
  assert.notDeepEqual(chooseSample(topics, 12, 4), chooseSample(topics, 12, 3));
  assert.equal(first.funnel.at(-1)?.dropped, 48);
});

test('nothing left is an error with the counts', async () => {
  await assert.rejects(run([example('1', [user('a'), assistant('b')])]), {
    code: 'data',
    message: /left none of 1 example: min_characters dropped 1$/,
  });
  await assert.rejects(run([]), { code: 'data', message: /nothing to curate/ });
});

test('rejected replies are cleaned, masked, counted and compared like the replies that were sent', async () => {
  const rejected = [
    { content: '<p>Write to  jo@shop.example</p>' },
    { content: ' ' },
    { content: '[internal] he is rude' },
    { content: '', toolCalls: [{ name: 'mail', arguments: { to: 'jo@shop.example' } }] },
  ];
  const preferred = (id: string, replies = rejected): Example =>
    example(id, [user(long), assistant('Sure.', replies.length > 0 ? { rejected: replies } : {})]);
  const { kept, ledger, funnel } = await run([
    preferred('a'),
    preferred('same'),
    preferred('other', [{ content: 'Nope.' }]),
    preferred('none', []),
  ]);
  assert.deepEqual(kept[0]!.messages.at(-1), {
    role: 'assistant',
    content: 'Sure.',
    rejected: [
      { content: 'Write to [EMAIL]' },
      { content: '', toolCalls: [{ name: 'mail', arguments: { to: '[EMAIL]' } }] },
    ],
  });
  assert.deepEqual(
    kept.map(({ meta, messages }) => [meta.id, messages.at(-1)!.rejected?.length]),
    [
      ['a', 2],
      ['other', 1],
      ['none', undefined],
    ],
  );
  assert.doesNotMatch(JSON.stringify([kept, ledger]), /shop\.example/);
  const masked = ledger.find(({ id, rule }) => id === 'a' && rule === 'pii');
  assert.deepEqual(
    masked?.details?.map(({ field }) => field),
    ['rejected[0].content', 'rejected[1].toolCalls[0].arguments.to'],
  );
  assert.equal(
    funnel.find(({ rule }) => rule === 'structure')!.reasons['left out empty rejected replies'],
    2,
  );
});

test('a joined turn keeps the rejected replies of its last part, behind the words that came first', async () => {
  const { kept } = await run([
    example('a', [
      user(long),
      assistant('One moment.', { rejected: [{ content: 'Wait.' }] }),
      assistant('Done.', { rejected: [{ content: 'No.' }] }),
    ]),
  ]);
  assert.deepEqual(kept[0]!.messages.slice(2), [
    { role: 'assistant', content: 'One moment.\nDone.', rejected: [{ content: 'One moment.\nNo.' }] },
  ]);
});

test('a conversation whose replies are only rated bad is kept for pairs', async () => {
  const bad = assistant('No.', { trained: false, meta: { rating: false } });
  const { kept } = await run([example('a', [user(long), bad])]);
  assert.deepEqual(kept[0]!.messages.at(-1), bad);
});
