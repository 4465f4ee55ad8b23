/** What curation may use of models, encoders and servers: made from the project file, each only where it is asked for. */
import { join, resolve } from 'node:path';
import { exists } from '../../base/files.ts';
import type { ModelServerConfig } from '../../data/config/model-server.ts';
import type { CurateConfig } from '../../data/config.ts';
import type { Embedder } from '../../data/embeddings/embedder.ts';
import { readPassages } from '../../data/knowledge/passage.ts';
import type { Judge } from '../../data/quality/judge.ts';
import type { CurateServices, KnowledgeText } from '../../data/curation-services.ts';
import type { StageContext } from '../stage.ts';
import { openStore } from '../store.ts';
import { openReplyLoss } from './reply-loss.ts';

export type OpenServices = { services: CurateServices; close: () => Promise<void> };

/**
 * Opens what the project file asks for, and nothing else. Throws AttuneError for a model or server that cannot be used.
 */
export async function openCurateServices(context: StageContext): Promise<OpenServices> {
  const { embeddings, quality, diversity } = context.config.curate;
  const services: CurateServices = {};
  if (!quality.enabled && !diversity.enabled) return { services, close: async () => {} };
  const passagesPath = join(context.inputs.collect!.folder, 'passages.jsonl');
  if (quality.enabled && (await exists(passagesPath))) services.passages = () => loadPassages(passagesPath);
  const embedder = await openEmbedder(embeddings, context);
  if (embedder) services.embedder = embedder;
  if (quality.enabled && quality.perplexity)
    services.lossOf = await openReplyLoss(quality.perplexity.model, context);
  const judge = quality.enabled && quality.judge ? await openQualityJudge(quality.judge, context) : undefined;
  if (judge) services.judge = judge.judge;
  return {
    services,
    close: async () => {
      judge?.report();
      await embedder?.close();
    },
  };
}

/** The judge, and what it says of its cost at the end. */
async function openQualityJudge(
  server: ModelServerConfig,
  { projectFolder, config, report, signal }: StageContext,
): Promise<{ judge: Judge; report: () => void }> {
  const { openJudge } = await import('../../synthesise/judge.ts');
  const cacheFolder = openStore(projectFolder).answers;
  const { judge, spending, exhausted } = await openJudge(server, {
    cacheFolder,
    seed: config.seed,
    report,
    signal,
  });
  return {
    judge,
    report: () => {
      const { answers, cached, input_tokens: input, output_tokens: output, money } = spending().total;
      const cost = money === null ? '' : `, ${money} ${server.price!.currency}`;
      report({
        type: 'note',
        message: `the judge gave ${answers} verdicts (${cached} of them known before): ${input + output} tokens${cost}`,
      });
      if (exhausted() !== undefined)
        report({
          type: 'warning',
          message: `the judge stopped at ${exhausted()}: the other conversations are scored without it. Raise curate.quality.judge.limit to have them judged.`,
        });
    },
  };
}

async function loadPassages(path: string): Promise<KnowledgeText[]> {
  const texts: KnowledgeText[] = [];
  for await (const { title, text, language } of readPassages(path))
    texts.push({ text: `${title}\n${text}`, ...(language !== undefined && { language }) });
  return texts;
}

async function openEmbedder(
  embeddings: CurateConfig['embeddings'],
  { projectFolder, signal }: StageContext,
): Promise<Embedder | undefined> {
  if (embeddings.kind === 'onnx') {
    const { openOnnxEmbedder } = await import('../../data/embeddings/onnx.ts');
    return openOnnxEmbedder(resolve(projectFolder, embeddings.folder), { pooling: embeddings.pooling });
  }
  if (embeddings.kind === 'server') {
    const { openEmbeddingServer } = await import('../../backend/embeddings.ts');
    const { url, model, api_key_env: apiKeyVariable } = embeddings;
    return openEmbeddingServer({ baseUrl: url, model, apiKeyVariable }, signal);
  }
  return undefined;
}
