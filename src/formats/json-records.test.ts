import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fc } from '../../test/support/properties.ts';
import { type JsonRecord, type JsonRecordOptions, readJsonRecords } from './json-records.ts';
import { scanJsonRecords } from './json-scan.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-json-'));

async function read(content: string | Buffer, options: JsonRecordOptions = {}, name = 'records.json') {
  const path = join(folder, name);
  writeFileSync(path, content);
  const records: JsonRecord[] = [];
  for await (const record of readJsonRecords(path, options)) records.push(record);
  return records;
}

const shown = (records: readonly JsonRecord[]): unknown[] =>
  records.map(({ line, list, value, error }) => [line, list, error ?? value]);

test('a list, lists within an object, one object a line, and pages of objects', async () => {
  assert.deepEqual(shown(await read('\ufeff[\n {"a": 1},\n {"b": ["]", "\\""]}, 3, "x"\n]\n')), [
    [2, '', { a: 1 }],
    [3, '', { b: [']', '"'] }],
    [3, '', 3],
    [3, '', 'x'],
  ]);
  const lists = ['tickets', 'users', '_embedded.conversations'];
  assert.deepEqual(
    shown(
      await read(
        '{"count": 2,\n"tickets": [{"id": 1}, {"id": 2, "users": [7]}],\n"users": [],"x":{"users":[8]}}',
        { lists },
      ),
    ),
    [
      [2, 'tickets', { id: 1 }],
      [2, 'tickets', { id: 2, users: [7] }],
    ],
  );
  assert.deepEqual(
    shown(await read('{"_embedded": {"conversations": [{"id": 3}]}, "page": {"size": 1}}', { lists })),
    [[1, '_embedded.conversations', { id: 3 }]],
  );
  assert.deepEqual(
    shown(await read('{"id": 1}\n{"id": 2}\n\n{"tickets": [{"id": 3}], "n": 1}\n', { lists })),
    [
      [1, '', { id: 1 }],
      [2, '', { id: 2 }],
      [4, 'tickets', { id: 3 }],
    ],
  );
  assert.deepEqual(shown(await read('{"id":\n1}')), [[1, '', { id: 1 }]]);
  assert.deepEqual(await read(''), []);
});

test('a broken record is told with line and column, and the others are read', async () => {
  const text =
    '[\n  {"a": 1},\n  {"b": tru},\n  {"c": "x\n  },\n  {"d": [1, 2}, {"e": 5},\n  {"f": {"f": 1, "f": 2}}\n]';
  assert.deepEqual(shown(await read(text)), [
    [2, '', { a: 1 }],
    [3, '', "not valid JSON: Unexpected token '}', in the record at line 3, column 3"],
    [4, '', 'not valid JSON: a string is not closed at line 4, column 11'],
    [6, '', 'not valid JSON: a bracket does not match at line 6, column 14'],
    [6, '', { e: 5 }],
    [7, '', 'the key "f" stands twice in one object, in the record at line 7, column 3'],
  ]);
  assert.deepEqual(shown(await read('{"a": 1}\n{"b": "x\n{"c": [\n{"d": 2}\n')), [
    [1, '', { a: 1 }],
    [2, '', 'not valid JSON: a string is not closed at line 2, column 9'],
    [3, '', 'not valid JSON: it ends too early, at line 3, column 8'],
    [4, '', { d: 2 }],
  ]);
  assert.deepEqual(shown(await read('{"a": \n{"b": 1}\n', {}, 'lines.jsonl')).at(-1), [2, '', { b: 1 }]);
  assert.deepEqual(shown(await read('[{"a": 1}, {"b": ')).at(-1), [
    1,
    '',
    'the file ends within this record: cut off?',
  ]);
  assert.deepEqual(shown(await read('[{"a": 1}\n')).at(-1), [
    2,
    '',
    'the file ends before its list does: cut off?',
  ]);
  assert.deepEqual(shown(await read('[{"a": "x\\\n}, {"": 1}]')).at(-1), [2, '', { '': 1 }]);
  assert.match(String(shown(await read(']}')).at(0)), /a bracket closes nothing at line 1, column 1/);
  const latin = Buffer.from('[{"a": "caf\u00e9"}, {"b": 1}]', 'latin1');
  assert.deepEqual(shown(await read(latin)), [
    [1, '', 'not UTF-8; set encoding to that of the file'],
    [1, '', { b: 1 }],
  ]);
});

test('other encodings are read: told by a byte order mark, or configured', async () => {
  const text = '[{"a": "Grüße 中文"}]';
  const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]);
  assert.deepEqual(shown(await read(utf16)), [[1, '', { a: 'Grüße 中文' }]]);
  const windows = Buffer.from('[{"a": "20 \x80"}]', 'latin1');
  assert.deepEqual(shown(await read(windows, { encoding: 'windows-1252' })), [[1, '', { a: '20 €' }]]);
  const chinese = Buffer.concat([Buffer.from('[{"a": "'), Buffer.from([0xd6, 0xd0]), Buffer.from('"}]')]);
  assert.deepEqual(shown(await read(chinese, { encoding: 'gb18030' })), [[1, '', { a: '中' }]]);
});

test('a record over the limit is skipped without being held', async () => {
  const records = await read(`[{"a": "${'x'.repeat(5000)}"}, {"b": 1}]`, { maxRecordBytes: 1000 });
  assert.deepEqual(shown(records), [
    [1, '', 'the record is 5009 bytes long, over the limit'],
    [1, '', { b: 1 }],
  ]);
});

test('a million brackets, quotes or commas cost no more than their bytes', async () => {
  for (const hostile of [
    '['.repeat(1e6),
    '{"a":'.repeat(2e5),
    '"'.repeat(1e5),
    ','.repeat(1e6),
    ']'.repeat(1e4),
  ]) {
    const records = await read(`[${hostile}`);
    assert.ok(
      records.length <= 1e6 && records.every(({ error }) => error !== undefined || hostile.startsWith('"')),
    );
  }
  const [deep, after] = await read(`[${'['.repeat(1e5)}${']'.repeat(1e5)},{"a":1}]`);
  assert.equal(deep?.error, 'nested more than 100 deep');
  assert.deepEqual(after?.value, { a: 1 });
});

test('what is written is read back, wherever chunks end and however it is laid out', async () => {
  const record = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 4 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(record, { maxLength: 6 }),
      fc.constantFrom('list', 'lines', 'page', 'pretty'),
      fc.integer({ min: 1, max: 40 }),
      async (raw, layout, size) => {
        // JSON has no -0, and '__proto__' is refused.
        const records = JSON.parse(JSON.stringify(raw).replaceAll('__proto__', 'proto')) as object[];
        const text = {
          list: JSON.stringify(records),
          lines: records.map((one) => `${JSON.stringify(one)}\n`).join(''),
          page: JSON.stringify({ before: { rows: 1 }, rows: records, after: [1] }),
          pretty: JSON.stringify({ before: [], rows: records }, null, 2),
        }[layout];
        const bytes = Buffer.from(text);
        const chunks: Buffer[] = [];
        for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
        const lists = layout === 'page' || layout === 'pretty' ? ['rows'] : [];
        const found: unknown[] = [];
        for await (const slice of scanJsonRecords(chunks, { lists }))
          found.push(JSON.parse(String(slice.bytes)));
        assert.deepEqual(found, records);
      },
    ),
    { numRuns: 300 },
  );
});
