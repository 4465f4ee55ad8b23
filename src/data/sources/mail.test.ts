import assert from 'node:assert/strict';
import { test } from 'node:test';
import { collectSource as run } from '../../../test/support/collect-source.ts';

const agents = ['@desk.example'];

function eml(fields: Record<string, string>, body: string): string {
  return `${Object.entries(fields)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\r\n')}\r\n\r\n${body}`;
}

const ask = { From: 'ida@example.org', To: 'help@desk.example', Subject: 'Lamp' };
const reply = { From: 'help@desk.example', To: 'ida@example.org', Subject: 'Re: Lamp' };

test('a mailbox: threads by references, charsets, quoted From lines, automatic replies', async () => {
  const { texts, examples, changed, dropped } = await run(
    { mail: 'mailbox.mbox', agents },
    {},
    'mailbox.mbox',
  );
  assert.deepEqual(texts, [
    [
      'user: Guten Tag,\n\nder Gutschein lässt sich nicht einlösen.\n\nFrom Monday on it says expired.',
      'assistant: Bitte versuchen Sie es jetzt noch einmal.',
    ],
    ['user: Opening hours\n\nAre you open on Sunday?', 'assistant: Yes, from ten to four.'],
  ]);
  assert.deepEqual(examples[0]?.meta, {
    id: 's:1',
    source: 's',
    subject: 'Gutschein lässt sich nicht einlösen',
    createdAt: '2024-03-12T09:15:00Z',
    channel: 'email',
    place: 'mailbox.mbox:1',
  });
  assert.deepEqual(changed, [
    'signatures: stripped signatures (1)',
    'quotes: stripped quoted messages (1)',
    'thread: left out automatic messages (1)',
  ]);
  assert.deepEqual(dropped, []);
});

test('a folder of .eml files: threads across files, by subject too, and circles of references', async () => {
  const { texts, examples, dropped } = await run(
    { mail: 'in', agents },
    {
      'in/3.eml': eml({ ...reply, Date: 'Tue, 12 Mar 2024 12:00:00 +0100' }, 'By subject.'),
      'in/sub/1.eml': eml({ ...ask, Date: 'Tue, 12 Mar 2024 10:00:00 +0100' }, 'It is dark.'),
      'in/4.eml': eml(
        {
          ...ask,
          From: 'bo@example.org',
          Subject: 'Ring',
          Date: 'Wed, 13 Mar 2024 10:00:00 GMT',
          'Message-ID': '<a@x>',
          'In-Reply-To': '<b@x>',
          References: '<b@x> <a@x>',
        },
        'Circle?',
      ),
      'in/5.eml': eml(
        {
          ...reply,
          To: 'bo@example.org',
          Subject: 'Re: Ring',
          Date: 'Wed, 13 Mar 2024 11:00:00 GMT',
          'Message-ID': '<b@x>',
          'In-Reply-To': '<a@x>',
        },
        'Circle!',
      ),
      'in/6.eml': eml({ ...ask, From: 'cy@example.org' }, 'Nobody answered.'),
      'in/7.eml': eml({ ...reply, To: 'boss@desk.example', Subject: 'Among us' }, 'Who takes it?'),
    },
  );
  assert.deepEqual(texts, [
    ['user: Lamp\n\nIt is dark.', 'assistant: By subject.'],
    ['user: Ring\n\nCircle?', 'assistant: Circle!'],
  ]);
  assert.deepEqual(
    examples.map(({ meta }) => meta.id),
    ['s#in/3.eml', 's#in/4.eml'],
  );
  assert.deepEqual(dropped, [
    'in/6.eml thread: no agent replied in it',
    'in/7.eml thread: no customer wrote in it',
  ]);
});

