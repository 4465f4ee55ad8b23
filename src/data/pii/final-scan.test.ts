import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeJsonLines } from '../../formats/jsonl.ts';
import { piiConfig } from '../config/pii.ts';
import type { Example } from '../example.ts';
import { scanForPii } from './final-scan.ts';

async function scan(contents: string[], config: object = {}) {
  const path = join(mkdtempSync(join(tmpdir(), 'attune-scan-')), 'train.jsonl');
  const examples = contents.map((content, i): Example => ({
    messages: [{ role: 'user', content }],
    meta: { id: `r${i}`, source: 's' },
  }));
  await writeJsonLines(path, examples);
  return scanForPii([{ name: 'train.jsonl', path }], piiConfig.parse(config));
}

test('clean splits are counted', async () => {
  const result = await scan(['my [EMAIL] and [PHONE]', 'order 4155552671']);
  assert.deepEqual([result.examples, result.hits, result.notProvable], [2, 0, []]);
  assert.ok(
    result.types.includes('EMAIL') && !result.types.includes('NAME') && !result.types.includes('URL'),
  );
});

test('a hit is an error that names record and type, not the value', async () => {
  await assert.rejects(scan(['fine', 'write to mary@example.com']), (error: Error) => {
    assert.equal((error as { code?: string }).code, 'data');
    assert.match(error.message, /train\.jsonl.*example r1, message 0, content, type EMAIL/);
    assert.doesNotMatch(error.message, /mary/);
    return true;
  });
});

test('what is kept or allowed is no hit; surrogates are none when they are from ranges set aside', async () => {
  await scan(['a@b.de'], { types: { email: 'keep' } });
  await scan(['help@shop.example'], { allow: ['@shop.example'] });
  const surrogate = { strategy: 'surrogate' };
  const { notProvable, types } = await scan(['sam@example.com 202-555-0142', 'account 12345678'], surrogate);
  assert.ok(notProvable.includes('ACCOUNT') && types.includes('EMAIL'));
  await assert.rejects(scan(['sam@shop.de'], surrogate), /type EMAIL/);
});
