import { resolve } from 'node:path';
import { encoderFiles } from '../../data/embeddings/onnx-files.ts';
import { classifierFiles } from '../../data/pii/classifier/model-folder.ts';
import { checkBase } from '../../model/base.ts';
import type { ProjectConfig } from '../config.ts';

/** Files of the models that curation uses; a model on the hub is known by its id. */
export async function curateFiles({ curate }: ProjectConfig, projectFolder: string): Promise<string[]> {
  const { embeddings, quality, pii } = curate;
  const files =
    embeddings.kind === 'onnx' ? await encoderFiles(resolve(projectFolder, embeddings.folder)) : [];
  if (pii.model) files.push(...(await classifierFiles(resolve(projectFolder, pii.model.path))));
  if (!quality.enabled || !quality.perplexity) return files;
  return [...files, ...(await checkBase(quality.perplexity.model, { projectFolder }))];
}