test('charsets of mail, HTML bodies with quotes and signatures, attachments', async () => {
  const charset = (name: string, bytes: Buffer): string =>
    eml(
      { ...ask, 'Content-Type': `text/plain; charset=${name}`, 'Content-Transfer-Encoding': 'base64' },
      bytes.toString('base64'),
    );
  const html = `<html><head><style>p { color: red }</style></head><body><p>See <a href="https://desk.example/a?b=1&amp;c=2">the guide</a> &amp; tell&nbsp;us.</p><ul><li>one<li>two</ul><div class="gmail_signature">Tom</div><div class="gmail_quote">On Tue, Mar 12, 2024 at 10:00 AM Ida &lt;<a href="mailto:ida@example.org">ida@example.org</a>&gt; wrote:<br><blockquote><p>It is <blockquote>older</blockquote> dark</p></blockquote></div></body></html>`;
  const parts = `--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n${html}\r\n--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERi0=\r\n--b--`;
  const answered = (name: string, question: string): Record<string, string> => ({
    [`m/${name}-1.eml`]: question.replace('Subject: Lamp', `Subject: ${name}\r\nMessage-ID: <${name}@x>`),
    [`m/${name}-2.eml`]: eml(
      { ...reply, Subject: name, References: `<${name}@x>`, 'Content-Type': 'multipart/mixed; boundary=b' },
      parts,
    ),
  });
  const { texts, examples } = await run(
    { mail: 'm', agents },
    {
      ...answered('win', charset('windows-1252', Buffer.from('20 \x80 \x96 caf\xe9', 'latin1'))),
      ...answered('utf16', charset('utf-16le', Buffer.from('Grüße', 'utf16le'))),
      ...answered('zh', charset('gb18030', Buffer.from([0xd6, 0xd0, 0xce, 0xc4]))),
    },
  );
  assert.deepEqual(
    texts.map(([user]) => user),
    ['user: utf16\n\nGrüße', 'user: win\n\n20 € – café', 'user: zh\n\n中文'],
  );
  assert.equal(
    texts[0]?.[1],
    'assistant: See the guide (https://desk.example/a?b=1&c=2) & tell us.\n\n- one\n- two',
  );
  assert.equal(examples[0]?.meta['attachments'], 1);
});

test(
  'hostile mail is refused with a reason, and what stands beside it is read',
  { timeout: 600_000 },
  async () => {
    let nested = 'x';
    for (let i = 0; i < 10_000; i++)
      nested = `Content-Type: multipart/mixed; boundary=b${i}\r\n\r\n--b${i}\r\n${nested}`;
    const fields = `From: ida@example.org\r\nTo: help@desk.example\r\n`;
    const { texts, dropped } = await run(
      { mail: 'm', agents },
      {
        'm/nested.eml': `${fields}Message-ID: <n@x>\r\n${nested}`,
        'm/forty.eml': `${fields}Message-ID: <f@x>\r\n${nested.split('\r\n').slice(0, 450).join('\r\n')}`,
        'm/parts.eml': `${fields}Message-ID: <p@x>\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\n\r\n'.repeat(1e5)}`,
        'm/header.eml': `${fields}Message-ID: <h@x>\r\nX-Long: ${'y'.repeat(3e6)}\r\n\r\nhello`,
        'm/headers.eml': `${fields}Message-ID: <hs@x>\r\n${'X-A: b\r\n'.repeat(4e5)}\r\nhello`,
        'm/references.eml': `${fields}References: ${'<a@b> '.repeat(1e5)}\r\n\r\nhello`,
        'm/line.eml': `${fields}Message-ID: <l@x>\r\nContent-Transfer-Encoding: base64\r\n\r\n${'QUFB'.repeat(1e6)}`,
        'm/html.eml': `${fields}Message-ID: <deep@x>\r\nContent-Type: text/html\r\n\r\n${'<div><blockquote>'.repeat(2e5)}deep`,
        'm/plain.eml': `${fields}Message-ID: <quoted@x>\r\nSubject: Ok\r\n\r\nmine\r\n${'>'.repeat(1e6)} deep`,
        'm/answer.eml': eml({ ...reply, References: '<quoted@x>', Subject: 'Ok' }, 'Yours.'),
        'm/zero.eml': `${fields}Subject: \u0000\r\nDate: Tue, 99 Foo 2024\r\n\r\n\u0000\u0001`,
      },
    );
    assert.deepEqual(texts, [['user: Ok\n\nmine', 'assistant: Yours.']]);
    const reasons = Object.fromEntries(
      dropped.map((line) => line.split(/ (?:read|thread): /) as [string, string]),
    );
    assert.match(reasons['m/nested.eml'] ?? '', /multiparts, over the limit/);
    assert.match(reasons['m/forty.eml'] ?? '', /nesting depth/);
    assert.match(reasons['m/parts.eml'] ?? '', /100000 parts, over the limit|parts, over the limit/);
    assert.match(reasons['m/header.eml'] ?? '', /header size/);
    assert.match(reasons['m/headers.eml'] ?? '', /header size/);
    assert.equal(Object.keys(reasons).length, 9);
  },
);

