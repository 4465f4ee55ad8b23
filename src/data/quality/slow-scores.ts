/** Components that need a knowledge base, a model or a judge: asked in batches, once for each record. */
import { inBatches } from '../../base/batches.ts';
import type { Example } from '../example.ts';
import { throwIfInterrupted } from '../interrupt.ts';
import type { ConcludeTools } from '../rule.ts';
import { indexPassages, type PassageIndex } from './passage-index.ts';
import { fluency, followingDifficulty, followingQuality } from './perplexity.ts';
import { readConversation } from './reading.ts';
import { type ScoreTable, setScore } from './score-table.ts';
import { lexicalSupport, type PassageVectors, semanticSupport, statementsOf } from './support.ts';

type Batch = { index: number; example: Example }[];

const batchSize = 64;
/** Judges are servers: this many questions at once keep one busy. */
const judgedAtOnce = 8;

/** Fills in what the project's services can tell, and returns each record's instruction-following difficulty (NaN: not known). */
export async function addSlowScores(
  scores: ScoreTable,
  count: number,
  { readExamples, services, report, signal }: ConcludeTools,
): Promise<Float32Array> {
  const following = new Float32Array(count).fill(Number.NaN);
  const { judge, lossOf } = services;
  const passages = await services.passages?.();
  if (!judge && !lossOf && !passages?.length) return following;
  const index = passages?.length ? indexPassages(passages) : undefined;
  const vectors = passages?.length ? await embedPassages(passages, services, signal) : undefined;
  let done = 0;
  for await (const batch of inBatches(readExamples(), batchSize)) {
    throwIfInterrupted(signal);
    const supported = await addSupport(scores, batch, { index, vectors, signal });
    if (lossOf) {
      const losses = await lossOf(batch.map(({ example }) => example));
      losses.forEach((loss, i) => {
        if (!loss) return;
        const { index: record } = batch[i]!;
        setScore(scores, record, 'fluency', fluency(loss));
        setScore(scores, record, 'following', followingQuality(loss));
        following[record] = followingDifficulty(loss);
      });
    }
    if (judge)
      for (let i = 0; i < batch.length; i += judgedAtOnce)
        await Promise.all(
          batch.slice(i, i + judgedAtOnce).map(async ({ index: record, example }, k) => {
            const verdict = await judge(example, supported[i + k]!);
            if (verdict) setScore(scores, record, 'judge', verdict.score);
          }),
        );
    done += batch.length;
    report({ type: 'progress', label: 'quality', done, total: count, unit: 'examples' });
  }
  return following;
}

async function embedPassages(
  passages: readonly string[],
  { embedder }: ConcludeTools['services'],
  signal: AbortSignal,
): Promise<PassageVectors | undefined> {
  return embedder && { embedder, vectors: await embedder.embed(passages, signal) };
}

/** Sets both kinds of support and returns the nearest passages of each record. */
async function addSupport(
  scores: ScoreTable,
  batch: Batch,
  {
    index,
    vectors,
    signal,
  }: { index: PassageIndex | undefined; vectors: PassageVectors | undefined; signal: AbortSignal },
): Promise<string[][]> {
  const nearest: string[][] = [];
  for (const { index: record, example } of batch) {
    const statements = index ? statementsOf(readConversation(example).turns) : [];
    const { support, passages } = index
      ? lexicalSupport(statements, index)
      : { support: undefined, passages: [] };
    nearest.push(passages);
    if (support !== undefined) setScore(scores, record, 'support', support);
    const semantic = vectors && (await semanticSupport(statements, vectors, signal));
    if (semantic !== undefined) setScore(scores, record, 'semantic_support', semantic);
  }
  return nearest;
}
