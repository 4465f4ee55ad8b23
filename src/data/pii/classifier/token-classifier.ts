/**
 * Personal data found by a token classification model of the user's own, in ONNX (Hugging Face layout). ONNX Runtime is
 * asynchronous, so this is no Recogniser: it runs over the texts beforehand, and what it found is looked up (rules/pii-model.ts).
 */
import { AttuneError } from '../../../base/errors.ts';
import { type IdTensor, type ModelFile, openModelFile } from '../../../runtime/model-file.ts';
import { loadOffsetTokenizer, type OffsetTokenizer, type TokenOffsets } from '../../../text/token-offsets.ts';
import type { PiiSpan, PiiType } from '../recogniser.ts';
import { aggregate, type TokenLabel, wholeWords } from './aggregate.ts';
import { typeOf } from './labels.ts';
import { type ClassifierFolder, readClassifierFolder } from './model-folder.ts';
import { type Window, windowsOf } from './windows.ts';

export type ClassifierOptions = {
  /** Folder in Hugging Face layout: config.json with id2label, tokenizer.json, model.onnx or onnx/model.onnx. */
  path: string;
  /** The model's labels (without B- and I-) as our types, beyond those known by name. */
  labels: Readonly<Record<string, PiiType | 'none'>>;
  /** Mean probability from which a span counts. */
  leastScore: number;
  /** Threads of ONNX Runtime (all this process may use). */
  threads?: number;
};

export type TokenClassifier = {
  /** The spans of each text, in order; offsets in UTF-16 units. */
  find: (texts: readonly string[], signal?: AbortSignal) => Promise<PiiSpan[][]>;
  /** Labels and scores of each text as the model gives them, before types and whole words. */
  classify: (texts: readonly string[], signal?: AbortSignal) => Promise<TokenLabel[][]>;
  close: () => Promise<void>;
};

/** Tokens of a batch, padding included. */
const batchTokens = 4096;

/** Throws AttuneError 'model' when the folder is not whole or not of this kind. */
export async function openTokenClassifier(options: ClassifierOptions): Promise<TokenClassifier> {
  const folder = await readClassifierFolder(options.path);
  const tokenizer = await loadOffsetTokenizer(options.path);
  const model = await openModelFile(folder.modelPath, options.threads);
  const unknown = model.inputs.filter((name) => !(name in makeFeed));
  if (unknown.length > 0) {
    await model.close();
    throw new AttuneError(
      'model',
      `${folder.modelPath} asks for the input ${unknown.join(', ')}, which is not known.`,
      {
        fix: `Export it with inputs among ${Object.keys(makeFeed).join(', ')}.`,
      },
    );
  }
  const classify = (texts: readonly string[], signal?: AbortSignal): Promise<TokenLabel[][]> =>
    classifyTexts(texts, { folder, tokenizer, model, signal });
  return {
    classify,
    find: async (texts, signal) =>
      (await classify(texts, signal)).map((tokens, i) => spansOf(texts[i]!, tokens, options)),
    close: model.close,
  };
}

function spansOf(
  text: string,
  tokens: readonly TokenLabel[],
  { labels, leastScore }: ClassifierOptions,
): PiiSpan[] {
  const spans: PiiSpan[] = [];
  for (const { label, score, ...span } of aggregate(tokens)) {
    const type = typeOf(label, labels);
    if (type === undefined || score < leastScore) continue;
    const whole = wholeWords(text, span);
    const last = spans.at(-1);
    // Two halves of a word that the model saw apart.
    if (last && last.type === type && last.end >= whole.start) last.end = Math.max(last.end, whole.end);
    else spans.push({ type, ...whole, confidence: Math.min(1, score) });
  }
  return spans;
}

type Run = { folder: ClassifierFolder; tokenizer: OffsetTokenizer; model: ModelFile; signal?: AbortSignal };
/** A window of one text: `length` with the special tokens around it. */
type Piece = { text: number; window: Window; length: number };