test('a thread with more messages than any conversation has is left out', async () => {
  const mails = Array.from(
    { length: 600 },
    (_one, i) =>
      `From a@b Tue Mar 12 10:15:00 2024\n${eml({ ...ask, References: '<same@x>', 'Message-ID': `<${i}@x>` }, `${i}`)}\n\n`,
  );
  await assert.rejects(
    run({ mail: 'all.mbox', agents }, { 'all.mbox': mails.join('') }),
    /the thread has 600 messages, over the limit of 500/,
  );
});

test('a line like a separator within a paragraph is text', async () => {
  const separator = 'From a@b Tue Mar 12 10:15:00 2024\n';
  const mails = `${separator}${eml({ ...ask, 'Message-ID': '<q@x>' }, `The log says\n${separator}and stops.\n`)}\n${separator}${eml({ ...reply, References: '<q@x>' }, 'Thanks for that.')}\n`;
  const { texts } = await run({ mail: 'all.mbox', agents }, { 'all.mbox': mails });
  assert.deepEqual(texts, [
    [
      'user: Lamp\n\nThe log says\nFrom a@b Tue Mar 12 10:15:00 2024\nand stops.',
      'assistant: Thanks for that.',
    ],
  ]);
});

test('what is neither a mailbox nor a message is refused', async () => {
  await assert.rejects(run({ mail: 'a.mbox', agents }, { 'a.mbox': 'once upon a time\n' }), {
    code: 'data',
    message: /begins neither as a mailbox .* nor as a message/,
  });
  await assert.rejects(run({ mail: 'empty', agents }, { 'empty/x.pdf': '' }), {
    code: 'data',
    message: /holds no file that ends in \.eml, \.mbox/,
  });
});

test('sealed mails are no messages; of signed ones the signature goes', async () => {
  const mail = (body: string, more: Record<string, string> = {}): string => eml({ ...ask, ...more }, body);
  const signed = [
    '-----BEGIN PGP SIGNED MESSAGE-----',
    'Hash: SHA256',
    '',
    'It is dark.',
    '-----BEGIN PGP SIGNATURE-----',
    '',
    'iQEz=',
    '-----END PGP SIGNATURE-----',
  ].join('\r\n');
  const { texts, changed } = await run(
    { mail: 'in', agents },
    {
      'in/1.eml': mail(signed, { Date: 'Tue, 12 Mar 2024 10:00:00 +0000' }),
      'in/2.eml': mail('AAAA', {
        Date: 'Tue, 12 Mar 2024 11:00:00 +0000',
        'Content-Type': 'application/pkcs7-mime; smime-type=enveloped-data',
        Subject: 'Re: Lamp',
      }),
      'in/3.eml': mail('-----BEGIN PGP MESSAGE-----\r\n\r\nhQEM\r\n-----END PGP MESSAGE-----', {
        Date: 'Tue, 12 Mar 2024 11:30:00 +0000',
        Subject: 'Re: Lamp',
      }),
      'in/4.eml': eml({ ...reply, Date: 'Tue, 12 Mar 2024 12:00:00 +0000' }, 'Press the switch.'),
    },
  );
  assert.deepEqual(texts, [['user: Lamp\n\nIt is dark.', 'assistant: Press the switch.']]);
  assert.deepEqual(changed, ['thread: left out encrypted messages (2)']);
});

test('spam, drafts and deleted mails that an export still holds are no messages', async () => {
  const at = (minute: number, more: object, body: string, who = ask): string =>
    eml({ ...who, ...more, Date: `Tue, 12 Mar 2024 10:${minute}:00 +0000`, Subject: 'Re: Lamp' }, body);
  const { texts, changed } = await run(
    { mail: 'in', agents },
    {
      'in/1.eml': at(10, { Subject: 'Lamp', 'X-Gmail-Labels': 'Inbox,Opened' }, 'It is dark.'),
      'in/2.eml': at(11, { 'X-Gmail-Labels': 'Spam, Unread' }, 'Win a lamp!'),
      'in/3.eml': at(12, { 'X-Gmail-Labels': 'Drafts' }, 'Press', reply),
      'in/4.eml': at(13, { 'X-Mozilla-Status': '0009' }, 'Wrong answer.', reply),
      'in/5.eml': at(14, { 'X-Mozilla-Status': '0011' }, 'Press the switch.', reply),
      'in/6.eml': at(15, { 'X-Spam-Flag': 'YES' }, 'Win a switch!'),
    },
  );
  assert.deepEqual(texts, [['user: Lamp\n\nIt is dark.', 'assistant: Press the switch.']]);
  assert.deepEqual(changed, [
    'thread: left out spam (2)',
    'thread: left out drafts (1)',
    'thread: left out deleted messages (1)',
  ]);
});

