import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { silent } from '../base/progress.ts';
import { writeJsonLines } from '../formats/jsonl.ts';
import { assignSplits, type SplitUnit, splitNames } from './assign-splits.ts';
import { checkSplit } from './check-split.ts';
import { piiConfig } from './config/pii.ts';
import { splitConfig } from './config/split.ts';
import type { Example } from './example.ts';
import { split } from './split.ts';

const shares = splitConfig.parse({});

function makeExample(id: string, text: string, topic?: string, conversation?: string): Example {
  return {
    messages: [
      { role: 'system', content: id },
      { role: 'user', content: text },
      { role: 'assistant', content: 'ok' },
    ],
    meta: { id, source: 's', topic, conversation },
  };
}

async function run(examples: Example[]) {
  const folder = mkdtempSync(join(tmpdir(), 'attune-split-'));
  await writeJsonLines(join(folder, 'in.jsonl'), examples);
  const { signal } = new AbortController();
  const summary = await split({
    config: shares,
    pii: piiConfig.parse({}),
    examplesPath: join(folder, 'in.jsonl'),
    outputFolder: folder,
    seed: 5,
    report: silent,
    signal,
  });
  const ids = (name: string): string[] =>
    readFileSync(join(folder, `${name}.jsonl`), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as Example).meta.id);
  return { folder, summary, ids };
}

test('80/10/10 overall and in every topic, and the same for any order of the examples', async () => {
  const examples = Array.from({ length: 300 }, (_, i) =>
    makeExample(`e${i}`, `text ${i}`, i % 3 === 0 ? 'rare' : 'common'),
  );
  const { summary, ids, folder } = await run(examples);
  assert.deepEqual(summary, {
    examples: 300,
    train: 240,
    validation: 30,
    test: 30,
    stratify: 'topic',
    strata: 2,
  });
  const report = JSON.parse(readFileSync(join(folder, 'split.json'), 'utf8')) as {
    strata: object;
    checked: object;
  };
  assert.deepEqual(report.strata, {
    common: { train: 160, validation: 20, test: 20 },
    rare: { train: 80, validation: 10, test: 10 },
  });
  assert.deepEqual(report.checked, { examples: 300, conversations: 300, contents: 300 });
  const reversed = await run(examples.toReversed());
  for (const name of splitNames) assert.deepEqual(reversed.ids(name).sort(), ids(name).sort());
});

test('conversations and duplicates stay whole, through chains of both', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ conversation: fc.nat(40), content: fc.nat(60), stratum: fc.nat(4) }), {
        minLength: 1,
        maxLength: 120,
      }),
      fc.nat(1000),
      (rows, seed) => {
        const units = rows.map((row, i): SplitUnit => ({
          id: `u${i}`,
          conversation: `${row.conversation}`,
          content: `${row.content}`,
          stratum: `${row.stratum}`,
        }));
        const assigned = assignSplits(units, shares, seed);
        for (const key of ['conversation', 'content'] as const) {
          const splitOf = new Map<string, string>();
          units.forEach((unit, i) => {
            if (!splitOf.has(unit[key])) splitOf.set(unit[key], assigned[i]!);
            assert.equal(splitOf.get(unit[key]), assigned[i]);
          });
        }
      },
    ),
  );
});

test('without duplicates the whole is in proportion to within one, whatever the topics', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(30), { minLength: 10, maxLength: 300 }), fc.nat(1000), (topics, seed) => {
      const units = topics.map((topic, i): SplitUnit => ({
        id: `u${i}`,
        conversation: `${i}`,
        content: `${i}`,
        stratum: `${topic}`,
      }));
      const assigned = assignSplits(units, shares, seed);
      for (const name of splitNames) {
        const count = assigned.filter((one) => one === name).length;
        assert.ok(
          Math.abs(count - units.length * shares[name]) < 1.5 + units.length * 0.005,
          `${name} ${count} of ${units.length}`,
        );
      }
    }),
  );
});

test('a topic of one or two starts in train while it can, and topics of one alone are split as a whole', () => {
  const unit = (i: number, stratum: string): SplitUnit => ({
    id: `u${i}`,
    conversation: `${i}`,
    content: `${i}`,
    stratum,
  });
  const mixed = [...Array(100).keys()].map((i) => unit(i, i === 0 ? 'one' : i < 3 ? 'two' : 'many'));
  for (let seed = 0; seed < 20; seed++) {
    const assigned = assignSplits(mixed, shares, seed);
    assert.equal(assigned[0], 'train');
    assert.ok(assigned.slice(1, 3).includes('train'));
    assert.equal(assigned.filter((name) => name === 'test').length, 10);
  }
  const alone = [...Array(50).keys()].map((i) => unit(i, `topic ${i}`));
  const assigned = assignSplits(alone, shares, 1);
  assert.deepEqual(
    splitNames.map((name) => assigned.filter((one) => one === name).length),
    [40, 5, 5],
  );
});

test('too few examples are refused with the numbers', async () => {
  const examples = [1, 2, 3].map((i) => makeExample(`e${i}`, `text ${i}`));
  await assert.rejects(run(examples), {
    code: 'data',
    message: /3 examples leave nothing for validation and test \(train 3, validation 0, test 0\)/,
  });
});

test('the check finds a conversation or a content in two splits', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'attune-check-'));
  const write = async (validation: Example): Promise<void> => {
    await writeJsonLines(join(folder, 'train.jsonl'), [
      makeExample('a', 'one'),
      makeExample('b', 'two', undefined, 'c'),
    ]);
    await writeJsonLines(join(folder, 'validation.jsonl'), [validation]);
    await writeJsonLines(join(folder, 'test.jsonl'), [makeExample('z', 'nine')]);
  };
  await write(makeExample('d', 'three'));
  assert.deepEqual(await checkSplit(folder), { examples: 4, conversations: 4, contents: 4 });
  await write(makeExample('d', 'three', undefined, 'c'));
  await assert.rejects(checkSplit(folder), { message: /the conversation c is in train and in validation/ });
  await write(makeExample('d', ' ONE '));
  await assert.rejects(checkSplit(folder), { message: /d in validation has the same content as a in train/ });
  await write(makeExample('a', 'four'));
  await assert.rejects(checkSplit(folder), { message: /the example a stands twice/ });
});
