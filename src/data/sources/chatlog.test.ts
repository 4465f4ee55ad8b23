import assert from 'node:assert/strict';
import { test } from 'node:test';
import { collectSource as run } from '../../../test/support/collect-source.ts';

test('IRC: two conversations at once, told apart by whom lines address', async () => {
  const { texts, dropped, notes } = await run(
    { chatlog: 'irc.txt', chatlog_options: { conversations: 'many', gap_minutes: 30 } },
    {},
    'irc.txt',
  );
  assert.deepEqual(texts, [
    [
      'user: my sound is gone after the update',
      'assistant: which version?',
      'user: 24.04',
      'assistant: restart pipewire',
      'user: that did it, thanks',
    ],
    ['user: how do i mount a stick?', 'assistant: it should mount by itself'],
  ]);
  assert.deepEqual(dropped, ['irc.txt thread: 2 lines are no messages: people coming, going and acting']);
  assert.deepEqual(notes.slice(0, 1), [
    'irc.txt: lines read as "[{time}] <{name}> {text}" (told from the first lines)',
  ]);
});

test('WhatsApp: messages of several lines, pictures, a gap, dates with the day in front', async () => {
  const { texts, examples } = await run(
    { chatlog: 'whatsapp.txt', agents: ['Bike Shop'] },
    {},
    'whatsapp.txt',
  );
  assert.deepEqual(texts, [
    ['user: Hi, is my bike ready?\nIt is the red one.', 'assistant: Yes, since noon.'],
    ['user: The chain squeaks', 'assistant: Bring it by, we oil it.'],
  ]);
  assert.deepEqual(
    examples.map(({ meta }) => [meta.createdAt, meta.place, meta['attachments']]),
    [
      ['2024-03-12T10:15:23', 'whatsapp.txt:2', undefined],
      ['2024-03-13T18:00:00', 'whatsapp.txt:5', 1],
    ],
  );
});

test('other forms are told from their lines', async () => {
  const forms: Record<string, string> = {
    android: '13/03/24, 10:15 - Ann: hi\n13/03/24, 10:16 - Bo joined\n13/03/24, 10:17 - Bo: hello\n',
    american: '[3/13/24, 10:15:00 PM] Ann: hi\n[3/13/24, 10:17:00 PM] Bo: hello\n',
    german: '13.03.2024, 22:15 - Ann: hi\n13.03.2024, 22:17 - Bo: hello\n',
    zendesk: '(10:15:00 PM) Ann: hi\n(10:17:00 PM) *** Bo left ***\n(10:18:00 PM) Bo: hello\n',
    named: 'Ann (10:02): hi\nBo (10:03): hello\n',
    plain: 'Ann: hi\nBo: hello\n',
    channel: '2024-03-13 [22:15:01] <Ann> hi\n2024-03-13 [22:17:01] <Bo> hello\n',
  };
  for (const [name, text] of Object.entries(forms)) {
    const { texts, examples } = await run({ chatlog: 'a.txt' }, { 'a.txt': text });
    assert.deepEqual(texts, [['user: hi', 'assistant: hello']], name);
    if (!['named', 'plain', 'zendesk'].includes(name))
      assert.match(
        examples[0]?.meta.createdAt ?? '',
        name === 'android' ? /^2024-03-13T10:15/ : /^2024-03-13T22:15/,
        name,
      );
  }
  const own = await run(
    { chatlog: 'a.txt', chatlog_options: { line: 'rust {date} [{time}] <{name}> {text}' } },
    { 'a.txt': 'rust 2018-05-31 [01:03:57] <Ann> hi\nrust 2018-05-31 [01:04:57] <Bo> hello\n' },
  );
  assert.deepEqual(own.texts, [['user: hi', 'assistant: hello']]);
  await assert.rejects(run({ chatlog: 'a.txt' }, { 'a.txt': 'once upon\na time\nthere\n' }), {
    code: 'data',
    message: /cannot tell the form of its lines/,
  });
});

test('midnight is no gap, other encodings are read, bad lines cost no others', async () => {
  const night = await run(
    { chatlog: 'a.log', chatlog_options: { gap_minutes: 60 } },
    { 'a.log': '[23:50] <a> q\n[00:10] <b> r\n' },
  );
  assert.deepEqual(night.texts, [['user: q', 'assistant: r']]);
  const latin = Buffer.from('[10:00] <a> caf\xe9?\n[10:01] <b> yes\n[10:02] <b> really\n', 'latin1');
  const decoded = await run({ chatlog: 'a.log', encoding: 'windows-1252' }, { 'a.log': latin });
  assert.deepEqual(decoded.texts, [['user: café?', 'assistant: yes\nreally']]);
  const bytes = await run(
    { chatlog: 'a.log' },
    { 'a.log': Buffer.concat([latin, Buffer.from('[10:03] <c> x\n[10:04] <d> y\n')]) },
  );
  assert.match(bytes.dropped[0] ?? '', /a\.log:1 read: not UTF-8; set encoding/);
});

test('a log without a pause, and lines made to be slow', { timeout: 60_000 }, async () => {
  const lines = Array.from({ length: 5000 }, (_one, i) => `[10:00] <n${i % 2}> message ${i}\n`).join('');
  const { texts } = await run({ chatlog: 'a.log' }, { 'a.log': lines });
  assert.equal(texts.length, 5);
  const names = Array.from({ length: 20_000 }, (_one, i) => `[10:00] <n${i}> n${i - 1}: word\n`).join('');
  await run({ chatlog: 'a.log', chatlog_options: { conversations: 'many' } }, { 'a.log': names });
  const alone = Array.from({ length: 20_000 }, (_one, i) => `[10:00] <n${i}> word\n`).join('');
  await assert.rejects(
    run({ chatlog: 'a.log', chatlog_options: { conversations: 'many' } }, { 'a.log': alone }),
  );
  for (const hostile of [
    '[10:00] <' + 'a'.repeat(1e6),
    '[10:00] '.repeat(1e5),
    ': '.repeat(5e5),
    '12/12/12, '.repeat(1e5),
    '\n'.repeat(1e6),
  ])
    await run({ chatlog: 'a.log' }, { 'a.log': `[10:00] <a> q\n[10:01] <b> r\n[10:01] <b> r\n${hostile}\n` });
});