test('a file that is no mail costs no other file of the folder', async () => {
  const { texts, dropped } = await run(
    { mail: 'in', agents },
    {
      'in/1.eml': eml({ ...ask, Date: 'Tue, 12 Mar 2024 10:00:00 +0000' }, 'It is dark.'),
      'in/2.eml': eml({ ...reply, Date: 'Tue, 12 Mar 2024 12:00:00 +0000' }, 'Press the switch.'),
      'in/3.eml': '',
      'in/4.eml': 'no mail at all',
    },
  );
  assert.equal(texts.length, 1);
  assert.deepEqual(
    dropped.map((line) => line.replace(/read: .*4\.eml begins neither.*/, 'read: begins neither')),
    ['in/3.eml thread: there is no message in it', 'in/4.eml read: begins neither'],
  );
});

test('a form or a mailing list that writes for a customer, from the house to the house', async () => {
  const mail = (headers: string, body: string): string => `${headers}\n\n${body}\n`;
  const { texts } = await run(
    { mail: 'm', agents: ['@northwind.example'] },
    {
      'm/1.eml': mail(
        'From: Contact form <noreply@northwind.example>\nReply-To: Lea <lea@acme.example>\nTo: support@northwind.example\nSubject: Reset\nMessage-ID: <1@x>',
        'How do I reset it?',
      ),
      'm/2.eml': mail(
        'From: Tom <tom@northwind.example>\nTo: lea@acme.example\nSubject: Re: Reset\nMessage-ID: <2@x>\nIn-Reply-To: <1@x>',
        'Hold the button.',
      ),
      'm/3.eml': mail(
        "From: 'Kim' via Support <support@northwind.example>\nReply-To: kim@acme.example\nTo: Support <support@northwind.example>\nSubject: Lamp\nMessage-ID: <3@x>",
        'CAUTION: This email originated from outside of the organization. Do not click links\nunless you recognize the sender.\n\nMy lamp is dark.\n[cid:image001.png@01DA.7]',
      ),
      'm/4.eml': mail(
        'From: Tom <tom@northwind.example>\nReply-To: support@northwind.example\nTo: kim@acme.example\nSubject: Re: Lamp\nMessage-ID: <4@x>\nIn-Reply-To: <3@x>',
        '[EXTERNAL] See https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fhelp.example%2Flamp%3Fa%3D1&data=05%7C01%7Ckim%40acme.example&sdata=x&reserved=0 please.',
      ),
      'm/5.eml': mail(
        'From: Outlook <kim@acme.example>\nTo: support@northwind.example\nSubject: Accepted: Lamp\nMessage-ID: <5@x>\nIn-Reply-To: <4@x>',
        'Kim',
      ),
    },
  );
  assert.deepEqual(texts, [
    ['user: How do I reset it?', 'assistant: Hold the button.'],
    ['user: My lamp is dark.', 'assistant: See https://help.example/lamp?a=1 please.'],
  ]);
});

/** What becomes of one question and its answer. */
async function answered(question: string | Buffer): Promise<string[]> {
  const answer = eml(
    { ...reply, 'In-Reply-To': '<q@x>', Date: 'Tue, 12 Mar 2024 11:00:00 GMT' },
    'Press the switch.',
  );
  const { texts } = await run({ mail: 'm', agents }, { 'm/1.eml': question, 'm/2.eml': answer });
  assert.equal(texts.length, 1);
  assert.equal(texts[0]?.[1], 'assistant: Press the switch.');
  return texts[0];
}

