/** What curation may use of models, encoders and servers: made from the project file, each only where it is asked for. */
import { resolve } from 'node:path';
import type { CurateConfig } from '../../data/config.ts';
import type { Embedder } from '../../data/embeddings/embedder.ts';
import { encoderFiles } from '../../data/embeddings/onnx-files.ts';
import type { CurateServices } from '../../data/services.ts';
import { checkBase } from '../../model/base.ts';
import type { ProjectConfig } from '../config.ts';
import type { StageContext } from '../stage.ts';
import { openReplyLoss } from './reply-loss.ts';

export type OpenServices = { services: CurateServices; close: () => Promise<void> };

export async function openCurateServices(context: StageContext): Promise<OpenServices> {
  const { embeddings, quality, diversity } = context.config.curate;
  const services: CurateServices = {};
  if (!quality.enabled && !diversity.enabled) return { services, close: async () => {} };
  const embedder = await openEmbedder(embeddings, context);
  if (embedder) services.embedder = embedder;
  if (quality.enabled && quality.perplexity)
    services.lossOf = await openReplyLoss(quality.perplexity.model, context);
  return { services, close: async () => embedder?.close() };
}

/** Files of the models that curation uses; a model on the hub is known by its id. */
export async function curateFiles({ curate }: ProjectConfig, projectFolder: string): Promise<string[]> {
  const { embeddings, quality } = curate;
  const files =
    embeddings.kind === 'onnx' ? await encoderFiles(resolve(projectFolder, embeddings.folder)) : [];
  if (!quality.enabled || !quality.perplexity) return files;
  return [...files, ...(await checkBase(quality.perplexity.model, { projectFolder }))];
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
