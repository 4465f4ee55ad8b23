import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '../../../test/support/properties.ts';
import { addressOf, messageIds, parseMailDate, parseMailHeaders } from '../../formats/mail-headers.ts';
import { agentMatcher } from './agents.ts';
import { isAutomaticMail, isAutomaticText } from './automatic.ts';
import { groupMail } from './group-mail.ts';
import { loadHtmlReader } from './html-body.ts';
import { groupMerged } from './merged.ts';
import { unwrapText } from './wrapping.ts';
import { baseSubject, type Post, toConversation } from './thread.ts';

const readHtml = await loadHtmlReader();

test('HTML bodies become text: blocks, links, lists, tables, entities, code', () => {
  const cases: [string, string][] = [
    ['<p>One</p><p>Two<br>three</p>', 'One\n\nTwo\nthree'],
    ['a <b>b</b>\n   c&nbsp;&amp; d', 'a b c & d'],
    ['<div>one</div><div>two</div>', 'one\ntwo'],
    ['<ul><li>one</li><li>two</li></ul>after', '- one\n- two\nafter'],
    ['<ol><li>one<ul><li>in</li></ul></li><li>two</li></ol>x', '1. one\n  - in\n2. two\nx'],
    ['<ol start="3"><li>three</ol>', '3. three'],
    ['Fine <img class="emoji" alt="🙂" src="x.png"> <img alt="logo" src="y.png"/>then', 'Fine 🙂 then'],
    ['<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>', 'a b\nc'],
    ['<a href="https://x.example/a">here</a>.', 'here (https://x.example/a).'],
    ['<a href="https://x.example/">x.example</a> <a href="javascript:alert(1)">no</a>', 'x.example no'],
    ['<pre>a\n  b</pre>', 'a\n  b'],
    ['<style>p{}</style><script>let a = "<p>";</script><title>t</title>x<!-- c -->y', 'xy'],
    ['1 < 2 and <unknown>3</unknown> &#128512; &bogus;', '1 < 2 and 3 😀 &bogus;'],
    ['<head><meta charset="utf-8"><p>no end of head', 'no end of head'],
    [
      '<div style="color:red; Display : none">Only in <div>lists</div></div><p style="display:none">a</p>',
      'a',
    ],
    ['<img style="display:none" src="x"><span style="display:block">kept</span>', 'kept'],
  ];
  for (const [html, text] of cases) assert.deepEqual(readHtml(html), { text, quoted: false }, html);
  assert.deepEqual(readHtml('Mine<blockquote>q<blockquote>older</blockquote>q</blockquote><p>below</p>'), {
    text: 'Mine\n\nbelow',
    quoted: true,
  });
});

test('HTML of any depth, unclosed and cut anywhere, is read in the time of its length', () => {
  const deep = 2e5;
  for (const html of [
    '<div>'.repeat(deep) + 'x' + '</div>'.repeat(deep),
    '<blockquote>'.repeat(deep) + 'x',
    '</div>'.repeat(deep),
    '<a href="'.repeat(1e5),
    '&amp'.repeat(deep),
    '<'.repeat(1e6),
    '<pre>'.repeat(deep),
    `<a href="https://x.example/${'y'.repeat(1e6)}">z</a>`,
    '<!--'.repeat(deep),
    '<script>'.repeat(1e5),
  ])
    readHtml(html);
  fc.assert(fc.property(fc.string({ maxLength: 200 }), (text) => void readHtml(text)));
  const words = fc.array(fc.stringMatching(/^[a-zäöü中]{1,8}$/), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(words, (list) => {
      assert.equal(readHtml(list.map((word) => `<p>${word}</p>`).join('')).text, list.join('\n\n'));
    }),
  );
});

