/** What can be trained on a frozen base. Everything it trains is in its parameters, under the names of PEFT's file. */
import { baseWeight } from './base-weight.ts';
import type { ModelConfig } from './config.ts';
import { loraTensors, newLora } from './lora.ts';
import type { LoraConfig } from './lora.ts';
import type { LanguageModel, Parameter } from './parameters.ts';
import { newPrefix, prefixTensors } from './prefix.ts';
import type { PrefixConfig } from './prefix.ts';

export type AdapterConfig = { kind: 'lora'; config: LoraConfig } | { kind: 'prefix'; config: PrefixConfig };

export type Adapter = AdapterConfig & { parameters: readonly Parameter[] };

/** A tensor of an adapter, by its name in the adapter's file; `replaces` names the base's weight it stands in for. */
export type AdapterTensor = { name: string; shape: readonly number[]; replaces?: string };

/** Everything that an adapter trains. */
export function adapterTensors(config: ModelConfig, adapter: AdapterConfig): AdapterTensor[] {
  return adapter.kind === 'lora'
    ? loraTensors(config, adapter.config)
    : prefixTensors(config, adapter.config);
}

/** The base with a new adapter; the same seed gives the same values. */
export function withNewAdapter(base: LanguageModel, adapter: AdapterConfig, seed: number): LanguageModel {
  const parameters =
    adapter.kind === 'lora'
      ? newLora(base.config, adapter.config, seed, (name) => baseWeight(base, name))
      : newPrefix(base.config, adapter.config, seed);
  return { ...base, adapter: { ...adapter, parameters } };
}
