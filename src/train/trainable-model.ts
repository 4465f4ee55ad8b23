import { AttuneError } from '../base/errors.ts';
import { withNewAdapter } from '../model/adapter.ts';
import type { AdapterConfig } from '../model/adapter.ts';
import { loadAdapter, readAdapterConfig } from '../model/model-folder.ts';
import { blockLinears } from '../model/config.ts';
import type { ModelConfig } from '../model/config.ts';
import type { LoraConfig } from '../model/lora.ts';
import { checkNewLora } from '../model/lora-check.ts';
import type { LanguageModel } from '../model/parameters.ts';
import type { TrainConfig } from './config.ts';
import { loraSection, prefixSection } from './config/adapter.ts';
import type { TrainJob } from './engine.ts';

/**
 * The base with what is to be trained on it: a new adapter as the settings say, the job's own to go on from, or none
 * where every weight is trained. Throws AttuneError for settings that do not fit the base, or an adapter of another kind.
 */
export async function withTrainable(
  base: LanguageModel,
  { config, adapter: folder, seed }: Pick<TrainJob, 'config' | 'adapter' | 'seed'>,
): Promise<LanguageModel> {
  if (config.method === 'full') return base;
  const kind = config.method === 'prefix' ? 'prefix' : 'lora';
  if (folder === undefined) return withNewAdapter(base, newAdapterConfig(base.config, config), seed);
  const adapter = await loadAdapter(base, folder);
  if (adapter.kind !== kind)
    throw new AttuneError(
      'config',
      `${folder} holds a ${adapter.kind} adapter, but train.method is ${config.method}`,
      { fix: `Set train.method to ${adapter.kind}, or name another adapter.` },
    );
  return { ...base, adapter };
}

/** The adapter that a run would train, or undefined where it trains every weight. Throws for settings that do not fit the base. */
export async function plannedAdapter(
  model: ModelConfig,
  config: TrainConfig,
  folder: string | undefined,
): Promise<AdapterConfig | undefined> {
  if (config.method === 'full') return undefined;
  return folder === undefined ? newAdapterConfig(model, config) : readAdapterConfig(model, folder);
}

function newAdapterConfig(model: ModelConfig, config: TrainConfig): AdapterConfig {
  if (config.method === 'prefix') return { kind: 'prefix', config: config.prefix ?? prefixSection.parse({}) };
  const section = config.lora ?? loraSection.parse({});
  const lora: LoraConfig = {
    rank: section.rank,
    alpha: section.alpha,
    dropout: section.dropout,
    // By their last names, which say the same as PEFT's list of every layer.
    targetModules:
      section.target_modules === 'all-linear'
        ? Object.keys(blockLinears(model)).map((name) => name.split('.').at(-1)!)
        : section.target_modules,
    rankPattern: section.rank_pattern,
    alphaPattern: section.alpha_pattern,
    useRslora: section.use_rslora,
    useDora: section.use_dora,
    bias: section.bias,
    modulesToSave: section.modules_to_save,
  };
  checkNewLora(model, lora, 'train.lora');
  return { kind: 'lora', config: lora };
}