test('text that is not in the charset that the mail names', async () => {
  const named = (name: string, bytes: string, fields: Record<string, string> = {}): Buffer => {
    const type = `text/plain; charset="${name}"`;
    const head = eml({ ...ask, 'Message-ID': '<q@x>', 'Content-Type': type, ...fields }, '');
    return Buffer.concat([Buffer.from(head), Buffer.from(bytes, 'latin1')]);
  };
  const utf8 = Buffer.from('Grüße “dark”').toString('latin1');
  const right = 'user: Lamp\n\nGrüße “dark”';
  for (const name of ['us-ascii', 'iso-8859-1', 'unknown-8bit', 'utf-8'])
    assert.equal((await answered(named(name, utf8)))[0], right, name);
  const western = 'Gr\xfc\xdfe \x93dark\x94';
  assert.equal((await answered(named('utf-8', western)))[0], right);
  assert.equal((await answered(named('windows-1252', western)))[0], right);
  // One broken letter among good ones is a broken letter.
  assert.equal((await answered(named('utf-8', `${utf8} \xfc`)))[0], `${right} \ufffd`);
  const encoded = named('iso-8859-1', 'Gr=FC=DFe dark', {
    'Content-Transfer-Encoding': 'quoted-printable',
    'X-Sender': 'J\u00fcrgen',
  });
  assert.equal((await answered(encoded))[0], 'user: Lamp\n\nGrüße dark');
});

test('a plain part that only says to look at the other one', async () => {
  const both = (plain: string): string =>
    eml(
      { ...ask, 'Message-ID': '<q@x>', 'Content-Type': 'multipart/alternative; boundary=b' },
      `--b\r\nContent-Type: text/plain\r\n\r\n${plain}\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>Markup.</p>\r\n--b--`,
    );
  const [viewer] = await answered(both('This is an HTML message. Please use a mail client that shows it.'));
  assert.equal(viewer, 'user: Lamp\n\nMarkup.');
  assert.equal((await answered(both('Plain.')))[0], 'user: Lamp\n\nPlain.');
});

test('dates in other forms', async () => {
  const forms = ['2024-03-12T10:15:00+01:00', '2024-03-12 09:15:00', 'Tue Mar 12 10:15:00 +0100 2024'];
  for (const date of [...forms, 'Tue Mar 12 09:15:00 2024']) {
    const { examples } = await run(
      { mail: 'm', agents },
      {
        'm/1.eml': eml({ ...ask, 'Message-ID': '<q@x>', Date: date }, 'Q'),
        'm/2.eml': eml({ ...reply, References: '<q@x>', Date: 'Tue, 12 Mar 2024 11:00:00 GMT' }, 'A'),
      },
    );
    assert.equal(examples[0]?.meta.createdAt, '2024-03-12T09:15:00Z', date);
  }
});

test('references that lead nowhere: the subject and the customer tell the thread', async () => {
  const at = (hour: number, day = 12): string => `${day} Mar 2024 ${hour}:00:00 GMT`;
  const bo = { ...ask, From: 'bo@example.org' };
  const { texts } = await run(
    { mail: 'm', agents },
    {
      'm/1.eml': eml({ ...bo, Date: at(8), 'Message-ID': '<1@x>' }, 'Bo asks.'),
      'm/2.eml': eml({ ...ask, Date: at(9), 'Message-ID': '<2@x>' }, 'Ida asks.'),
      'm/3.eml': eml({ ...reply, To: 'bo@example.org', Date: at(10), References: '<lost@x>' }, 'To Bo.'),
      'm/4.eml': eml({ ...reply, Date: at(11) }, 'To Ida.'),
      // What these answer is not there.
      'm/5.eml': eml({ ...ask, Subject: 'Re: Lamp', Date: at(12), References: '<gone@x>' }, 'Later.'),
      'm/6.eml': eml({ ...reply, Date: '12 Mar 2025 12:00:00 GMT', References: '<far@x>' }, 'Too late.'),
    },
  );
  assert.deepEqual(texts, [
    ['user: Lamp\n\nBo asks.', 'assistant: To Bo.'],
    ['user: Lamp\n\nIda asks.', 'assistant: To Ida.', 'user: Later.'],
  ]);
});

test('mailboxes without empty lines between mails, and under the name that Apple Mail gives them', async () => {
  const mails = [eml({ ...ask, 'Message-ID': '<q@x>' }, 'Q'), eml({ ...reply, References: '<q@x>' }, 'A')];
  const box = mails.map((mail) => `From a@b Tue Mar 12 10:15:00 2024\n${mail}\n`).join('');
  const { texts, examples } = await run({ mail: 'm', agents }, { 'm/Support.mbox/mbox': box });
  assert.deepEqual(texts, [['user: Lamp\n\nQ', 'assistant: A']]);
  assert.equal(examples[0]?.meta.place, 'm/Support.mbox/mbox:1');
  const old = box.replaceAll(/\r?\n/g, '\r');
  await assert.rejects(run({ mail: 'old.mbox', agents }, { 'old.mbox': old }), {
    code: 'data',
    message: /end with carriage returns alone/,
  });
});
