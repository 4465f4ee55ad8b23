/** Components that need a knowledge base, a model or a judge: asked in batches, once for each record. */
import { inBatches } from '../../base/in-batches.ts';
import type { Example } from '../example.ts';
import { throwIfInterrupted } from '../../base/interrupt.ts';
import type { ConcludeTools } from '../rule.ts';
import { indexPassages, type PassageIndex } from './passage-index.ts';
import { fluency, followingDifficulty, followingQuality } from './perplexity.ts';
import { readConversation } from './reading.ts';
import { encodeScoreRow, makeScoreTable, type ScoreTable, setScore } from './score-table.ts';
import { lexicalSupport, type PassageVectors, semanticSupport, statementsOf } from './support.ts';

const batchSize = 64;
/** Judges are servers: this many questions at once keep one busy. */
const judgedAtOnce = 8;

/**
 * A row for each record (encodeScoreRow) of what the project's services can tell, in the order of the records; undefined
 * in a project without any.
 */
export async function slowScores(
  count: number,
  tools: Pick<ConcludeTools, 'services' | 'readExamples' | 'report' | 'signal'>,
): Promise<AsyncGenerator<Uint8Array> | undefined> {
  const { judge, lossOf } = tools.services;
  const passages = (await tools.services.passages?.()) ?? [];
  if (!judge && !lossOf && passages.length === 0) return undefined;
  return scoreAll(count, passages, tools);
}

async function* scoreAll(
  count: number,
  passages: readonly string[],
  {
    services,
    readExamples,
    report,
    signal,
  }: Pick<ConcludeTools, 'services' | 'readExamples' | 'report' | 'signal'>,
): AsyncGenerator<Uint8Array> {
  const known = passages.length > 0;
  const index = known ? indexPassages(passages) : undefined;
  const vectors = known ? await embedPassages(passages, services, signal) : undefined;
  let done = 0;
  for await (const batch of inBatches(readExamples(), batchSize)) {
    throwIfInterrupted(signal);
    const examples = batch.map(({ example }) => example);
    yield* await scoreBatch(examples, services, { index, vectors, signal });
    done += batch.length;
    report({ type: 'progress', label: 'quality', done, total: count, unit: 'examples' });
  }
}

type KnowledgeBase = {
  index: PassageIndex | undefined;
  vectors: PassageVectors | undefined;
  signal: AbortSignal;
};

async function scoreBatch(
  batch: readonly Example[],
  { judge, lossOf }: ConcludeTools['services'],
  knowledge: KnowledgeBase,
): Promise<Uint8Array[]> {
  const tables = batch.map(() => makeScoreTable(1));
  const following = batch.map(() => Number.NaN);
  const nearest: string[][] = [];
  for (const [i, example] of batch.entries()) nearest.push(await addSupport(tables[i]!, example, knowledge));
  const losses = (await lossOf?.(batch)) ?? [];
  losses.forEach((loss, i) => {
    if (!loss) return;
    setScore(tables[i]!, 0, 'fluency', fluency(loss));
    setScore(tables[i]!, 0, 'following', followingQuality(loss));
    following[i] = followingDifficulty(loss);
  });
  for (let start = 0; judge && start < batch.length; start += judgedAtOnce)
    await Promise.all(
      batch.slice(start, start + judgedAtOnce).map(async (example, k) => {
        const verdict = await judge(example, nearest[start + k]!);
        if (verdict) setScore(tables[start + k]!, 0, 'judge', verdict.score);
      }),
    );
  return tables.map((table, i) => encodeScoreRow(table, following[i]!));
}

async function embedPassages(
  passages: readonly string[],
  { embedder }: ConcludeTools['services'],
  signal: AbortSignal,
): Promise<PassageVectors | undefined> {
  return embedder && { embedder, vectors: await embedder.embed(passages, signal) };
}

/** Sets both kinds of support and returns the nearest passages. */
async function addSupport(
  table: ScoreTable,
  example: Example,
  { index, vectors, signal }: KnowledgeBase,
): Promise<string[]> {
  if (!index) return [];
  const statements = statementsOf(readConversation(example).turns);
  const { support, passages } = lexicalSupport(statements, index);
  if (support !== undefined) setScore(table, 0, 'support', support);
  const semantic = vectors && (await semanticSupport(statements, vectors, signal));
  if (semantic !== undefined) setScore(table, 0, 'semantic_support', semantic);
  return passages;
}
