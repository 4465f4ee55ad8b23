import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { silent } from '../base/progress.ts';
import type { Example } from './example.ts';
import { readSource } from './sources/read-source.ts';
import { writeExamples } from './write-examples.ts';

test('examples written in a format are read as a source; those without a place in it are named', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'attune-writers-'));
  const plain: Example = {
    messages: [
      { role: 'user', content: 'a\u2028b' },
      { role: 'assistant', content: 'c' },
    ],
    meta: { id: 'plain', source: 's' },
  };
  const calling: Example = {
    messages: [
      { role: 'user', content: 'a' },
      { role: 'assistant', content: '', toolCalls: [{ name: 'f', arguments: { x: 1 } }] },
    ],
    meta: { id: 'calling', source: 's' },
  };
  const expected = { openai: 2, sharegpt: 2, alpaca: 1, 'prompt-completion': 2 } as const;
  for (const [format, count] of Object.entries(expected) as [keyof typeof expected, number][]) {
    const result = await writeExamples(join(folder, 'out.jsonl'), format, [plain, calling]);
    assert.equal(result.written, count, format);
    assert.deepEqual(
      result.refused.map(({ id }) => id),
      count === 1 ? ['calling'] : [],
    );
    const context = { projectFolder: folder, seed: 1, report: silent, signal: new AbortController().signal };
    const read: unknown[] = [];
    for await (const { example } of readSource({ jsonl: 'out.jsonl' }, context)) read.push(example?.messages);
    assert.deepEqual(read, [plain.messages, calling.messages].slice(0, count), format);
  }
});
