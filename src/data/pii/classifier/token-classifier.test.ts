import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { aggregate, wholeWords } from './aggregate.ts';
import { parseTag, typeOf } from './labels.ts';
import { openTokenClassifier } from './token-classifier.ts';
import { windowsOf } from './windows.ts';

const golden = join(import.meta.dirname, '../../../../test/golden/classifier');
type Case = {
  text: string;
  tokens: [number, number, number, string, number][];
  spans: [string, number, number, number][];
};
/** Without accents and joiners at the ends: Hugging Face has an accent of its own in the token after its letter. */
const bare = (text: string, start: number, end: number): string =>
  text.slice(start, end).replace(/^(?:\p{M}|\u200d)+|(?:\p{M}|\u200d)+$/gu, '');
const options = { labels: {}, leastScore: 0, threads: 1 };

for (const kind of ['wordpiece', 'byte-level', 'unigram'])
  test(`labels, scores and spans are those of transformers' pipeline: ${kind}`, async () => {
    const cases = JSON.parse(readFileSync(join(golden, kind, 'golden.json'), 'utf8')) as Case[];
    const classifier = await openTokenClassifier({ path: join(golden, kind), ...options });
    try {
      const labelled = await classifier.classify(cases.map(({ text }) => text));
      cases.forEach(({ text, tokens, spans }, i) => {
        assert.deepEqual(
          labelled[i]!.map(({ label }) => label),
          tokens.map(([, , , label]) => label),
          text,
        );
        labelled[i]!.forEach(({ score }, t) => assert.ok(Math.abs(score - tokens[t]![4]) < 2e-4));
        const found = aggregate(labelled[i]!);
        // A span of blanks alone is none here.
        const expected = spans.filter(([, start, end]) => /[\p{L}\p{N}]/u.test(text.slice(start, end)));
        const actual = found.filter(({ start, end }) => /[\p{L}\p{N}]/u.test(text.slice(start, end)));
        assert.deepEqual(
          actual.map(({ label, start, end }) => [label, bare(text, start, end)]),
          expected.map(([label, start, end]) => [label, bare(text, start, end)]),
          text,
        );
      });
      const types = await classifier.find([cases[0]!.text]);
      for (const { type, start, end } of types[0]!) {
        assert.ok(['NAME', 'PLACE', 'ORGANISATION'].includes(type));
        const [before, inside, after] = [
          cases[0]!.text.slice(0, start),
          cases[0]!.text.slice(start, end),
          cases[0]!.text.slice(end),
        ];
        assert.ok(!(/\p{L}$/u.test(before) && /^\p{L}/u.test(inside)), 'no half word at the start');
        assert.ok(!(/\p{L}$/u.test(inside) && /^\p{L}/u.test(after)), 'no half word at the end');
      }
    } finally {
      await classifier.close();
    }
  });

test('a text longer than the model is read in windows; a text in a batch is read as alone', async () => {
  const classifier = await openTokenClassifier({ path: join(golden, 'wordpiece'), ...options });
  try {
    const long = 'Please send the invoice to Anna Schmidt in Munich. '.repeat(40);
    const short = 'Anna Schmidt';
    const [longLabels, shortLabels, none] = await classifier.classify([long, short, '']);
    assert.deepEqual(none, []);
    assert.ok(longLabels!.length > 300 && longLabels!.every((one) => one !== undefined));
    assert.equal(longLabels!.at(-1)!.end, long.trimEnd().length);
    const [alone] = await classifier.classify([short]);
    alone!.forEach(({ label, score }, i) => {
      assert.equal(label, shortLabels![i]!.label);
      assert.ok(Math.abs(score - shortLabels![i]!.score) < 1e-5);
    });
  } finally {
    await classifier.close();
  }
});

test('windows cover every token once, with context on both sides', () => {
  for (const [count, size] of [
    [1, 64],
    [64, 64],
    [65, 64],
    [1000, 64],
    [513, 510],
  ] as const) {
    const windows = windowsOf(count, size);
    let next = 0;
    for (const { first, end, from, to } of windows) {
      assert.equal(from, next);
      assert.ok(first <= from && to <= end && end - first <= size && to > from);
      if (first > 0) assert.ok(from - first >= Math.floor(size / 8));
      next = to;
    }
    assert.equal(next, count);
  }
});

test('BIO, BIOES, BILOU and plain labels', () => {
  const token = (label: string, start: number) => ({ label, start, end: start + 2, score: 0.5 });
  const spansOf = (...labels: string[]): string[] =>
    aggregate(labels.map((label, i) => token(label, 3 * i))).map(
      ({ label, start, end }) => `${label} ${start}-${end}`,
    );
  assert.deepEqual(spansOf('B-PER', 'I-PER', 'B-PER', 'O', 'I-LOC'), ['PER 0-5', 'PER 6-8', 'LOC 12-14']);
  assert.deepEqual(spansOf('B-PER', 'I-PER', 'L-PER', 'U-PER', 'O'), ['PER 0-8', 'PER 9-11']);
  assert.deepEqual(spansOf('S-LOC', 'S-LOC', 'B-ORG', 'E-ORG'), ['LOC 0-2', 'LOC 3-5', 'ORG 6-11']);
  assert.deepEqual(spansOf('PERSON', 'PERSON', 'O'), ['PERSON 0-5']);
  assert.deepEqual(parseTag('I-STREET_ADDRESS'), { begins: false, label: 'STREET_ADDRESS' });
});

test("a model's labels are our types, by the user's table first", () => {
  assert.equal(typeOf('PER', {}), 'NAME');
  assert.equal(typeOf('private_person', { private_person: 'NAME' }), 'NAME');
  assert.equal(typeOf('Credit Card Number', {}), 'CARD');
  assert.equal(typeOf('MISC', {}), undefined);
  assert.equal(typeOf('LOC', { LOC: 'none' }), undefined);
});

test('half a word is masked whole', () => {
  const text = 'Hello Müller-Lüdenscheid!';
  assert.deepEqual(wholeWords(text, { start: 8, end: 10 }), { start: 6, end: 12 });
  assert.deepEqual(wholeWords(text, { start: 6, end: 12 }), { start: 6, end: 12 });
});

test('a folder that is no token classifier says what is missing', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'attune-classifier-'));
  const refused = (pattern: RegExp): Promise<void> =>
    assert.rejects(openTokenClassifier({ path: folder, ...options }), {
      name: 'AttuneError',
      code: 'model',
      message: pattern,
    });
  try {
    await refused(/config\.json cannot be read/);
    await writeFile(join(folder, 'config.json'), '{"id2label": {"0": "O"}}');
    await refused(/"id2label"/);
    await cp(join(golden, 'wordpiece', 'config.json'), join(folder, 'config.json'));
    await refused(/There is no model\.onnx/);
    await writeFile(join(folder, 'model.onnx'), 'no model');
    await refused(/no readable tokenizer/);
    await cp(join(golden, 'wordpiece', 'tokenizer.json'), join(folder, 'tokenizer.json'));
    await refused(/model\.onnx cannot be loaded/);
    await cp(join(golden, 'wordpiece', 'model.onnx'), join(folder, 'model.onnx'));
    const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as object;
    await writeFile(
      join(folder, 'config.json'),
      JSON.stringify({ ...config, id2label: { 0: 'O', 1: 'PER' } }),
    );
    const classifier = await openTokenClassifier({ path: folder, ...options });
    await assert.rejects(classifier.find(['Anna']), { code: 'model', message: /one of 2 labels/ });
    await classifier.close();
  } finally {
    await rm(folder, { recursive: true });
  }
});
