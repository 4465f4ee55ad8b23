import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { cp, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { seededRandom } from '../../base/random.ts';
import { hashWords } from '../../text/hashed-words.ts';
import { testEmbedder } from '../../../test/support/embedder-contract.ts';
import { type Embedder, normaliseRow } from './embedder.ts';
import { featuresOf } from './features.ts';
import { countFeatures, embedFeatures, emptyFrequencies, fitHashedModel } from './hashed.ts';
import { openOnnxEmbedder } from './onnx.ts';
import { reduced } from './reduce.ts';
import { cosine, makeVectorTable, readRow, setRow } from './vector-table.ts';

const encoderFolder = join(import.meta.dirname, '../../../test/golden/encoder');
const golden = <T>(name: string): T =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../../../test/golden/curation', name), 'utf8')) as T;
type TfIdf = { texts: string[]; pairs: [number, number, number, number][]; dimensions: number };
const tfIdf = golden<TfIdf>('tf-idf.json');

function fitted(texts: readonly string[], dimensions: number, iterations?: number): Embedder {
  const sample = texts.map((text) => featuresOf([hashWords(text)]));
  const frequencies = emptyFrequencies();
  for (const features of sample) countFeatures(frequencies, features);
  const model = fitHashedModel(sample, frequencies, { dimensions, seed: 1, iterations });
  return {
    name: 'hashed words',
    dimensions: model.dimensions,
    embed: async (batch) => {
      const rows = new Float32Array(batch.length * model.dimensions);
      for (const [i, text] of batch.entries()) {
        const row = rows.subarray(i * model.dimensions, (i + 1) * model.dimensions);
        embedFeatures(featuresOf([hashWords(text)]), model, row);
      }
      return rows;
    },
    close: async () => {},
  };
}

/** The bag of words of a text, as a server might answer. */
const wide: Embedder = {
  name: 'a server',
  dimensions: 1000,
  embed: async (texts) => {
    const rows = new Float32Array(texts.length * 1000);
    texts.forEach((text, i) => {
      const { stems, lengths } = hashWords(text);
      stems.forEach((stem, k) => lengths[k]! > 3 && (rows[i * 1000 + ((stem >>> 0) % 1000)]! += 1));
      normaliseRow(rows, i * 1000, 1000);
    });
    return rows;
  },
  close: async () => {},
};

const { signal } = new AbortController();

testEmbedder('hashed words', async () => fitted(tfIdf.texts, 32));
testEmbedder('reduced to 128 dimensions', async () => reduced(wide, 128, 1));
testEmbedder('an encoder in an ONNX file', () => openOnnxEmbedder(encoderFolder, { threads: 1 }), {
  isTrained: false,
});

test('with as many dimensions as words the cosines are those of tf-idf, with fewer those of a truncated SVD (scikit-learn)', async () => {
  const { texts, pairs, dimensions } = tfIdf;
  for (const [size, column, tolerance] of [
    [48, 2, 1e-4],
    [dimensions, 3, 0.02],
  ] as const) {
    const rows = await fitted(texts, size, 20).embed(texts, signal);
    for (const pair of pairs) {
      let dot = 0;
      for (let i = 0; i < size; i++) dot += rows[pair[0] * size + i]! * rows[pair[1] * size + i]!;
      assert.ok(
        Math.abs(dot - pair[column]) < tolerance,
        `${size}: texts ${pair[0]}, ${pair[1]}: ${dot}, ${pair[column]}`,
      );
    }
  }
});

test('features: short words are left out, neighbours of Chinese characters count in pairs', () => {
  const count = (text: string): number => featuresOf([hashWords(text)]).ids.length;
  assert.equal(count('I am at an inn'), 1);
  assert.equal(count('refund refunds Refunded'), 1);
  assert.equal(count('退款申请'), 3);
  assert.equal(count('退 ok 款'), 0);
  const long = Array.from({ length: 2000 }, (_, i) => `${i}word`).join(' ');
  assert.equal(count(long), 160);
});

test('a byte a value keeps cosines to 0.01', () => {
  const random = seededRandom(4, 'vectors');
  for (const dimensions of [64, 128]) {
    const table = makeVectorTable(60, dimensions);
    const rows = Float32Array.from({ length: 60 * dimensions }, () => random.normal());
    for (let row = 0; row < 60; row++) {
      normaliseRow(rows, row * dimensions, dimensions);
      if (row > 0) setRow(table, row, rows, row * dimensions);
    }
    const back = new Float32Array(dimensions);
    for (let a = 1; a < 60; a++)
      for (let b = 1; b < 60; b++) {
        let dot = 0;
        for (let i = 0; i < dimensions; i++) dot += rows[a * dimensions + i]! * rows[b * dimensions + i]!;
        assert.ok(Math.abs(cosine(table, a, b) - dot) < 0.01);
      }
    readRow(table, 5, back);
    assert.ok(Math.abs(back.reduce((sum, value) => sum + value * value, 0) - 1) < 1e-5);
    assert.equal(cosine(table, 0, 5), 0);
  }
});

test('an encoder gives the vectors that transformers gives, mean and [CLS], alone and padded beside others', async () => {
  const cases = JSON.parse(readFileSync(join(encoderFolder, 'golden.json'), 'utf8')) as {
    text: string;
    mean: number[];
    cls: number[];
  }[];
  for (const pooling of ['mean', 'cls'] as const) {
    const embedder = await openOnnxEmbedder(encoderFolder, { pooling, threads: 1 });
    assert.equal(embedder.dimensions, 16);
    const rows = await embedder.embed(
      cases.map(({ text }) => text),
      signal,
    );
    cases.forEach((one, i) =>
      one[pooling].forEach((value, k) =>
        assert.ok(Math.abs(rows[i * 16 + k]! - value) < 1e-4, `${one.text} ${pooling}`),
      ),
    );
    await embedder.close();
  }
});

test('a folder without an encoder is an error that says what to do', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'attune-encoder-'));
  const refused = (message: RegExp): Promise<void> =>
    assert.rejects(openOnnxEmbedder(folder), { code: 'model', message, fix: /./ });
  await refused(/no readable tokenizer/);
  await cp(join(encoderFolder, 'tokenizer.json'), join(folder, 'tokenizer.json'));
  await refused(/has no model\.onnx/);
  await writeFile(join(folder, 'model.onnx'), 'no model');
  await refused(/model\.onnx cannot be loaded/);
});
