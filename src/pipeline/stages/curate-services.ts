/** What curation may use of models, encoders and servers: made from the project file, each only where it is asked for. */
import { join, resolve } from 'node:path';
import type { CurateConfig } from '../../data/config.ts';
import type { Embedder } from '../../data/embeddings/embedder.ts';
import type { CurateServices } from '../../data/services.ts';
import { exists } from '../../base/files.ts';
import type { StageContext } from '../stage.ts';
import { openReplyLoss } from './reply-loss.ts';

export type OpenServices = { services: CurateServices; close: () => Promise<void> };

export async function openCurateServices(context: StageContext): Promise<OpenServices> {
  const { config, inputs } = context;
  const { embeddings, quality, diversity } = config.curate;
  const services: CurateServices = {};
  if (!quality.enabled && !diversity.enabled) return { services, close: async () => {} };
  const passagesPath = join(inputs.collect!.folder, 'passages.jsonl');
  if (quality.enabled && (await exists(passagesPath))) services.passages = () => loadPassages(passagesPath);
  const embedder = await openEmbedder(embeddings, context);
  if (embedder) services.embedder = embedder;
  if (quality.enabled && quality.perplexity)
    services.lossOf = await openReplyLoss(quality.perplexity.model, context);
  return { services, close: async () => embedder?.close() };
}

async function loadPassages(path: string): Promise<string[]> {
  const { readPassages } = await import('../../data/knowledge/passage.ts');
  const texts: string[] = [];
  for await (const { text } of readPassages(path)) texts.push(text);
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
