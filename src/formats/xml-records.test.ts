import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fc } from '../../test/support/properties.ts';
import type { JsonRecord } from './json-records.ts';
import { readXmlRecords } from './xml-records.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-xml-'));

async function read(content: string | Buffer, maxCharacters?: number): Promise<JsonRecord[]> {
  const path = join(folder, 'a.xml');
  writeFileSync(path, content);
  return Array.fromAsync(readXmlRecords(path, { elements: { ticket: 'tickets' }, maxCharacters }));
}

async function values(content: string): Promise<unknown[]> {
  return (await read(content)).map(({ value, error }) => error ?? value);
}

test('types, lists, names, entities and CDATA', async () => {
  const ticket = `<?xml version="1.0" encoding="UTF-8"?>
<tickets type="array">
  <ticket>
    <nice-id type="integer">7</nice-id>
    <is-public type="boolean">true</is-public>
    <subject>a &lt;b&gt; &amp; &#xe9;</subject>
    <description><![CDATA[<p>x & y</p>]]></description>
    <due-at nil="true"/>
    <empty></empty>
    <big type="integer">12345678901234567890</big>
    <comments type="array"><comment><value>one</value></comment></comments>
    <notes><note><body>two</body></note></notes>
    <none type="array"/>
    <requester><name>Ida</name><id>5</id></requester>
  </ticket>
  <other><subject>no</subject></other>
</tickets>`;
  assert.deepEqual(await read(ticket), [
    {
      line: 3,
      list: 'tickets',
      value: {
        nice_id: 7,
        is_public: true,
        subject: 'a <b> & é',
        description: '<p>x & y</p>',
        due_at: null,
        empty: null,
        big: '12345678901234567890',
        comments: [{ value: 'one' }],
        notes: [{ body: 'two' }],
        none: [],
        requester: { name: 'Ida', id: '5' },
      },
    },
  ]);
});

test('records of one line are told apart by columns, and those with faults cost no other', async () => {
  const good = '<ticket><id>1</id></ticket>';
  assert.deepEqual(
    (await read(`<tickets>${good}${good}\n${good}</tickets>`)).map(({ line, column }) => [line, column]),
    [
      [1, undefined],
      [1, 37],
      [2, undefined],
    ],
  );
  const long = `<ticket><id>${'9'.repeat(200)}</id></ticket>`;
  assert.deepEqual(
    (await read(`<tickets>${long}${good}</tickets>`, 100)).map(({ error }) => error),
    ['the record has over 100 characters', undefined],
  );
  assert.deepEqual(await values(`<tickets>${good}<ticket><id>2</id>`), [
    { id: '1' },
    'its XML breaks off, or a tag is not closed',
  ]);
  for (const cut of ['<ticket><id>2', '<ticket><id', '<ticket>', '<ticket><id>2</ticket>', '<ticket><a/>'])
    assert.deepEqual(await values(cut), ['its XML breaks off, or a tag is not closed'], cut);
  const broken = Buffer.concat([
    Buffer.from('<ticket><id>'),
    Buffer.from([0xff]),
    Buffer.from('</id></ticket>'),
  ]);
  assert.deepEqual(
    (await read(Buffer.concat([broken, Buffer.from('<ticket><id>é</id></ticket>')]))).map(
      ({ value, error }) => value ?? error,
    ),
    ['not UTF-8; set encoding to that of the file', { id: 'é' }],
  );
  assert.deepEqual(await values('<ticket><id>\ufffd</id></ticket>'), [{ id: '\ufffd' }]);
});

test('bombs are refused, and a giant of one line is read', async () => {
  const entity = '<!DOCTYPE t [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><ticket><id>&b;</id></ticket>';
  await assert.rejects(read(entity), { code: 'data', message: /has a DTD/ });
  await assert.rejects(read('<a>'.repeat(1e6)), { code: 'data', message: /nested more than 500 deep/ });
  const many = `<tickets>${'<ticket><id>1</id></ticket>'.repeat(1e5)}</tickets>`;
  assert.equal((await read(many)).length, 1e5);
  assert.deepEqual(await read(`<tickets a="${'x'.repeat(4e6)}"></tickets>`), []);
});

test('whatever is written, it is read again', async () => {
  const escape = (text: string): string => text.replace(/[&<>\r]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  const words = fc.array(fc.stringMatching(/^[a-z&<>"'é中\n;#-]{1,12}$/), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(words, async (texts) => {
      const inner = texts.map((text, i) => `<f-${i}>${escape(text)}</f-${i}>`).join('');
      const expected = Object.fromEntries(texts.map((text, i) => [`f_${i}`, text]));
      assert.deepEqual(await values(`<tickets><ticket>${inner}</ticket></tickets>`), [expected]);
    }),
  );
  await fc.assert(
    fc.asyncProperty(fc.string({ maxLength: 80 }), async (text) => void (await read(text))),
    {
      numRuns: 50,
    },
  );
});
