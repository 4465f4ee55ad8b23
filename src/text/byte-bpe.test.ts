import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fc } from '../../test/support/properties.ts';
import { splitWords, trainByteBpe } from './byte-bpe.ts';
import { writeTokenizerFiles } from './tokenizer-files.ts';
import { loadTokenizer } from './tokenizer.ts';

const golden = new URL('../../test/golden/text/', import.meta.url);
const readGolden = (name: string): Promise<string> => readFile(new URL(name, golden), 'utf8');

function countWords(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const line of text.split(/(?<=\n)/)) {
    for (const word of splitWords(line)) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counts;
}

test('trains the same vocabulary as Hugging Face tokenizers', async () => {
  const expected = JSON.parse(await readGolden('tokenizer.json')) as {
    added_tokens: { content: string }[];
    model: { vocab: Record<string, number>; merges: [string, string][] };
  };
  const bpe = trainByteBpe(countWords(await readGolden('corpus.txt')), {
    vocabularySize: 700,
    specialTokens: expected.added_tokens.map((token) => token.content),
  });
  assert.deepEqual(bpe.merges, expected.model.merges);
  assert.deepEqual(Object.fromEntries(bpe.tokens.map((token, id) => [token, id])), expected.model.vocab);
});

test('the written files load as a tokenizer that gives the ids of Hugging Face tokenizers', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'attune-bpe-'));
  t.after(() => rm(folder, { recursive: true }));
  const { added_tokens } = JSON.parse(await readGolden('tokenizer.json')) as {
    added_tokens: { content: string }[];
  };
  const specialTokens = added_tokens.map((token) => token.content);
  const bpe = trainByteBpe(countWords(await readGolden('corpus.txt')), {
    vocabularySize: 700,
    specialTokens,
  });
  await writeTokenizerFiles(folder, bpe, {
    chatTemplate: '',
    endOfTextToken: '<|endoftext|>',
    paddingToken: '<|pad|>',
    endOfTurnToken: '<|im_end|>',
    visibleTokens: ['<tool_call>', '</tool_call>'],
    contextLength: 128,
  });
  const tokenizer = await loadTokenizer(folder);
  assert.equal(tokenizer.vocabularySize, 700);
  for (const { text, ids } of JSON.parse(await readGolden('encodings.json')) as {
    text: string;
    ids: number[];
  }[]) {
    assert.deepEqual(tokenizer.encode(text), ids, JSON.stringify(text));
  }
});

test('says so when the text is too small for the vocabulary asked for', () => {
  assert.throws(
    () => trainByteBpe(new Map([['ab', 2]]), { vocabularySize: 300, specialTokens: [] }),
    /holds only 257 tokens, not 300/,
  );
});

test('words cover the text, whatever it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      assert.equal(splitWords(text).join(''), text);
    }),
  );
});
