import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fc } from '../../test/support/properties.ts';
import { loadOffsetTokenizer } from './token-offsets.ts';

const golden = join(import.meta.dirname, '../../test/golden/classifier');
type Case = { text: string; tokens: [number, number, number, string, number][] };
/** Without accents and joiners at the ends. */
const bare = (text: string): string => text.replace(/^(?:\p{M}|\u200d)+|(?:\p{M}|\u200d)+$/gu, '');
const kinds = ['wordpiece', 'byte-level', 'unigram'];

for (const kind of kinds)
  test(`ids and offsets are those of Hugging Face tokenizers: ${kind}`, async () => {
    const tokenizer = await loadOffsetTokenizer(join(golden, kind));
    const cases = JSON.parse(readFileSync(join(golden, kind, 'golden.json'), 'utf8')) as Case[];
    for (const { text, tokens } of cases) {
      const { ids, starts, ends } = tokenizer.encode(text);
      assert.deepEqual(
        ids,
        tokens.map(([id]) => id),
        text,
      );
      tokens.forEach(([, start, end], i) => {
        // A token of blanks or of an accent alone has no letters to be found by: its place is empty here.
        if (starts[i] === ends[i]) return;
        // An accent of its own is in the token after it there, and in the one whose letter it is on here.
        const actual = bare(text.slice(starts[i], ends[i]));
        assert.equal(actual, bare(text.slice(start, end)), `${JSON.stringify(text)}, token ${i}`);
        assert.ok(Math.abs(starts[i]! - start) <= 1);
      });
      tokens.forEach(([, start, end], i) => {
        // The first token of SentencePiece may be the blank that it puts before a text.
        if (i > 0 && /[\p{L}\p{N}]/u.test(text.slice(start, end)))
          assert.ok(ends[i]! > starts[i]!, `${JSON.stringify(text)}: token ${i} has letters and so a place`);
      });
    }
  });

test('special tokens around a text and for padding are those of the tokenizer', async () => {
  const [wordpiece, byteLevel] = await Promise.all(
    ['wordpiece', 'byte-level'].map((kind) => loadOffsetTokenizer(join(golden, kind))),
  );
  assert.deepEqual([wordpiece!.before, wordpiece!.after, wordpiece!.paddingId], [[2], [3], 0]);
  assert.deepEqual([byteLevel!.before, byteLevel!.after, byteLevel!.paddingId], [[0], [2], 1]);
});

test('special tokens written in a text are text', async () => {
  const tokenizer = await loadOffsetTokenizer(join(golden, 'wordpiece'));
  const { ids, starts, ends } = tokenizer.encode('a [SEP] b');
  assert.ok(!ids.includes(3));
  assert.equal('a [SEP] b'.slice(starts[1], ends[1]), '[');
});

test('for any text: tokens in order, within it, and every letter in one of them', async () => {
  for (const kind of kinds) {
    const tokenizer = await loadOffsetTokenizer(join(golden, kind));
    const text = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 60 }),
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc
        .array(
          fc.constantFrom('é', 'e\u0301', 'ß', 'İ', ' ', '\n', 'ﬁ', '😀', '한', 'Anna', '--', '½', '\u200d'),
        )
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, (value) => {
        const { ids, starts, ends } = tokenizer.encode(value);
        assert.equal(starts.length, ids.length);
        const covered = new Uint8Array(value.length);
        for (let i = 0; i < ids.length; i++) {
          assert.ok(starts[i]! >= 0 && starts[i]! <= ends[i]! && ends[i]! <= value.length);
          if (i > 0) assert.ok(starts[i]! >= starts[i - 1]!, 'in order');
          covered.fill(1, starts[i], ends[i]);
        }
        for (let at = 0; at < value.length; at++)
          if (/[a-zA-Z0-9\u00c0-\u00ff]/.test(value[at]!) && /\p{L}|\p{N}/u.test(value[at]!))
            assert.equal(covered[at], 1, `${JSON.stringify(value)} at ${at}`);
      }),
      { numRuns: 150, seed: 5 },
    );
  }
});

test('a long text is cut into stretches and keeps its offsets', async () => {
  const text = 'Anna Schmidt lives in Munich. '.repeat(1000);
  for (const kind of kinds) {
    const { starts, ends } = (await loadOffsetTokenizer(join(golden, kind))).encode(text);
    const last = starts.findLastIndex((start) => text[start] === 'M');
    assert.ok(starts[last]! > text.length - 15);
    assert.ok(text.slice(starts[last], ends[last]).startsWith('M'));
  }
});
