import { embeddingName, headName } from './config.ts';
import type { LanguageModel, Parameter } from './parameters.ts';

/** The base's weight for a use; that of the output head is the embedding table where the two are tied. */
export function baseWeight({ config, base }: LanguageModel, use: string): Parameter {
  return base.get(use === headName && config.tiedEmbeddings ? embeddingName : use)!;
}