test('automatic messages are told from those of people', () => {
  for (const subject of [
    'Automatic reply: Order',
    'Abwesenheitsnotiz: x',
    'Undeliverable: hello',
    'Out of Office: x',
    '自动回复: x',
    'Réponse automatique : absence',
    'Mail delivery failed: returning message to sender',
    'Autosvar: semester',
  ])
    assert.ok(isAutomaticText('x', subject), subject);
  for (const subject of [
    'Undelivered parcel',
    'Auto: Versicherung',
    'Delivery failed again',
    'Office hours',
    'Re: automatic kettle',
    'Auto reply is not sent to my customers',
    'Automatic reply does not work',
    'Mail delivery failed for my parcel',
    'Out of office message: how?'.replace(':', ''),
  ])
    assert.ok(!isAutomaticText('x', subject), subject);
  for (const text of [
    'Hello,\n\nI am currently out of the office until 3 May.',
    'Ich bin bis 3. Mai nicht im Büro.',
    'Thank you for your email. I am on annual leave.',
    'Je suis actuellement absent du bureau.',
    "Hi, I'll be out of the office from 12 March with limited access to email.",
    'Gentile cliente, sono fuori ufficio fino al 20 marzo.',
    'Bedankt voor uw bericht. Ik ben afwezig tot 20 maart.',
    'Olá, estou de férias até 20 de março.',
    'Dziękuję za wiadomość. Przebywam na urlopie do 20 marca.',
    'Hej! Jag är på semester till den 20 mars.',
    'お問い合わせありがとうございます。現在、休暇中のため不在にしております。',
    '您好，我正在休假，无法及时回复您的邮件。',
    'Vielen Dank für Ihre Nachricht. Ich bin bis zum 20.03. nicht im Büro.',
    'Delivery has failed to these recipients or groups:\n\na@b.example',
    'This is the mail system at host mx.example.',
    'BEGIN:VCALENDAR\nMETHOD:REPLY',
    'Jane Doe has accepted this invitation.\n\nCall',
  ])
    assert.ok(isAutomaticText(text), text);
  for (const text of [
    'My colleague is out of office, can you help?',
    'I am on vacation mode in the app, how do I leave it?'.replace('I am on', 'The shop is in'),
    'Ich bin nicht zufrieden.',
    'Hi, my parcel never came. I am on vacation next week, so please hurry.',
    'Your message could not be clearer, thank you.',
    'Is he out of office?',
  ])
    assert.ok(!isAutomaticText(text), text);
  const mail = (headers: Record<string, string>, from = 'a@b'): boolean =>
    isAutomaticMail(new Map(Object.entries(headers)), from);
  assert.ok(mail({ 'auto-submitted': 'auto-replied (vacation)' }));
  assert.ok(mail({ precedence: 'bulk' }));
  assert.ok(mail({ 'content-type': 'multipart/report; report-type=delivery-status' }));
  assert.ok(mail({}, 'MAILER-DAEMON@mx.example'));
  assert.ok(!mail({ 'auto-submitted': 'no', precedence: 'list' }));
  for (const text of ['hello\n'.repeat(2e5), `i am ${'currently '.repeat(1e5)}`, `dear${' x'.repeat(5e5)}`])
    assert.ok(!isAutomaticText(text, text));
});

test('agents are named by address, domain with its subdomains, or name', () => {
  const isAgent = agentMatcher(['ann@example.org', '@desk.example', 'shop.example', 'Bo Berg']);
  for (const person of [
    { address: 'Ann@Example.org' },
    { address: 'x@desk.example' },
    { address: 'x@mail.shop.example' },
    { name: 'bo berg' },
  ])
    assert.ok(isAgent(person), JSON.stringify(person));
  for (const person of [{ address: 'bob@example.org' }, { address: 'x@notdesk.example' }, { name: 'Bo' }, {}])
    assert.ok(!isAgent(person), JSON.stringify(person));
});

test('dates of mail, with zones and old forms, by no clock of the machine', () => {
  const iso = (date: string): string | undefined => {
    const time = parseMailDate(date);
    return time === undefined ? undefined : new Date(time).toISOString();
  };
  assert.equal(iso('Tue, 12 Mar 2024 10:15:30 +0130'), '2024-03-12T08:45:30.000Z');
  assert.equal(iso('12 Mar 24 10:15 EST'), '2024-03-12T15:15:00.000Z');
  assert.equal(iso('Tue, 12 Mar 2024 10:15:30 GMT (UTC)'), '2024-03-12T10:15:30.000Z');
  assert.equal(iso('Friday, 01-Jan-99 00:00:00 -0800'), '1999-01-01T08:00:00.000Z');
  for (const bad of ['', 'yesterday', 'Tue, 12 Foo 2024 10:15:30', undefined])
    assert.equal(parseMailDate(bad), undefined);
});

test('headers of mail: folded, repeated, without end', () => {
  const head = Buffer.from(
    'Subject: a\r\n b\r\nReferences: <x@y>\r\n\t<z@y> junk <no end\r\nSubject: second\r\nbroken\r\nFrom: "A, <b>" <C@D.example>\r\n\r\nbody: no',
  );
  const fields = parseMailHeaders(head);
  assert.equal(fields.get('subject'), 'a b');
  assert.deepEqual(messageIds(fields.get('references')), ['x@y', 'z@y']);
  assert.equal(fields.has('body'), false);
  assert.equal(addressOf('Ann <Ann@Example.org>'), 'ann@example.org');
  assert.equal(addressOf('ann@example.org (Ann)'), 'ann@example.org');
  for (const text of ['<'.repeat(1e6), 'a'.repeat(1e6), '@'.repeat(1e6), '<a'.repeat(5e5)]) {
    messageIds(text);
    addressOf(text);
    parseMailDate(text);
    parseMailHeaders(Buffer.from(text));
  }
});

test('whatever mails refer to one another, each is in one conversation', () => {
  const mail = fc.record({
    id: fc.option(fc.nat(20), { nil: undefined }),
    references: fc.array(fc.nat(20), { maxLength: 4 }),
    subject: fc.constantFrom('a', 'Re: a', 'b', 'AW: Re: b', ''),
    time: fc.nat(5),
    people: fc.array(fc.nat(3), { maxLength: 2 }),
  });
  fc.assert(
    fc.property(fc.array(mail, { maxLength: 30 }), (mails) => {
      const groups = groupMail(mails);
      assert.deepEqual(
        groups.flat().sort((a, b) => a - b),
        [...mails.keys()],
      );
      for (const [i, one] of mails.entries())
        for (const [j, other] of mails.entries())
          if (one.id !== undefined && other.references.includes(one.id))
            assert.ok(groups.some((group) => group.includes(i) && group.includes(j)));
    }),
  );
  assert.equal(baseSubject('AW: Re[2]: FW: hello: you'), 'hello: you');
});

