import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fc } from '../../test/support/properties.ts';
import { AttuneError } from '../base/errors.ts';
import { type JsonLine, readJsonLines, writeJsonLines } from './jsonl.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-jsonl-'));
const path = join(folder, 'lines.jsonl');

async function read(content: string | Buffer, options?: { maxLineBytes?: number }): Promise<JsonLine[]> {
  writeFileSync(path, content);
  return gather(readJsonLines(path, options));
}

async function gather<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

test('a byte order mark, CRLF and blank lines are accepted, and lines keep their numbers', async () => {
  assert.deepEqual(await read('\ufeff{"a":1}\r\n\r\n  \n{"a":2}\r\n'), [
    { line: 1, value: { a: 1 } },
    { line: 4, value: { a: 2 } },
  ]);
  assert.deepEqual(await read(''), []);
  assert.deepEqual(await read('\ufeff'), []);
  assert.deepEqual(await read('\n\r\n'), []);
});

test('a bad line is reported with its number and the others are read', async () => {
  const latin1 = Buffer.concat([Buffer.from('{"a":"caf'), Buffer.from([0xe9]), Buffer.from('"}\n')]);
  const rest = Buffer.from(
    `{"a":1,"b":{"c":1,"\\u0063":2}}\n${'['.repeat(101)}${']'.repeat(101)}\n{"__proto__":1}\n{"ok":1}\n{"a": "b`,
  );
  const lines = await read(Buffer.concat([latin1, rest]));
  assert.deepEqual(
    lines.map(({ line, error }) => [line, error]),
    [
      [1, 'not UTF-8; set encoding to that of the file'],
      [2, 'the key "c" stands twice in one object'],
      [3, 'nested more than 100 deep'],
      [4, 'the key "__proto__" is not allowed'],
      [5, undefined],
      [
        6,
        'not valid JSON: Unterminated string at character 9 (the file ends here without a newline: cut off?)',
      ],
    ],
  );
});

test('a line over the limit is skipped without being held, wherever the chunks end', async () => {
  for (const maxLineBytes of [20, 21, 50, 64, 1000]) {
    const content = `{"a":1}\n"${'x'.repeat(3000)}"\n{"a":2}\n"${'y'.repeat(2000)}"`;
    const lines = await read(content, { maxLineBytes });
    assert.deepEqual(lines, [
      { line: 1, value: { a: 1 } },
      { line: 2, error: 'the line is 3002 bytes long, over the limit' },
      { line: 3, value: { a: 2 } },
      { line: 4, error: 'the line is 2002 bytes long, over the limit' },
    ]);
  }
});

test('nesting of a million levels breaks nothing', async () => {
  const [line] = await read('['.repeat(1e6) + ']'.repeat(1e6) + '\n');
  assert.equal(line?.error, 'nested more than 100 deep');
});

test('an error never quotes the text of the record', async () => {
  const secret = 'mary@example.com';
  const texts = [
    `${secret}`,
    `{"a":"${secret}" 1}`,
    `{"a":${secret}}`,
    `{"a":"${secret}`,
    `{"a":"\n${secret}"}`,
    `[1,]${secret}`,
  ];
  for (const text of texts) {
    const lines = await read(text + '\n');
    assert.ok(lines.every(({ error }) => error !== undefined && !error.includes('example')));
  }
});

test('UTF-16 is told by its byte order mark; compressed files are refused as a whole', async () => {
  const text = Buffer.from('\ufeff{"a":"é"}\n{"b":1}', 'utf16le');
  const values = [
    { line: 1, value: { a: 'é' } },
    { line: 2, value: { b: 1 } },
  ];
  assert.deepEqual(await read(text), values);
  assert.deepEqual(await read(Buffer.from(text).swap16(), { maxLineBytes: 40 }), values);
  for (const head of [
    [0x1f, 0x8b, 8, 0],
    [0x50, 0x4b, 3, 4],
  ])
    await assert.rejects(
      read(Buffer.from(head)),
      (error) => error instanceof AttuneError && error.code === 'data',
    );
  await assert.rejects(gather(readJsonLines(join(folder, 'none'))), { code: 'storage' });
});

test('what is written is read back, in any size of chunk', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.jsonValue({ maxDepth: 4 }), { maxLength: 20 }),
      fc.integer({ min: 500, max: 5000 }),
      async (values, size) => {
        // JSON has no -0 and the reader refuses __proto__.
        fc.pre(!JSON.stringify(values).includes('__proto__'));
        await writeJsonLines(path, values);
        fc.pre(
          readFileSync(path, 'utf8')
            .split('\n')
            .every((line) => Buffer.byteLength(line) <= size),
        );
        const lines = await gather(readJsonLines(path, { maxLineBytes: size }));
        assert.deepEqual(
          lines,
          values.map((value, i) => ({ line: i + 1, value: JSON.parse(JSON.stringify(value)) as unknown })),
        );
      },
    ),
    { numRuns: 60 },
  );
});

test('a duplicate key is found whatever stands around it', async () => {
  const space = fc.constantFrom('', ' ', '\t', '  ');
  // No key is a lone backslash: V8 13.6 (Node 24) then reads the next key "\"" as a backslash too.
  const key = fc.constantFrom('a', 'b', ':', '":', '{', ',', '"', 'a"b');
  const text = fc.constantFrom('a', ':', '":', '{', ',', '\\', '"', 'a"b');
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(key, text, space, space), { minLength: 1, maxLength: 6 }),
      async (members) => {
        const json = `{${members.map(([name, value, a, b]) => `${a}${JSON.stringify(name)}${b}:${a}${JSON.stringify(value)}`).join(',')}}`;
        const isDuplicate = new Set(members.map(([name]) => name)).size < members.length;
        const [line] = await read(json);
        assert.equal(line?.error !== undefined, isDuplicate, json);
      },
    ),
    { numRuns: 200 },
  );
});