async function classifyTexts(texts: readonly string[], run: Run): Promise<TokenLabel[][]> {
  const { before, after } = run.tokenizer;
  const around = before.length + after.length;
  const encoded = texts.map((text) => run.tokenizer.encode(text));
  const pieces: Piece[] = encoded.flatMap(({ ids }, text) =>
    ids.length === 0
      ? []
      : windowsOf(ids.length, run.folder.longestInput - around).map((window) => ({
          text,
          window,
          length: window.end - window.first + around,
        })),
  );
  // Windows of like length together: less padding.
  pieces.sort((a, b) => a.length - b.length || a.text - b.text || a.window.first - b.window.first);
  const labelled = encoded.map((): TokenLabel[] => []);
  for (const batch of batchesOf(pieces)) {
    run.signal?.throwIfAborted();
    await classifyBatch(batch, encoded, labelled, run);
  }
  return labelled;
}

function* batchesOf(pieces: readonly Piece[]): Generator<Piece[]> {
  let batch: Piece[] = [];
  for (const piece of pieces) {
    if (batch.length > 0 && (batch.length + 1) * piece.length > batchTokens) {
      yield batch;
      batch = [];
    }
    batch.push(piece);
  }
  if (batch.length > 0) yield batch;
}

type Batch = { rows: number; columns: number; ids: BigInt64Array; mask: BigInt64Array };

const makeFeed: Readonly<Record<string, (batch: Batch) => BigInt64Array>> = {
  input_ids: ({ ids }) => ids,
  attention_mask: ({ mask }) => mask,
  token_type_ids: ({ ids }) => new BigInt64Array(ids.length),
  position_ids: ({ ids, columns }) => BigInt64Array.from(ids, (_, i) => BigInt(i % columns)),
};

async function classifyBatch(
  pieces: readonly Piece[],
  encoded: readonly TokenOffsets[],
  labelled: TokenLabel[][],
  { folder, tokenizer, model }: Run,
): Promise<void> {
  const rows = pieces.length;
  const columns = Math.max(...pieces.map(({ length }) => length));
  const ids = new BigInt64Array(rows * columns).fill(BigInt(tokenizer.paddingId));
  const mask = new BigInt64Array(rows * columns);
  pieces.forEach(({ text, window }, row) => {
    const tokens = [
      ...tokenizer.before,
      ...encoded[text]!.ids.slice(window.first, window.end),
      ...tokenizer.after,
    ];
    tokens.forEach((id, column) => {
      ids[row * columns + column] = BigInt(id);
      mask[row * columns + column] = 1n;
    });
  });
  const feeds = Object.fromEntries(
    model.inputs.map((name): [string, IdTensor] => [
      name,
      { shape: [rows, columns], data: makeFeed[name]!({ rows, columns, ids, mask }) },
    ]),
  );
  const results = await model.run(feeds);
  const logits = results['logits'] ?? Object.values(results)[0];
  const count = folder.labels.length;
  if (logits?.data.length !== rows * columns * count)
    throw new AttuneError(
      'model',
      `${folder.modelPath} gives an output of shape [${logits?.shape.join(', ') ?? ''}]; one of ${count} labels for each of ${rows} × ${columns} tokens was expected.`,
      {
        fix: 'Use a model for token classification whose config.json belongs to it.',
      },
    );
  pieces.forEach(({ text, window }, row) => {
    const { starts, ends } = encoded[text]!;
    for (let token = window.from; token < window.to; token++) {
      const column = token - window.first + tokenizer.before.length;
      const at = (row * columns + column) * count;
      const best = likeliest(logits.data, at, count);
      labelled[text]![token] = {
        start: starts[token]!,
        end: ends[token]!,
        label: folder.labels[best.index]!,
        score: best.probability,
      };
    }
  });
}

/** The largest of `count` logits from `at` on, and its softmax. */
function likeliest(logits: Float32Array, at: number, count: number): { index: number; probability: number } {
  let index = 0;
  for (let i = 1; i < count; i++) if (logits[at + i]! > logits[at + index]!) index = i;
  let sum = 0;
  for (let i = 0; i < count; i++) sum += Math.exp(logits[at + i]! - logits[at + index]!);
  return { index, probability: 1 / sum };
}
