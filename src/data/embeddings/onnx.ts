/** An encoder from a Hugging Face folder with an ONNX file, as sentence-transformers and optimum write it. */
import { AttuneError } from '../../base/errors.ts';
import { type FloatTensor, type ModelFile, openModelFile } from '../../runtime/model-file.ts';
import { loadTokenizer, type Tokenizer } from '../../text/tokenizer.ts';
import { throwIfInterrupted } from '../../base/interrupt.ts';
import { type Embedder, normaliseRow } from './embedder.ts';
import { findModel, type Pooling, readLength, readPooling } from './onnx-files.ts';

/** Outputs that are a vector for each text, and those that are one for each token. */
const pooledOutputs = ['sentence_embedding'];
const tokenOutputs = ['last_hidden_state', 'token_embeddings'];
const tokensPerRun = 8192;

/**
 * Opens an encoder. `pooling` and the longest text come from the folder (`1_Pooling/config.json`,
 * `sentence_bert_config.json`, `config.json`) unless given: mean, and 512 tokens, where it does not say. Throws AttuneError 'model'
 * when the folder has no ONNX file or no tokenizer, or when the model takes or gives something else.
 */
export async function openOnnxEmbedder(
  folder: string,
  options: { pooling?: Pooling | undefined; threads?: number } = {},
): Promise<Embedder> {
  const tokenizer = await loadTokenizer(folder);
  const path = await findModel(folder);
  const encoder: Encoder = {
    path,
    tokenizer,
    model: await openModelFile(path, options.threads),
    pooling: options.pooling ?? (await readPooling(folder)),
    longest: await readLength(folder),
  };
  const { model } = encoder;
  const unknown = model.inputs.filter((name) => !(name in makeFeeds([[0]])));
  if (unknown.length > 0 || !model.inputs.includes('input_ids')) {
    await model.close();
    throw new AttuneError('model', `${path} takes ${model.inputs.join(', ')}; an encoder takes input_ids`, {
      fix: 'Name the folder of an encoder such as a sentence-transformers model exported to ONNX.',
    });
  }
  const [row] = await encode(encoder, ['a']);
  return {
    name: `${folder}, ${encoder.pooling} pooling`,
    dimensions: row!.length,
    embed: async (texts, signal) => {
      const rows = new Float32Array(texts.length * row!.length);
      // Texts of about one length stand together, so that little is padded.
      const order = [...texts.keys()].sort((a, b) => texts[a]!.length - texts[b]!.length || a - b);
      const batch = Math.max(1, Math.floor(tokensPerRun / encoder.longest));
      for (let at = 0; at < order.length; at += batch) {
        throwIfInterrupted(signal);
        const part = order.slice(at, at + batch);
        const vectors = await encode(
          encoder,
          part.map((i) => texts[i]!),
        );
        part.forEach((i, k) => rows.set(vectors[k]!, i * row!.length));
      }
      return rows;
    },
    close: () => model.close(),
  };
}

type Encoder = { path: string; tokenizer: Tokenizer; model: ModelFile; pooling: Pooling; longest: number };

async function encode(encoder: Encoder, texts: readonly string[]): Promise<Float32Array[]> {
  const { tokenizer, model, longest, path } = encoder;
  const ids = texts.map((text) => cut(tokenizer.encodeMarked(text), longest));
  const feeds = Object.entries(makeFeeds(ids)).filter(([name]) => model.inputs.includes(name));
  const outputs = await model.run(Object.fromEntries(feeds));
  const vectors = poolOutputs(encoder, outputs, ids);
  if (vectors.some((vector) => vector.some((value) => !Number.isFinite(value))))
    throw new AttuneError('model', `${path} gives values that are not finite`, {
      fix: 'Export the model in float32.',
    });
  for (const vector of vectors) normaliseRow(vector, 0, vector.length);
  return vectors;
}

/** The first tokens and the last one, which closes the text. */
function cut(ids: readonly number[], longest: number): readonly number[] {
  return ids.length <= longest ? ids : [...ids.slice(0, longest - 1), ids.at(-1)!];
}

/** [texts, tokens], padded with id 0 that the mask hides. */
function makeFeeds(
  ids: readonly (readonly number[])[],
): Record<string, { shape: number[]; data: BigInt64Array }> {
  const length = Math.max(1, ...ids.map((one) => one.length));
  const shape = [ids.length, length];
  const make = (
    value: (row: readonly number[], i: number) => number,
  ): { shape: number[]; data: BigInt64Array } => ({
    shape,
    data: BigInt64Array.from(ids.flatMap((row) => Array.from({ length }, (_, i) => BigInt(value(row, i))))),
  });
  return {
    input_ids: make((row, i) => row[i] ?? 0),
    // A text of no tokens is one masked token, or the attention would have nothing to look at.
    attention_mask: make((row, i) => Number(i < Math.max(1, row.length))),
    token_type_ids: make(() => 0),
  };
}

function poolOutputs(
  { path, pooling }: Encoder,
  outputs: Readonly<Record<string, FloatTensor>>,
  ids: readonly (readonly number[])[],
): Float32Array[] {
  const pooled = pooledOutputs.map((name) => outputs[name]).find((one) => one?.shape.length === 2);
  if (pooled) {
    const width = pooled.shape[1]!;
    return ids.map((_, i) => pooled.data.slice(i * width, (i + 1) * width));
  }
  const tokens = [...tokenOutputs.map((name) => outputs[name]), ...Object.values(outputs)].find(
    (one) => one?.shape.length === 3,
  );
  if (!tokens)
    throw new AttuneError(
      'model',
      `${path} gives ${Object.keys(outputs).join(', ')}, none of them a vector for each token`,
      {
        fix: 'Export the model for feature extraction: optimum-cli export onnx --task feature-extraction.',
      },
    );
  const [, length, width] = tokens.shape as [number, number, number];
  return ids.map((row, i) => {
    const vector = new Float32Array(width);
    const count = pooling === 'cls' ? 1 : Math.max(1, row.length);
    for (let token = 0; token < count; token++)
      for (let k = 0; k < width; k++)
        vector[k] = vector[k]! + tokens.data[(i * length + token) * width + k]! / count;
    return vector;
  });
}
