import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fc } from '../../test/support/properties.ts';
import { type CsvOptions, type CsvRow, readCsv } from './csv.ts';

const path = join(mkdtempSync(join(tmpdir(), 'attune-csv-')), 'rows.csv');

async function read(content: string | Buffer, options?: CsvOptions): Promise<CsvRow[]> {
  writeFileSync(path, content);
  return gather(readCsv(path, options));
}

async function gather<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

test('quoted newlines, CRLF, a byte order mark and blank lines keep the line numbers right', async () => {
  assert.deepEqual(await read('\ufeffa,b\r\n"x\r\ny","say ""hi"""\r\n\r\n3,4'), [
    { line: 2, value: { a: 'x\r\ny', b: 'say "hi"' } },
    { line: 5, value: { a: '3', b: '4' } },
  ]);
});

test('comma, semicolon, tab and bar are told from the first rows', async () => {
  for (const delimiter of [',', ';', '\t', '|'])
    assert.deepEqual(await read(`a${delimiter}b\n1${delimiter}2\n`), [
      { line: 2, value: { a: '1', b: '2' } },
    ]);
  assert.deepEqual(await read('a\nx\n'), [{ line: 2, value: { a: 'x' } }]);
});

test('other encodings are read when they are named', async () => {
  const chinese = Buffer.concat([Buffer.from('a,b\n'), Buffer.from([0xd6, 0xd0, 0x2c, 0xce, 0xc4, 0x0a])]);
  assert.deepEqual(await read(chinese, { encoding: 'gb18030' }), [{ line: 2, value: { a: '中', b: '文' } }]);
  const windows = Buffer.from('a;b\n20 \x80;caf\xe9\n', 'latin1');
  assert.deepEqual(await read(windows, { encoding: 'windows-1252' }), [
    { line: 2, value: { a: '20 €', b: 'café' } },
  ]);
});

test('a bad row costs no other row', async () => {
  const bad = Buffer.concat([
    Buffer.from('a,b\n1\n1,2,3\n4,'),
    Buffer.from([0xe9]),
    Buffer.from('\n"x" y,5\n6,7\n"open,8\n9,10\n'),
  ]);
  const rows = await read(bad);
  assert.deepEqual(rows, [
    { line: 2, error: 'the row has 1 fields; the header has 2' },
    { line: 3, error: 'the row has 3 fields; the header has 2' },
    { line: 4, error: 'not UTF-8; set encoding to that of the file' },
    { line: 5, error: 'a quote stands inside a quoted field' },
    { line: 6, value: { a: '6', b: '7' } },
    { line: 7, error: 'a quote is opened and never closed' },
    { line: 8, value: { a: '9', b: '10' } },
  ]);
});

test('an open quote gives up after the row limit, in a file of any length', async () => {
  const rows = await read(`a,b\n"open,1\n${'2,3\n'.repeat(100_000)}`, { maxRowCharacters: 10_000 });
  assert.equal(rows.filter(({ error }) => error !== undefined).length, 1);
  assert.equal(rows.length, 100_001);
  assert.equal(rows.at(-1)?.line, 100_002);
});

test('a header that names a column twice is refused', async () => {
  await assert.rejects(read('a,b,a\n1,2,3\n'), { code: 'data', message: /two columns named "a"/ });
  assert.deepEqual(await read(''), []);
  assert.deepEqual(await read('a,b\n'), []);
});

test('rows written by the rules of RFC 4180 are read back', async () => {
  const field = fc.stringMatching(/^[a-z0-9 ,;"\n|]{0,12}$/);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(field, field), { maxLength: 20 }), async (rows) => {
      const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`;
      const text = ['"a","b"', ...rows.map((row) => row.map(quote).join(','))].join('\r\n');
      const read_ = await read(text, { delimiter: ',' });
      assert.deepEqual(
        read_.map(({ value }) => value),
        rows.map(([a, b]) => ({ a, b })),
      );
      const starts = rows.map((_, i) => 2 + i + rows.slice(0, i).flat().join('').split('\n').length - 1);
      assert.deepEqual(
        read_.map(({ line }) => line),
        starts,
      );
    }),
    { numRuns: 100 },
  );
});
