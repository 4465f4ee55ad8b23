/** Records that are made to break a program: nothing crashes, hangs or is lost, and the ledger says why. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { open, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { brotliDecompressSync } from 'node:zlib';
import { collect } from '../src/data/collect.ts';
import { collectConfig } from '../src/data/config.ts';
import { readJsonLines } from '../src/formats/jsonl.ts';
import { parseStrictJson } from '../src/formats/strict-json.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-hostile-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const suite = JSON.parse(
  brotliDecompressSync(
    readFileSync(join(import.meta.dirname, 'fixtures', 'json-test-suite', 'tests.json.br')),
  ).toString(),
) as Record<string, string>;

const record = (text: string): string =>
  JSON.stringify({
    messages: [
      { role: 'user', content: text },
      { role: 'assistant', content: 'We are looking into it and will be back tomorrow.' },
    ],
  });

type Line = { action: string; reason?: string; place?: string };

async function collectFile(name: string, bytes: Buffer): Promise<Line[]> {
  await writeFile(join(folder, name), bytes);
  await collect({
    config: collectConfig.parse({ sources: [{ jsonl: name, format: 'openai' }], max_bad_share: 1 }),
    projectFolder: folder,
    outputFolder: folder,
    seed: 1,
    report: () => {},
    signal: new AbortController().signal,
  });
  const lines: Line[] = [];
  for await (const { value } of readJsonLines(join(folder, 'ledger.jsonl'))) lines.push(value as Line);
  return lines;
}

test('JSONTestSuite: what must be refused is refused, what must be read is read', () => {
  // A key that stands twice is valid JSON, but JSON.parse would lose one of the two values.
  const stricter = ['y_object_duplicated_key.json', 'y_object_duplicated_key_and_value.json'];
  for (const [name, base64] of Object.entries(suite)) {
    if (name.startsWith('i_')) continue;
    const bytes = Buffer.from(base64, 'base64');
    let text: string;
    try {
      text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      assert.ok(name.startsWith('n_'), name);
      continue;
    }
    const { error } = parseStrictJson(text);
    assert.equal(error === undefined, name.startsWith('y_') && !stricter.includes(name), `${name}: ${error}`);
  }
});

test('JSONTestSuite: every file among records, and each of its lines is accounted for', async () => {
  const newline = Buffer.from('\n');
  const parts: Buffer[] = [];
  for (const base64 of Object.values(suite))
    parts.push(
      Buffer.from(record('Where is my parcel, please?')),
      newline,
      Buffer.from(base64, 'base64'),
      newline,
    );
  const bytes = Buffer.concat(parts);
  const ledger = await collectFile('suite.jsonl', bytes);
  const kept = ledger.filter(({ action }) => action === 'kept');
  const dropped = ledger.filter(({ action }) => action === 'dropped');
  assert.equal(kept.length, Object.keys(suite).length);
  const lines = bytes.toString('latin1').split('\n');
  const filled = lines.filter((line) => /[^\t\v\f\r ]/.test(line)).length;
  assert.equal(kept.length + dropped.length, filled);
  for (const { reason, place } of dropped) assert.ok(reason && /^suite\.jsonl:\d+$/.test(place ?? ''), place);
});

test('a line of 100 MB is refused with its place, and what follows is read', async () => {
  const path = join(folder, 'long.jsonl');
  const file = await open(path, 'w');
  await file.write(record('first one of the records here') + '\n{"messages": "');
  const chunk = Buffer.alloc(10_000_000, 'x');
  for (let i = 0; i < 10; i++) await file.write(chunk);
  await file.write('"}\n' + record('last one of the records here') + '\n');
  await file.close();
  const ledger = await collectFile('long.jsonl', readFileSync(path));
  assert.deepEqual(
    ledger.map(({ action, place }) => [action, place]),
    [
      ['kept', 'long.jsonl:1'],
      ['dropped', 'long.jsonl:2'],
      ['kept', 'long.jsonl:3'],
    ],
  );
  assert.match(ledger[1]!.reason ?? '', /^the line is 1000000\d\d bytes long/);
});

test('lines in other encodings are refused one by one', async () => {
  const bytes = Buffer.concat([
    Buffer.from(record('first one, in UTF-8: café') + '\n'),
    Buffer.from(record('second one, in Latin-1: café') + '\n', 'latin1'),
    Buffer.from(record('third one, in UTF-16') + '\n', 'utf16le'),
    Buffer.from('\n\ufeff' + record('fourth one, in UTF-8 again, of a file with a mark') + '\n'),
  ]);
  const ledger = await collectFile('mixed.jsonl', bytes);
  const kept = ledger.filter(({ action }) => action === 'kept');
  assert.deepEqual(
    kept.map(({ place }) => place),
    ['mixed.jsonl:1', 'mixed.jsonl:5'],
  );
  assert.match(ledger.find(({ place }) => place === 'mixed.jsonl:3')?.reason ?? '', /zero bytes, as UTF-16/);
  assert.ok(
    ledger.some(({ place, reason }) => place === 'mixed.jsonl:2' && reason?.startsWith('not UTF-8;')),
  );
});