test('of the mails with its subject a reply joins the one that it shares most people with', () => {
  const mail = (time: number, subject: string, ...people: number[]): Parameters<typeof groupMail>[0][0] => ({
    id: undefined,
    references: [],
    subject,
    time,
    people,
  });
  // 0 is the address that everybody writes to.
  const mails = [mail(1, 'Lamp', 1, 0), mail(2, 'Lamp', 2, 0), mail(3, 'Re: Lamp', 0, 1), mail(4, 'Lamp', 3)];
  assert.deepEqual(groupMail(mails), [[0, 2], [1], [3]]);
});

test('whatever tickets were merged into one another, each goes to one that stays', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(12), fc.nat(12)), { maxLength: 20 }), (pairs) => {
      const merged = new Map(pairs.map(([a, b]) => [String(a), String(b)]));
      const groups = groupMerged(merged);
      const moved = [...groups.values()].flat();
      assert.equal(new Set(moved).size, moved.length);
      for (const target of groups.keys()) assert.ok(!moved.includes(target));
      for (const [id, into] of merged) assert.ok(moved.includes(id) || groups.has(id) || id === into);
    }),
  );
  const chain = new Map(Array.from({ length: 1e5 }, (_one, i) => [String(i), String(i + 1)]));
  assert.equal(groupMerged(chain).get('100000')?.length, 1e5);
});

test('a thread by time, without repeats; posts without a time stay in order', () => {
  const post = (author: Post['author'], body: string, createdAt?: string): Post => ({
    author,
    body,
    ...(createdAt && { createdAt }),
  });
  const read = (posts: Post[]): unknown => {
    const { messages, leftOut } = toConversation({ posts, meta: {} }, readHtml);
    return messages?.map(({ content }) => content) ?? leftOut;
  };
  assert.deepEqual(
    read([post('agent', 'b', '2024-01-02T00:00:00Z'), post('customer', 'a', '2024-01-02T00:30:00+01:00')]),
    ['a', 'b'],
  );
  assert.deepEqual(
    read([post('customer', 'a', '2024-01-02T00:00:00Z'), post('agent', 'b'), post('agent', 'b')]),
    ['a', 'b', 'b'],
  );
  const twice = post('agent', 'b', '2024-01-02T00:00:00Z');
  assert.deepEqual(read([post('customer', 'a', '2024-01-01T00:00:00Z'), twice, twice]), ['a', 'b']);
  const form = post('customer', 'The lamp is dark again.', '2024-01-02T00:00:00Z');
  const later = (minutes: number): Post => ({ ...form, createdAt: `2024-01-02T00:${minutes}:00Z` });
  assert.deepEqual(read([form, later(10), post('agent', 'b', '2024-01-02T01:00:00Z')]), [form.body, 'b']);
  assert.deepEqual(read([form, later(30), post('agent', 'b', '2024-01-02T01:00:00Z')]), [
    form.body,
    form.body,
    'b',
  ]);
  assert.deepEqual(
    toConversation(
      {
        posts: [{ author: 'customer', body: '<p> </p>', html: true }, post('agent', 'b')],
        subject: 'Re: Invoice',
        meta: {},
      },
      readHtml,
    ).messages?.map(({ content }) => content),
    ['Invoice', 'b'],
  );
  assert.equal(read([post('agent', 'b')]), 'no customer wrote in it');
  assert.equal(read([post('customer', '> only a quote'), post('agent', 'b')]), 'no customer wrote in it');
});

test('what gateways put around a message goes, whatever is left stays', () => {
  for (const [text, bare] of [
    ['[EXTERNAL EMAIL] Hello', 'Hello'],
    ['***External*** Hello', 'Hello'],
    ['Warning: This message is from an external sender.\n\nHello', 'Hello'],
    ['Achtung: Diese E-Mail stammt von einem externen Absender.\n\nHallo', 'Hallo'],
    ['Is the external drive in stock?', 'Is the external drive in stock?'],
    ['(external drive) is it in stock?', '(external drive) is it in stock?'],
    ['This email originated from outside of the house.', 'This email originated from outside of the house.'],
    ['a [cid:x@y] b [image: z.png]', 'a  b '],
  ] as const)
    assert.equal(unwrapText(text), bare);
  const link = 'https://nam02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fa.example%2F&data=x';
  assert.deepEqual(
    readHtml(`<a href="${link}">https://a.example</a> <a href="${link}">there</a>`).text,
    'https://a.example there (https://a.example/)',
  );
  assert.equal(unwrapText(`${link} x`), 'https://a.example/ x');
  for (const text of [
    '[cid:'.repeat(2e5),
    'caution '.repeat(1e5),
    'https://a.safelinks.protection.outlook.com/?url='.repeat(2e4),
    '[ '.repeat(5e5),
  ])
    assert.ok(unwrapText(text).length > 0);
});
