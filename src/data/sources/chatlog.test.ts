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

test('forms whose text stands below the name, clocks with zones, and programs that write dates in words', async () => {
  const forms: Record<string, string> = {
    slack: 'Ann Fox  10:15 AM\nhi: there\n\nBo  10:16 AM\nhello\n\n- one\n',
    discord: 'Ann — 03/13/2024 10:15 AM\nhi: there\nBo — 03/13/2024 10:16 AM\nhello\n\n- one\n',
    exported: '[13-Mar-24 10:15 AM] Ann#1234\nhi: there\n\n[13-Mar-24 10:16 AM] Bo#1\nhello\n\n- one\n',
    teams: '[3/13/2024 10:15 AM] Ann Fox\r\nhi: there\r\n[3/13/2024 10:16 AM] Bo\r\nhello\r\n\r\n- one\r\n',
    telegram: 'Ann, [13.03.2024 10:15]\nhi: there\n\nBo, [13.03.2024 10:16]\nhello\n\n- one\n',
    iso: '2024-03-13T10:15:01.250Z Ann: hi: there\n2024-03-13T10:16:01.250Z Bo: hello\n\n- one\n',
    zoned: '[2024-03-13T10:15:01+01:00] <Ann> hi: there\n[2024-03-13T10:16:01+01:00] <Bo> hello\n\n- one\n',
    weechat:
      '2024-03-13 10:14:01\t-->\tAnn (a@x) has joined\n2024-03-13 10:15:01\t@Ann\thi: there\n2024-03-13 10:16:01\tBo\thello\n\n- one\n2024-03-13 10:16:02\t *\tBo waves\n',
    hexchat:
      '**** BEGIN LOGGING AT Wed Mar 13 10:15:00 2024\nMar 13 10:15:01 <Ann>\thi: there\nMar 13 10:16:09 <Bo>\thello\n\n- one\nMar 13 10:17:10 *\tBo waves\n',
  };
  for (const [name, text] of Object.entries(forms)) {
    const { texts, examples } = await run({ chatlog: 'a.txt' }, { 'a.txt': text });
    assert.deepEqual(texts, [['user: hi: there', 'assistant: hello\n\n- one']], name);
    const { createdAt } = examples[0]!.meta;
    if (['slack', 'hexchat'].includes(name)) assert.equal(createdAt, undefined, name);
    else assert.match(createdAt ?? '', /^2024-03-13T10:15/, name);
  }
});

test('a form with a time is not taken for names with colons, however long the messages are', async () => {
  const stamped =
    '12.03.24, 10:15 - Ann: hi\nwhat I did: nothing\nwhat I saw: nothing\n12.03.24, 10:16 - Bo: ok\n';
  const { texts } = await run({ chatlog: 'a.txt' }, { 'a.txt': stamped });
  assert.deepEqual(texts, [['user: hi\nwhat I did: nothing\nwhat I saw: nothing', 'assistant: ok']]);
});

test('speakers who go by what they are: the agent may write first', async () => {
  const { texts } = await run(
    { chatlog: 'a.txt' },
    { 'a.txt': 'Agent: How can I help?\nCustomer: My lamp is dark.\nAgent: Press the switch.\n' },
  );
  assert.deepEqual(texts, [
    ['assistant: How can I help?', 'user: My lamp is dark.', 'assistant: Press the switch.'],
  ]);
  const named = await run(
    { chatlog: 'b.txt' },
    { 'b.txt': 'Ann: Hello, this is Ann.\nVisitor 4411: My lamp is dark.\nAnn: Press the switch.\n' },
  );
  assert.deepEqual(named.texts[0]?.[0], 'assistant: Hello, this is Ann.');
});

test('what WhatsApp puts in place of a message is none', async () => {
  const line = (minute: number, name: string, text: string): string =>
    `13/03/24, 10:${minute} - ${name}: ${text}\n`;
  const { texts } = await run(
    { chatlog: 'a.txt' },
    {
      'a.txt':
        line(10, 'Ann', 'hi') +
        line(11, 'Ann', 'This message was deleted') +
        line(12, '~\u202fBo', 'hello <This message was edited>') +
        line(13, 'Bo', 'You deleted this message') +
        line(14, 'Ann', 'gut \u200e<Diese Nachricht wurde bearbeitet.>'),
    },
  );
  assert.deepEqual(texts, [['user: hi', 'assistant: hello', 'user: gut']]);
});

test('UTF-16 without a byte order mark is told by its zeros', async () => {
  for (const encoding of ['utf16le', 'utf16be'] as const) {
    const bytes = Buffer.from('Ann: wie heißt 这个?\r\nBo: so\r\n', 'utf16le');
    if (encoding === 'utf16be') bytes.swap16();
    const { texts } = await run({ chatlog: 'a.txt' }, { 'a.txt': bytes });
    assert.deepEqual(texts, [['user: wie heißt 这个?', 'assistant: so']], encoding);
  }
});

test('a log that has no form costs no other log of the folder', async () => {
  const { texts, dropped } = await run(
    { chatlog: 'd' },
    { 'd/a.txt': 'Ann: hi\nBo: hello\n', 'd/b.txt': 'once upon\na time\nthere\n' },
  );
  assert.equal(texts.length, 1);
  assert.deepEqual(dropped, ['d/b.txt read: d/b.txt: cannot tell the form of its lines']);
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

test('a log without a pause, and lines made to be slow', { timeout: 600_000 }, async () => {
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

test('WhatsApp: pictures, calls and messages that were taken back, in several languages', async () => {
  const said = [
    'Kim: <Media omitted>',
    'Kim: Bild weggelassen',
    'Kim: imagen omitida',
    'Kim: null',
    'Kim: Missed voice call',
    'Kim: Is it in stock?',
    'Shop: Questo messaggio è stato eliminato.',
    'Shop: Yes, null of them is sold.',
  ];
  const log = said.map((line, i) => `12/03/2024, 10:1${i} - ${line}`).join('\n');
  const { texts, examples } = await run({ chatlog: 'a.txt', agents: ['Shop'] }, { 'a.txt': log });
  assert.deepEqual(texts, [['user: Is it in stock?', 'assistant: Yes, null of them is sold.']]);
  assert.equal(examples[0]?.meta['attachments'], 3);
});
