/** Components that need a knowledge base, a model or a judge: asked in batches, once for each record. */
import { baseLanguage } from '../../text/language.ts';
import { inBatches } from '../../base/in-batches.ts';
import type { KnowledgeText } from '../curation-services.ts';
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
  knowledge: readonly KnowledgeText[],
  {
    services,
    readExamples,
    report,
    signal,
  }: Pick<ConcludeTools, 'services' | 'readExamples' | 'report' | 'signal'>,
): AsyncGenerator<Uint8Array> {
  const passages = knowledge.map(({ text }) => text);
  const known = passages.length > 0;
  const index = known ? indexPassages(passages) : undefined;
  const vectors = known ? await embedPassages(passages, services, signal) : undefined;
  const languages = languagesOf(knowledge);
  let done = 0;
  for await (const batch of inBatches(readExamples(), batchSize)) {
    throwIfInterrupted(signal);
    const examples = batch.map(({ example }) => example);
    yield* await scoreBatch(examples, services, { index, vectors, languages, signal });
    done += batch.length;
    report({ type: 'progress', label: 'quality', done, total: count, unit: 'examples' });
  }
}

type KnowledgeBase = {
  index: PassageIndex | undefined;
  vectors: PassageVectors | undefined;
  /** Those of the passages; undefined where one does not say. */
  languages: ReadonlySet<string> | undefined;
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

function languagesOf(knowledge: readonly KnowledgeText[]): ReadonlySet<string> | undefined {
  if (knowledge.some(({ language }) => language === undefined)) return undefined;
  return new Set(knowledge.map(({ language }) => baseLanguage(language!)));
}

/**
 * Sets both kinds of support and returns the nearest passages. Words tell nothing about replies in a language that the
 * knowledge base does not have.
 */
async function addSupport(
  table: ScoreTable,
  example: Example,
  { index, vectors, languages, signal }: KnowledgeBase,
): Promise<string[]> {
  if (!index) return [];
  const statements = statementsOf(readConversation(example).turns);
  const { support, passages } = lexicalSupport(statements, index);
  const { language } = example.meta;
  const isForeign = language !== undefined && languages?.has(baseLanguage(language)) === false;
  if (support !== undefined && !isForeign) setScore(table, 0, 'support', support);
  const semantic = vectors && (await semanticSupport(statements, vectors, signal));
  if (semantic !== undefined) setScore(table, 0, 'semantic_support', semantic);
  return passages;
}
