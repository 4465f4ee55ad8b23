import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Facts } from '../rule.ts';
import { FactsWriter, openFacts } from './facts.ts';
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
  return openFacts<Fact>(parts, { scratchFolder: folder, signal });
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

test('groups by key are those of a map, whether they fit memory or not', async () => {
  for (const count of [50, 40_000]) {
    for (const keyOf of [(i: number) => `key ${i % 997}`, (i: number) => (i % 997) * 4294967311]) {
      const keys = Array.from({ length: count }, (_, i) =>
        Array.from({ length: 8 }, (_one, k) => keyOf(i * (k + 1))),
      );
      const expected = new Map<string | number, number[]>();
      keys.forEach((some, i) => {
        for (const key of some) expected.set(key, [...(expected.get(key) ?? []), i]);
      });
      const facts = factsOf(keys, [count / 2]);
      const lists = await Array.fromAsync(facts.groupBy<string | number>((some) => some, { atLeast: 1 }));
      const found = new Map(lists.flat().map(({ key, indexes }) => [key, indexes]));
      assert.equal(found.size, lists.flat().length, 'a key came twice');
      assert.deepEqual(found, expected);
    }
  }
  assert.deepEqual(
    readdirSync(folder).filter((file) => file.startsWith('shuffle')),
    [],
  );
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
