import { embeddingName, headName } from './config.ts';
import { floatParameter } from './quantised.ts';
import type { LanguageModel, Parameter } from './parameters.ts';

/** The base's weight for a use, as floats; that of the output head is the embedding table where the two are tied. */
export function baseWeight({ config, base, quantised }: LanguageModel, use: string): Parameter {
  const name = use === headName && config.tiedEmbeddings ? embeddingName : use;
  return base.get(name) ?? floatParameter(quantised!.get(name)!);
}
