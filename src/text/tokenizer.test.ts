import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { fc } from '../../test/support/properties.ts';
import { AttuneError } from '../base/errors.ts';
import { loadTokenizer } from './tokenizer.ts';

const golden = fileURLToPath(new URL('../../test/golden/text', import.meta.url));

async function folderWith(t: TestContext, tokenizerJson: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'attune-tokenizer-'));
  t.after(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'tokenizer.json'), tokenizerJson);
  return folder;
}

test('decoding gives the encoded text back, for any text', async () => {
  const tokenizer = await loadTokenizer(golden);
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme-composite', maxLength: 200 }), (text) => {
      assert.equal(tokenizer.decode(tokenizer.encode(text)), text);
    }),
  );
});

test('special tokens in the text become one id each and come back when decoded', async () => {
  const tokenizer = await loadTokenizer(golden);
  const end = tokenizer.tokenId('<|im_end|>');
  assert.deepEqual(tokenizer.encode('<|im_end|><|im_end|>'), [end, end]);
  assert.equal(tokenizer.decode([end!]), '<|im_end|>');
  assert.equal(tokenizer.tokenId('<|no such token|>'), undefined);
});

test('decoding keeps spaces before punctuation', async () => {
  const tokenizer = await loadTokenizer(golden);
  assert.equal(tokenizer.decode(tokenizer.encode("a . b ' s do n't")), "a . b ' s do n't");
});

test('adds no tokens of a post-processor', async (t) => {
  const vocab = { '[BOS]': 0, a: 1, b: 2 };
  const folder = await folderWith(
    t,
    JSON.stringify({
      added_tokens: [{ id: 0, content: '[BOS]', special: true, normalized: false }],
      normalizer: null,
      pre_tokenizer: null,
      decoder: null,
      post_processor: {
        type: 'TemplateProcessing',
        single: [{ SpecialToken: { id: '[BOS]', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
        pair: [],
        special_tokens: { '[BOS]': { id: '[BOS]', ids: [0], tokens: ['[BOS]'] } },
      },
      model: { type: 'BPE', vocab, merges: [] },
    }),
  );
  const tokenizer = await loadTokenizer(folder);
  assert.deepEqual(tokenizer.encode('ab'), [1, 2]);
  assert.deepEqual(tokenizer.encode('[BOS]a'), [0, 1]);
});

test('a token outside the vocabulary is an error, not a hole', async (t) => {
  const none = {
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: null,
    decoder: null,
    post_processor: null,
  };
  const model = { type: 'WordPiece', vocab: { a: 0 }, unk_token: '[UNK]', continuing_subword_prefix: '##' };
  const tokenizer = await loadTokenizer(await folderWith(t, JSON.stringify({ ...none, model })));
  assert.deepEqual(tokenizer.encode('a'), [0]);
  assert.throws(() => tokenizer.encode('b'), { code: 'model', message: /no token for a part of "b"/ });
});

const refused: [name: string, json: string, message: RegExp][] = [
  ['no JSON', '{"model": ', /cannot be used as a tokenizer: it is not JSON/],
  ['no model', '{"added_tokens": []}', /it has no "model"/],
  [
    'an unknown kind of model',
    '{"model": {"type": "Magic", "vocab": {}}, "decoder": null, "post_processor": null, "pre_tokenizer": null, "normalizer": null}',
    /cannot be used as a tokenizer: .*Magic/,
  ],
  ['a model that is a list', '{"model": [1]}', /it has no "model"/],
  ['no vocabulary', '{"model": {"type": "BPE", "vocab": 5}}', /its model has no "vocab"/],
  [
    'a pattern that backtracks without end',
    '{"pre_tokenizer": {"type": "Split", "pattern": {"Regex": "^(a+)+$"}}, "model": {"type": "BPE", "vocab": {}}}',
    /the pattern "\^\(a\+\)\+\$" repeats a repetition/,
  ],
  [
    'a pattern of a megabyte',
    `{"pre_tokenizer": {"pattern": {"Regex": "${'a'.repeat(1_000_000)}"}}, "model": {"type": "BPE", "vocab": {}}}`,
    /a pattern of 1000000 characters/,
  ],
  [
    'normalizers nested 20,000 deep',
    `{"decoder": null, "post_processor": null, "pre_tokenizer": null, "normalizer": ${'{"type":"Sequence","normalizers":['.repeat(20_000)}${']}'.repeat(20_000)}, "model": {"type": "BPE", "vocab": {}}}`,
    /cannot be used as a tokenizer: Maximum call stack/,
  ],
];
for (const [name, json, message] of refused) {
  test(`refuses a tokenizer.json with ${name}`, async (t) => {
    await assert.rejects(loadTokenizer(await folderWith(t, json)), { code: 'model', message });
  });
}

test('says which file is missing', async () => {
  await assert.rejects(loadTokenizer('/no/such/folder'), (error: unknown) => {
    assert.ok(error instanceof AttuneError);
    assert.match(error.message, /no readable tokenizer at .*no.such.folder.tokenizer\.json/);
    return true;
  });
});
