import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fc } from '../../../test/support/properties.ts';
import { encodeBytes, encodePieces, readPiece } from './piece-files.ts';
import { Rows, type RowsPart } from './row-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-pieces-'));
const path = join(folder, 'pieces');

test('pieces come back one by one, whatever they hold', async () => {
  const values = [new Map([[1, { id: 'a' }]]), Uint32Array.of(7, 8), undefined, '', { list: [null] }];
  writeFileSync(path, Buffer.concat(encodePieces(values)));
  for (const number of [3, 0, 4, 1, 2]) assert.deepEqual(await readPiece(path, number), values[number]);
});

test('of a file with any byte changed or cut off, a piece is what was written or an error that names the file', async () => {
  const values = ['first', { second: Float64Array.of(1, 2) }, [3]];
  const whole = Buffer.concat(encodePieces(values));
  await fc.assert(
    fc.asyncProperty(
      fc.nat(whole.length - 1),
      fc.integer({ min: 1, max: 255 }),
      fc.boolean(),
      async (at, flip, cut) => {
        const bytes = Buffer.from(whole);
        bytes[at]! ^= flip;
        writeFileSync(path, cut ? bytes.subarray(0, at) : bytes);
        for (const [number, expected] of values.entries())
          await readPiece(path, number).then(
            (value) => assert.deepEqual(value, expected),
            (error: Error & { code?: string }) => {
              assert.equal(error.code, 'storage');
              assert.ok(error.message.includes(path));
            },
          );
      },
    ),
    { numRuns: 200 },
  );
});

/** So many files of three rows and, now and then, of none. */
function tables(count: number): RowsPart[] {
  let first = 0;
  return Array.from({ length: count }, (_, i) => {
    const rows = i % 7 === 3 ? [] : [0, 1, 2].map((k) => Buffer.from(`row ${first + k}`));
    const part = { path: join(folder, `table-${i}`), first, count: rows.length };
    writeFileSync(part.path, Buffer.concat(encodeBytes(rows)));
    first += rows.length;
    return part;
  });
}

test('rows are found in more files than are held open, in any order', () => {
  const parts = tables(400);
  const count = parts.at(-1)!.first + parts.at(-1)!.count;
  const rows = new Rows(parts);
  for (let i = 0, index = 5; i < 2 * count; i++, index = (index + 577) % count)
    assert.equal(rows.get(index).toString(), `row ${index}`);
  rows.close();
});

const onLinux = { skip: process.platform === 'linux' ? false : 'only Linux tells its limits as a file' };

test('eight threads find rows in more files than the process may hold open', onLinux, () => {
  const code = `
    import { Rows } from ${JSON.stringify(new URL('./row-files.ts', import.meta.url).href)};
    const parts = ${JSON.stringify(tables(400))};
    const threads = Array.from({ length: 8 }, () => new Rows(parts));
    const last = parts.at(-1);
    for (let index = 0; index < last.first + last.count; index++)
      for (const rows of threads) rows.get(index);`;
  const command = 'ulimit -n 128 && exec "$0" --input-type=module-typescript --eval "$1"';
  const { status, stderr } = spawnSync('sh', ['-c', command, process.execPath, code], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
});

test('a row of a damaged or missing table is an error that names it', () => {
  const [part] = tables(1);
  const bytes = readFileSync(part!.path);
  const fails = (message: RegExp): void => {
    const rows = new Rows([part!]);
    assert.throws(() => rows.get(2), { code: 'storage', message });
    rows.close();
  };
  for (let at = 0; at < bytes.length; at++) {
    const changed = Buffer.from(bytes);
    changed[at]! ^= 4;
    writeFileSync(part!.path, changed);
    // The rows before the last are not looked at.
    if (at < 32 || at >= bytes.length - 5) fails(/table-0 is damaged/);
  }
  writeFileSync(part!.path, bytes);
  truncateSync(part!.path, bytes.length - 1);
  fails(/table-0 is damaged/);
  rmSync(part!.path);
  fails(/table-0.*no such file/);
});
