/** Whether what a run trains can be served, from what is known before the first step. */
import { AttuneError } from '../base/errors.ts';
import { readModelConfig } from '../model/config.ts';
import { mergedConfig } from '../model/merge.ts';
import { plannedAdapter } from '../train/trainable-model.ts';
import type { TrainConfig } from '../train/config.ts';
import { checkServable } from './llama-architecture.ts';
import type { PreTokenizer } from './config.ts';
import { ggufVocabulary } from './gguf-vocabulary.ts';

/**
 * Throws AttuneError 'config' for a method whose result llama.cpp cannot serve, and 'model' for a base, a tokenizer, a
 * length or an adapter that it cannot. `adapterFolder` holds the adapter to go on from; without `base`, the folder of the
 * base, only the method is checked.
 */
export async function checkExport({
  train,
  preTokenizer,
  base,
  adapterFolder,
}: {
  train: TrainConfig;
  preTokenizer: PreTokenizer | undefined;
  base: string | undefined;
  adapterFolder: string | undefined;
}): Promise<void> {
  if (train.method === 'prefix')
    throw new AttuneError('config', 'train.method is prefix, and llama.cpp cannot serve a tuned prefix', {
      fix: 'Stop before the export (attune run --until train) and serve the result with PEFT and transformers, or set train.method to lora.',
    });
  if (base === undefined) return;
  const config = await readModelConfig(base);
  const adapter = await plannedAdapter(config, train, adapterFolder);
  const model = { config, base: new Map(), ...(adapter && { adapter: { ...adapter, parameters: [] } }) };
  checkServable(mergedConfig(model), base, train.sequence_length);
  await ggufVocabulary(base, config.vocabularySize, preTokenizer);
}
