import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fc } from '../../../test/support/properties.ts';
import type { Facts } from '../rule.ts';
import { FactsWriter, openFacts } from './fact-files.ts';
import { divideBytes, lineRanges, readLineRange } from './line-range.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-facts-'));
const { signal } = new AbortController();

const linesOf = (bytes: Buffer): string[] =>
  [...lineRanges(bytes)].map(({ start, end }) => bytes.toString('utf8', start, end));

/** Facts in files of the given sizes. */
function factsOf<Fact>(facts: readonly Fact[], sizes: readonly number[]): Facts<Fact> {
  const parts: { path: string; count: number }[] = [];
  let at = 0;
  for (const size of [...sizes, facts.length]) {
    const some = facts.slice(at, at + size);
    const path = join(folder, String(parts.length));
    const writer = new FactsWriter();
    for (const fact of some) writer.add(fact);
    writeFileSync(path, Buffer.concat(writer.finish()));
    parts.push({ path, count: some.length });
    at += some.length;
  }
  return openFacts<Fact>(parts, signal);
}

test('facts come back in order, all or some of them, typed arrays too', async () => {
  const given = Array.from({ length: 1000 }, (_, i) => ({
    i,
    name: `n${i}`,
    values: Float32Array.of(i, -i),
  }));
  const facts = factsOf(given, [300, 0, 1, 256]);
  assert.equal(facts.count, 1000);
  assert.deepEqual(await Array.fromAsync(facts), given);
  const picked = await Array.fromAsync(facts.pick([999, 3, 3, 556, 0]));
  assert.deepEqual(
    picked,
    [0, 3, 556, 999].map((index) => ({ index, fact: given[index] })),
  );
  assert.deepEqual(await Array.fromAsync(facts.pick([])), []);
});

test('ranges of any size give every line of a file once', async () => {
  const path = join(folder, 'lines');
  const line = fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => text.replaceAll('\n', ''));
  await fc.assert(
    fc.asyncProperty(
      fc.array(line),
      fc.integer({ min: 1, max: 50 }),
      fc.boolean(),
      async (lines, size, ended) => {
        const text = lines.join('\n');
        const bytes = Buffer.from(ended ? `${text}\n` : text);
        const whole = ended || text === '' || text.endsWith('\n') ? bytes : Buffer.from(`${text}\n`);
        writeFileSync(path, bytes);
        const found: string[] = [];
        for (const range of divideBytes(bytes.length, size))
          found.push(...linesOf(await readLineRange(path, range)));
        assert.deepEqual(found, linesOf(whole));
      },
    ),
    { numRuns: 100 },
  );
});
