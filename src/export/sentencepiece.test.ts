/** SentencePiece tokenizers in GGUF: opening the backend compares llama.cpp's ids with ours on texts of many kinds. */
import { deepEqual, equal, rejects } from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { writeTinyLlama } from '../../test/support/tiny-llama.ts';
import { openLlamaBackend } from '../backend/llama.ts';
import { silent } from '../base/progress.ts';
import { readGguf } from '../../test/support/gguf-reader.ts';
import { loadTokenizer } from '../text/tokenizer.ts';
import { exportGguf } from './gguf.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'attune-sentencepiece-'));
});
after(() => rm(folder, { recursive: true }));

/** The best first. They overlap, so that the order of joining counts: hours is h, o, ur, s. */
const pieces =
  '▁▁ ▁▁▁▁ ur ou he ll in er ▁t ▁th ▁the ▁h ▁he ello llo hello ▁hello an or der ord order ▁or ▁order oo ook me ▁me 12 23 123 ▁1 é fé';

type Settings = { normalizer?: object; preTokenizer?: object };

const replace = { type: 'Replace', pattern: { String: ' ' }, content: '▁' };
const prepend = { type: 'Prepend', prepend: '▁' };

async function writeModel(name: string, { normalizer, preTokenizer }: Settings): Promise<string> {
  const model = join(folder, name);
  await writeTinyLlama(model, { config: { vocab_size: 420 } });
  const path = join(model, 'tokenizer.json');
  const file = JSON.parse(await readFile(path, 'utf8')) as {
    added_tokens: { content: string; id: number }[];
    model: object;
  };
  const bytes = Array.from({ length: 256 }, (_, i) => `<0x${i.toString(16).toUpperCase().padStart(2, '0')}>`);
  const characters = [...'▁abcdefghijklmnopqrstuvwxyzHIWTS0123456789.,!:;-(){}[]"_/#'];
  const learnt = pieces.split(' ');
  const specials = file.added_tokens.toSorted((a, b) => a.id - b.id).map(({ content }) => content);
  const tokens = [...new Set([...specials, '<unk>', ...bytes, ...characters, ...learnt])];
  const vocab = Object.fromEntries(tokens.map((token, id) => [token, id]));
  // As transformers converts a SentencePiece model: every pair that makes a piece, by the piece.
  const merges = learnt.flatMap((piece) =>
    Array.from({ length: piece.length - 1 }, (_, i) => [piece.slice(0, i + 1), piece.slice(i + 1)]).filter(
      (pair) => pair.every((part) => part in vocab),
    ),
  );
  const bpe = { type: 'BPE', byte_fallback: true, fuse_unk: true, unk_token: '<unk>', vocab, merges };
  await writeFile(
    path,
    JSON.stringify({
      ...file,
      normalizer: normalizer ?? null,
      pre_tokenizer: preTokenizer ?? null,
      model: { ...file.model, ...bpe },
    }),
  );
  return model;
}

const exported = async (model: string): Promise<string> =>
  (await exportGguf({ modelFolder: model, outputFile: join(model, 'a.gguf'), type: 'f16', report: silent }))
    .file;

const agreeing: Record<string, Settings & { prefix: boolean }> = {
  'Llama 2 and Mistral': { normalizer: { type: 'Sequence', normalizers: [prepend, replace] }, prefix: true },
  Gemma: {
    normalizer: replace,
    preTokenizer: { type: 'Split', pattern: { String: ' ' }, behavior: 'MergedWithPrevious', invert: false },
    prefix: false,
  },
  Metaspace: {
    preTokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'never', split: false },
    prefix: false,
  },
};
for (const [name, { prefix, ...settings }] of Object.entries(agreeing))
  test(`the tokenizer of ${name}: llama.cpp gives our ids`, async () => {
    const model = await writeModel(name.replaceAll(' ', '-'), settings);
    const gguf = await exported(model);
    const { metadata } = await readGguf(gguf);
    equal(metadata.get('tokenizer.ggml.model'), 'llama');
    equal(metadata.get('tokenizer.ggml.add_space_prefix'), prefix);
    const types = metadata.get('tokenizer.ggml.token_type') as number[];
    const tokens = metadata.get('tokenizer.ggml.tokens') as string[];
    const typeOf = (token: string): number => types[tokens.indexOf(token)]!;
    deepEqual(['hello', '<unk>', '<|user|>', '<tool_call>', '<0x0A>'].map(typeOf), [1, 2, 3, 4, 6]);
    const backend = await openLlamaBackend({ gguf, tokenizerFolder: model, parallel: 1, threads: 1 });
    await backend.close();
    const { encode, decode } = await loadTokenizer(model);
    equal(encode('hello order').length, 2, decode(encode('hello order')));
  });

test('a tokenizer that llama.cpp would follow otherwise is refused', async () => {
  const refusals: [Settings, RegExp][] = [
    [
      { preTokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'first', split: false } },
      /not after special tokens/,
    ],
    [{ preTokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always' } }, /pre-tokenizer is/],
    [{ normalizer: { type: 'NFKC' } }, /NFKC normalizer/],
    [{}, /spaces are not written/],
  ];
  for (const [settings, message] of refusals) {
    const model = await writeModel('refused', settings);
    await rejects(exported(model), { code: 'model', message });
  }
});
