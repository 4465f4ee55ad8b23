/** Log-probabilities of given text under a model, computed by the engine itself. */
import { gather, slice } from '../graph/ops.ts';
import { emitProgram } from '../graph/emit.ts';
import type { Program } from '../graph/emit.ts';
import { openSession } from '../runtime/session.ts';
import type { Session } from '../runtime/session.ts';
import type { EncodedExample } from '../text/encoded-example.ts';
import { loadModel } from './model-folder.ts';
import { decoderHidden, outputProjection } from './decoder.ts';
import { scoredLogProbabilities } from './log-probabilities.ts';
import { packedFeeds, packedInputs, planPasses, rowsOfPass, sizesOf, supervisedCount } from './packing.ts';
import type { PackedShape } from './packing.ts';
import { graphWeights, trainableParameters } from './parameters.ts';
import type { LanguageModel } from './parameters.ts';
import type { ExampleScore, Scorer } from './scorer.ts';

/** Forward pass only. Outputs per supervised position [P, 1]: `logProbability` of its token, and `best`, that of the likeliest. */
export function scoreProgram(model: LanguageModel, shape: PackedShape): Program {
  const batch = packedInputs(shape);
  const { weights } = graphWeights(model, { training: false });
  const hidden = gather(decoderHidden(model.config, weights, batch), batch.predictors);
  const scores = scoredLogProbabilities(hidden, outputProjection(model.config, weights), batch.targets);
  return emitProgram({ logProbability: slice(scores, 1, 0, 1), best: slice(scores, 1, 1, 2) });
}

/** Tokens of one forward pass when scoring: enough to fill the cores, few enough for any laptop. */
const tokensPerPass = 8192;

/** Scores with the base model in `base`, and the adapter in `adapter` if given (both folders). */
export async function openScorer(options: {
  base: string;
  adapter?: string;
  threads?: number;
}): Promise<Scorer> {
  const model = await loadModel(options.base, options.adapter);
  return {
    score: (examples, onProgress) => scoreExamples(model, examples, { threads: options.threads, onProgress }),
    close: async () => {},
  };
}

/** Scores examples with a model in memory; results in the order of the examples. */
export async function scoreExamples(
  model: LanguageModel,
  examples: readonly EncodedExample[],
  {
    threads,
    onProgress,
  }: { threads?: number | undefined; onProgress?: ((done: number) => void) | undefined } = {},
): Promise<ExampleScore[]> {
  const longest = examples.reduce((length, { tokens }) => Math.max(length, tokens.length), 16);
  const length = Math.ceil(longest / 16) * 16;
  const batchSize = Math.max(1, Math.floor(tokensPerPass / length));
  const { rows, passes, shape } = planPasses(sizesOf(examples), batchSize, length);
  const session = await openSession(scoreProgram(model, shape), threads);
  try {
    const scores = new Map<string, ExampleScore>();
    for (let pass = 0; pass < passes; pass++) {
      const packed = rowsOfPass(rows, pass, batchSize).map((row) => [...row].map((i) => examples[i]!));
      for (const score of await scorePass(session, model, packed, shape)) scores.set(score.id, score);
      onProgress?.(scores.size);
    }
    return examples.map(({ id }) => scores.get(id)!);
  } finally {
    await session.close();
  }
}

/** One forward pass over packed rows; `session` runs a scoreProgram of the same shape. */
export async function scorePass(
  session: Session,
  model: LanguageModel,
  pass: readonly (readonly EncodedExample[])[],
  shape: PackedShape,
): Promise<ExampleScore[]> {
  const { weights: _, ...feeds } = packedFeeds(pass, shape);
  const trainable = Object.fromEntries(trainableParameters(model).map(({ name, data }) => [name, data]));
  const { logProbability, best } = await session.run({ ...feeds, ...trainable });
  let start = 0;
  return pass.flat().map((example) => {
    const end = start + supervisedCount(example);
    const logProbabilities = logProbability!.slice(start, end);
    const correct = Uint8Array.from(logProbabilities, (value, i) => Number(value >= best![start + i]!));
    start = end;
    return { id: example.id, logProbabilities, correct };
  });
}
